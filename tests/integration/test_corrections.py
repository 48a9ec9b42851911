"""Rows held back wait until a later export brings a version of them that passes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dagster_project.domain.loads import Batch
from dagster_project.domain.root import Root
from dagster_project.landing.attention import Attention
from dagster_project.landing.corrections import note_corrections
from dagster_project.landing.store import LandingZone
from dagster_project.quality.admission import admit
from tests.unit.landing.builders import DAY, batch, contact


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[LandingZone]:
    zone = LandingZone(Root(tmp_path))
    yield zone
    zone.close()


def bad(number: int) -> dict[str, str | None]:
    return contact(number, create_date="2026-02-30 10:00")


def waiting(zone: LandingZone, *batches: Batch) -> int:
    """Quarantined rows that wait after each of these has come."""
    attention = Attention(zone.root)
    for each in batches:
        note_corrections(zone, attention, [admit(each, zone)])
    return sum(h.rows for h in attention.held_back())


FIRST = batch(contact(1), contact(2), bad(3), bad(4), origin="1.csv")


@pytest.mark.parametrize(
    ("rows", "days", "left"),
    [
        pytest.param([contact(3)], 1, 1, id="one-row-corrected"),
        pytest.param([contact(3), contact(4)], 1, 0, id="both-corrected"),
        pytest.param([contact(1), contact(2), bad(3)], 1, 3, id="bad-again"),
        pytest.param([contact(3)], -1, 2, id="an-older-export-corrects-nothing"),
        pytest.param([contact(9)], 1, 2, id="another-row"),
    ],
)
def test_a_row_waits_until_a_later_version_passes(
    zone: LandingZone, rows: list[dict[str, str | None]], days: int, left: int
) -> None:
    later = batch(*rows, origin="2.csv", as_of=DAY + timedelta(days=days))

    assert waiting(zone, FIRST, later) == left
