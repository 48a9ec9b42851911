"""What a network has taken down keeps its id and its place, and loses what was written."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.domain.loads import LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.store import LandingZone
from dagster_project.landing.taken_down import POSTS, take_down
from dagster_project.sources.catalogue import stream_of
from tests.unit.landing.builders import DAY, batch

SECRET = "my address is 7 Harbour Street"
Row = dict[str, str | None]

CASES: dict[str, tuple[str, Row, str, Row]] = {
    "mastodon": (
        "mastodon.status", {"id": "1", "content": SECRET}, "mastodon.status",
        {"id": "1", "deleted_at": "2026-11-02T00:00:00Z"},
    ),
    "bluesky": (
        "bluesky.post", {"uri": "at://1", "text": SECRET}, "bluesky.post",
        {"uri": "at://1", "deleted_at": "2026-11-02T00:00:00Z"},
    ),
    "x": (
        "x.post", {"id": "1", "text": SECRET}, "x.compliance",
        {"id": "1", "action": "delete", "redacted_at": "2026-11-02T00:00:00Z"},
    ),
    "facebook post": (
        "facebook.post", {"id": "1", "message": SECRET}, "facebook.post",
        {"id": "1", "verb": "remove"},
    ),
    "facebook comment": (
        "facebook.comment", {"id": "1", "message": SECRET}, "facebook.comment",
        {"id": "1", "verb": "remove"},
    ),
    "discourse": (
        "discourse.post", {"id": "1", "raw": SECRET, "cooked": SECRET}, "discourse.post",
        {"id": "1", "user_deleted": "true"},
    ),
}  # fmt: skip
"""A post, and how its network says that it is gone."""


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[LandingZone]:
    zone = LandingZone(Root(tmp_path / "root"))
    yield zone
    zone.close()


def land(zone: LandingZone, stream: str, *rows: Row, day: int = 0) -> None:
    spec = stream_of(*stream.split("."))
    whole = [
        {**row, "_raw": json.dumps(row), "_extra": json.dumps({"more": SECRET})} for row in rows
    ]
    load = zone.land(
        batch(*whole, spec=spec, source=spec.vendor, as_of=DAY + timedelta(days=day))
    )
    zone.ledger.decide(
        load.load_id, state=LoadState.ACCEPTED, verdict=Verdict("none"), quarantined=0,
        suite_hash="none", reasons=(),
    )  # fmt: skip


def rows_of(zone: LandingZone, stream: str) -> list[dict[str, Any]]:
    vendor, name = stream.split(".")
    files = sorted(zone.root.landing.glob(f"{vendor}/{name}/*/rows.parquet"))
    found = duckdb.sql(
        f"select * from read_parquet({[str(f) for f in files]}) order by _as_of, _row"
    )
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def holds(zone: LandingZone, text: str) -> bool:
    return any(
        text in json.dumps(row, default=str)
        for stream in {s for case in CASES.values() for s in (case[0],)}
        for row in (rows_of(zone, stream) if list(zone.root.landing.glob(f"{stream.replace('.', '/')}/*")) else [])
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_text_of_a_post_goes_from_every_version_and_from_nobody_elses(
    zone: LandingZone, case: tuple[str, Row, str, Row]
) -> None:
    stream, post, told_by, deletion = case
    key = next(iter(post))
    other = {**post, key: f"{post[key]}2"}
    land(zone, stream, post, other)
    land(zone, stream, {**post, "lang" if "x." in stream else "tags": None}, day=1)
    source = stream.split(".", maxsplit=1)[0]
    assert take_down(zone, [source]) == 0

    land(zone, told_by, deletion, day=2)

    assert take_down(zone, [source]) == 1
    mine = [row for row in rows_of(zone, stream) if row[key] == post[key]]
    theirs = [row for row in rows_of(zone, stream) if row[key] == other[key]]
    assert len(mine) >= 2
    assert SECRET not in json.dumps(mine, default=str)
    assert SECRET in json.dumps(theirs, default=str)
    assert [row["_row"] for row in theirs] == [2]
    assert take_down(zone, [source]) == 0


def test_an_old_export_that_brings_the_text_again_loses_it(zone: LandingZone) -> None:
    stream, post, told_by, deletion = CASES["x"]
    land(zone, told_by, deletion, day=2)
    land(zone, stream, post)

    assert take_down(zone, ["x"]) == 1
    assert not holds(zone, SECRET)


def test_a_post_that_is_back_keeps_its_text(zone: LandingZone) -> None:
    stream, post, told_by, deletion = CASES["mastodon"]
    land(zone, told_by, deletion, day=1)
    land(zone, stream, post, day=2)

    assert take_down(zone, ["mastodon"]) == 0
    assert holds(zone, SECRET)


def test_another_instruction_than_deletion_takes_no_text(zone: LandingZone) -> None:
    stream, post, told_by, deletion = CASES["x"]
    land(zone, stream, post)
    land(zone, told_by, {**deletion, "action": "withhold"}, day=2)

    assert take_down(zone, ["x"]) == 0
    assert holds(zone, SECRET)


def test_only_columns_that_streams_have_are_emptied() -> None:
    for texts in POSTS:
        assert set(texts.columns) <= set(stream_of(texts.vendor, texts.stream).columns)
