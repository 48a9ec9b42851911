"""``c360 check``: what a file would be read as, and what is in the way."""

from pathlib import Path

import pytest

from dagster_project.config.sources import SourceConfig
from dagster_project.sources.checking import check_file
from tests.unit.sources.inbox import SAMPLES, source_of

SALES = source_of("salesforce")
HUB = source_of("hubspot")


def put(folder: Path, name: str, content: bytes | str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_a_file_anywhere_is_named_with_its_source_streams_and_rows(tmp_path: Path) -> None:
    content = (SAMPLES / "salesforce/Contact.csv").read_bytes()
    file = put(tmp_path, "Contact.csv", content)

    report = check_file(file, (SALES, HUB))

    assert (report.source, report.vendors) == ("salesforce_test", ("salesforce",))
    assert [part.stream for part in report.parts] == ["contact"]
    assert report.rows_in == report.rows > 0
    assert not report.parts[0].problems
    assert file.read_bytes() == content


def test_a_file_no_source_takes_is_still_named_for_what_it_is(tmp_path: Path) -> None:
    file = put(tmp_path, "Contact.csv", (SAMPLES / "salesforce/Contact.csv").read_bytes())

    report = check_file(file, (HUB,))

    assert report.source is None
    assert [part.stream for part in report.parts] == ["contact"]
    assert "add an entry" in report.obstacles[0].remedy


def test_what_a_run_would_refuse_comes_with_the_line_to_add(tmp_path: Path) -> None:
    hub = source_of("hubspot", timezone=None)
    file = put(
        tmp_path / hub.name,
        "contacts.csv",
        "Record ID,Email,Create Date\n1,ada@example.org,2026-05-01 10:00\n",
    )

    report = check_file(file, (hub,))

    assert "timezone" in " ".join(report.parts[0].problems)


@pytest.mark.parametrize(
    "sources", [pytest.param((), id="nobody"), pytest.param((HUB,), id="one")]
)
def test_a_file_of_nobody_is_an_obstacle_and_no_part(
    tmp_path: Path, sources: tuple[SourceConfig, ...]
) -> None:
    report = check_file(put(tmp_path, "notes.txt", "remember the milk"), sources)

    assert report.parts == ()
    assert report.obstacles


def test_no_row_stays_behind_in_a_work_folder(tmp_path: Path) -> None:
    file = put(tmp_path, "Contact.csv", (SAMPLES / "salesforce/Contact.csv").read_bytes())

    check_file(file, (SALES,), workdir=tmp_path / "work")

    assert list((tmp_path / "work").iterdir()) == []
