"""What the register has no entry for does not land: no stream, and no column that is left out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.config.sources import StreamOptions
from dagster_project.domain.loads import LoadState
from dagster_project.landing.store import LandingZone
from dagster_project.quality.admission import regate
from dagster_project.sources.files import read_again
from dagster_project.sources.registered import NOT_REGISTERED
from expectations.rules import columns_exist, keyed_by, suite
from tests.integration.admitting import admit_each
from tests.unit.sources.inbox import Inbox, Reading, source_of

CONTACTS = "Record ID,First Name,Last Name,Email,Date of birth,Shoe size,Create Date\n1,Ada,Hale,ada@example.org,1971-02-03,40,2026-01-02 10:00\n"
COMPANIES = "Record ID,Company name,Company Domain Name,Industry,Create Date\n9,Quay,quay.example,Boats,2026-01-02 10:00\n"
PAGE = {"results": [{"id": "1", "properties": {"email": "ada@example.org", "firstname": "Ada",
                                                "lastname": "Hale", "date_of_birth": "1971-02-03",
                                                "createdate": "2026-01-02T10:00:00Z"}}]}  # fmt: skip


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[LandingZone]:
    zone = LandingZone(Inbox(tmp_path).root)
    yield zone
    zone.close()


def lenient(vendor: str, stream: str) -> object:
    del vendor, stream
    return suite("lenient", columns_exist("record_id"), keyed_by("record_id"))


def test_a_stream_without_an_entry_gives_no_row_and_says_why(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    source = source_of("hubspot", collect=("contact",))
    inbox.put(source, "all-companies-2026-05-01.csv", COMPANIES)
    inbox.put(source, "all-contacts-2026-05-01.csv", CONTACTS)

    readings = {
        reading.stream: reading for reading in inbox.read() if isinstance(reading, Reading)
    }

    company = readings["company"]
    assert company.rows == []
    assert [(left.what, left.rows) for left in company.batch.left_out] == [(NOT_REGISTERED, 1)]
    assert company.batch.rows_in == 1
    (problem,) = company.batch.problems
    assert problem.startswith("not_registered: the register has no entry for company")
    assert "`collect` under sources.hubspot_test" in problem
    assert len(readings["contact"].rows) == 1
    assert not readings["contact"].batch.problems


def test_a_stream_is_read_once_its_entry_is_there(tmp_path: Path, zone: LandingZone) -> None:
    inbox = Inbox(tmp_path)
    closed, opened = source_of("hubspot", collect=("contact",)), source_of("hubspot")
    inbox.put(closed, "all-companies-2026-05-01.csv", COMPANIES)
    batches = [reading.batch for reading in inbox.read() if isinstance(reading, Reading)]
    (refused,) = admit_each(batches, zone)

    def again(source: object) -> object:
        return lambda _, file: read_again(inbox.root, source, file, tmp_path / "again")

    unchanged = regate(zone, read_again=again(closed), suite_of=lenient)
    (read,) = regate(zone, read_again=again(opened), suite_of=lenient)

    assert (refused.state, refused.rows) == (LoadState.REFUSED, 0)
    assert unchanged == ()
    assert (read.load_id, read.state, read.rows) == (refused.load_id, LoadState.ACCEPTED, 1)


def test_a_column_that_is_left_out_lands_nowhere(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    options = StreamOptions(leave_out=("date_of_birth", "Shoe size"))
    source = source_of("hubspot", streams={"contact": options})
    inbox.put(source, "all-contacts-2026-05-01.csv", CONTACTS)
    inbox.put(source, "page.json", json.dumps(PAGE))

    readings = [reading for reading in inbox.read() if isinstance(reading, Reading)]

    assert len(readings) == 2
    for reading in readings:
        assert reading.column("email") == ["ada@example.org"]
        assert "1971" not in json.dumps(reading.rows, default=str)
        assert "Shoe size" not in json.dumps(reading.rows, default=str)
        assert any("2 columns are not collected" in note for note in reading.batch.notes)


def test_a_column_nobody_knows_is_kept_beside_the_row_and_told(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.put(source_of("hubspot"), "all-contacts-2026-05-01.csv", CONTACTS)

    reading = inbox.one()

    assert json.loads(reading.column("_extra")[0]) == {"Shoe size": "40"}
    assert any("Shoe size" in note for note in reading.batch.notes)
