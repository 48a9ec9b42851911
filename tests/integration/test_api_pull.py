"""From the vendors' APIs to judged loads: pull, landing and gate together."""

from pathlib import Path

import pytest

from dagster_project.domain.loads import LoadState
from dagster_project.landing.exposure import expose
from dagster_project.quality.admission import admit
from dagster_project.sources.catalogue import streams_of
from tests.unit.sources.api_world import STREAMS, ApiWorld, Company, at, iso, status_id, talk
from tests.unit.sources.inbox import source_of


@pytest.fixture(params=sorted(STREAMS))
def vendor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def busy_world(folder: Path) -> ApiWorld:
    """Conversations with an edit, a delete, a boost, a direct message and a canary's profile."""
    world = ApiWorld(folder)
    world.account(
        "101", "canary1", "canary1@example.org", "example.org", display_name="Canary One"
    )
    world.profile("ada1", displayName="Canary Two", description="canary@example.org")
    talk(world, 30)
    boosted = world.statuses[status_id(1)]
    world.status(31, author="1", reblog=boosted, content="")
    world.status(32, visibility="direct")
    boosted["_c360_edits"] = [
        {"at": iso(at(50)), "entity": {"content": "edited", "edited_at": iso(at(50))}}
    ]
    return world


def test_a_pull_passes_its_gates_and_a_second_one_brings_nothing(
    tmp_path: Path, vendor: str
) -> None:
    world = busy_world(tmp_path / "world")

    with world.serve(moment=at(60)) as server:
        quay = Company(tmp_path, server, vendor)
        loads = [admit(batch, quay.zone) for batch in quay.pull()]
        again = [admit(batch, quay.zone) for batch in quay.pull()]
        quay.zone.close()

    assert {load.state for load in loads} == {LoadState.ACCEPTED}
    assert sum(load.quarantined for load in loads) == 0
    assert not any(load.is_new for load in again)


def test_nothing_of_a_person_stands_in_what_describes_a_load(
    tmp_path: Path, vendor: str
) -> None:
    world = busy_world(tmp_path / "world")

    with world.serve(moment=at(60)) as server:
        quay = Company(tmp_path, server, vendor)
        quay.land()
        quay.zone.close()

    told = [
        str((b.origin, b.notes, b.problems, b.content_id, b.cursor, b.as_of))
        for b in quay.batches
    ]
    assert told
    assert not any("anary" in text or "ada" in text for text in told)


def test_pulled_rows_show_up_where_staging_reads(tmp_path: Path, vendor: str) -> None:
    import duckdb

    world = busy_world(tmp_path / "world")
    with world.serve(moment=at(60)) as server:
        quay = Company(tmp_path, server, vendor)
        for batch in quay.pull():
            admit(batch, quay.zone)
        quay.zone.close()

    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        sources = (source_of(vendor),)
        expose(connection, quay.zone.root, quay.zone.ledger, sources, streams_of(vendor))
        counts = {
            spec.stream: connection.execute(
                f"select count(distinct _native_id), min(_brand) from landing.{spec.table}"
            ).fetchone()
            for spec in streams_of(vendor)
        }

    people, posts = STREAMS[vendor]
    assert counts == {people: (8, "quay"), posts: (32 if vendor == "mastodon" else 30, "quay")}
