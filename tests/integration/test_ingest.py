"""A vendor's step over the inbox: each file stands for itself, and is put away when it is through."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.defs.ingest import load_files
from dagster_project.defs.intake import Intake
from dagster_project.defs.journal import Journal
from dagster_project.defs.workbench import Workbench
from dagster_project.landing.store import LandingZone
from dagster_project.settings import read_settings
from tests.unit.sources.inbox import source_of

APAC, EMEA = source_of("hubspot", name="apac"), source_of("hubspot", name="emea")
EXPORT = "Record ID,Email,Last Modified Date\n1,ada@example.org,2026-10-02 09:00\n"


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    settings = read_settings(tmp_path)
    zone = LandingZone(settings.root)
    journal = Journal(settings.root.audit / "run.jsonl")
    yield Workbench(settings, (APAC, EMEA), zone, journal, "run", tmp_path / "work")
    zone.close()


def put(workbench: Workbench, source: str, name: str, text: str) -> Path:
    file = workbench.root.inbox / source / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (time.time() - 60,) * 2)
    return file


def test_a_file_is_put_away_once_all_of_it_has_landed(workbench: Workbench) -> None:
    file = put(workbench, "apac", "contacts.csv", EXPORT)
    intake = Intake()

    load_files(workbench, "hubspot", intake)

    assert [load.rows for load in intake.loads] == [1]
    assert not file.exists()
    assert (workbench.root.inbox / "loaded/apac/contacts.csv").exists()


def test_a_file_that_cannot_land_is_told_and_stays_and_the_others_land(
    workbench: Workbench,
) -> None:
    stuck = put(workbench, "apac", "contacts.csv", EXPORT)
    put(workbench, "emea", "contacts.csv", EXPORT)
    workbench.root.landing.mkdir(parents=True)
    (workbench.root.landing / "apac").write_text("in the way")
    intake = Intake()

    load_files(workbench, "hubspot", intake)

    assert [load.source for load in intake.loads] == ["emea"]
    assert list(intake.unread) == ["apac/contacts.csv"]
    assert stuck.exists()
