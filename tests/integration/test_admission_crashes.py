"""A run killed at the most awkward points: the next one ends as if nothing had happened."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.domain.loads import LoadState
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.exposure import expose
from dagster_project.landing.store import POINTS, LandingZone
from dagster_project.quality.admission import judge_pending
from dagster_project.sources.catalogue import STREAMS
from tests.integration.admitting import admit_each
from tests.unit.landing.builders import batch, contact, file_in, source

KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from dagster_project.domain.root import Root
from dagster_project.landing.store import LandingZone
from tests.integration.test_admission_crashes import batches

def kill_at(point):
    if point == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

root = Root(Path(sys.argv[1]))
zone = LandingZone(root, reached=kill_at)
zone.recover()
for batch in batches(root):
    zone.land(batch)
for batch in batches(root):
    zone.put_away(batch.source, batch.path)
"""


def batches(root: Root):  # type: ignore[no-untyped-def]
    file = root.inbox / "hubspot_apac" / "contacts.csv"
    if not file.exists():
        return []
    return [
        batch(contact(1), contact(2), path=file, content="one", cursor={"since": "1"}),
        batch(contact(3), path=file, content="two", cursor={"since": "2"}),
    ]


def run_killed_at(point: str, root: Root) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_RUN, str(root.path), point],
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]


def run(root: Root) -> None:
    zone = LandingZone(root)
    zone.recover()
    judge_pending(zone)
    admit_each(batches(root), zone)
    zone.close()


def outcome(root: Root) -> dict[str, object]:
    zone = LandingZone(root)
    with session() as connection:
        expose(connection, root, zone.ledger, (source(),), STREAMS)
        rows = connection.execute(
            "select _native_id, first_name, _load_id, _row, _hash, _as_of, _file "
            "from landing.hubspot__contact order by all"
        ).fetchall()
    return {
        "rows": rows,
        "states": [(load.load_id, load.state, load.rows) for load in zone.ledger.loads()],
        "cursor": zone.ledger.cursor_of("hubspot_apac", "contact"),
        "folders": sorted(p.name for p in root.landing.glob("*/*/*")),
        "partial": sorted(p.name for p in root.landing.glob(".partial/*")),
        "inbox": sorted(
            str(p.relative_to(root.inbox)) for p in root.inbox.rglob("*") if p.is_file()
        ),
    }


@pytest.fixture
def undisturbed(tmp_path: Path) -> dict[str, object]:
    root = Root(tmp_path / "undisturbed")
    file_in(root.inbox / "hubspot_apac")
    run(root)
    return outcome(root)


@pytest.mark.parametrize("point", POINTS)
def test_the_run_after_a_kill_ends_like_an_undisturbed_one(
    tmp_path: Path, undisturbed: dict[str, object], point: str
) -> None:
    root = Root(tmp_path / "killed")
    file_in(root.inbox / "hubspot_apac")
    run_killed_at(point, root)

    run(root)

    assert outcome(root) == undisturbed
    assert [state for _, state, _ in undisturbed["states"]] == [LoadState.ACCEPTED] * 2  # type: ignore[attr-defined]


def test_a_run_killed_twice_recovers_too(
    tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    root = Root(tmp_path / "killed")
    file_in(root.inbox / "hubspot_apac")
    for point in POINTS[:2]:
        run_killed_at(point, root)

    run(root)

    assert outcome(root) == undisturbed


def test_a_run_after_a_good_one_changes_nothing(tmp_path: Path) -> None:
    root = Root(tmp_path)
    file_in(root.inbox / "hubspot_apac")
    run(root)
    before = outcome(root)

    run(root)

    assert outcome(root) == before
