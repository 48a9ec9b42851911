"""An erasure that is killed anywhere is finished by the next one, and its receipt is the same."""

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.domain.root import Root
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.store import LandingZone
from dagster_project.privacy.erase import Company, erase, finish_erasures
from dagster_project.privacy.person import collect_person, write_person
from dagster_project.privacy.requests import Request
from dagster_project.privacy.scan import scan
from dagster_project.sources.catalogue import STREAMS, stream_of
from tests.unit.landing.builders import batch, contact, source

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = "ada1@example.org"


def company(root: Root) -> Company:
    return Company(root, (source(),), STREAMS, clock=lambda: NOON)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A root whose loads, originals and lists name somebody; no run has made a warehouse of it."""
    root = Root(tmp_path_factory.mktemp("landed") / "root")
    zone = LandingZone(root)
    file = root.inbox / "hubspot_apac" / "contacts.csv"
    file.parent.mkdir(parents=True)
    file.write_text(f"Record ID,Email\n1,{ADA}\n2,ada2@example.org\n")
    zone.land(batch(contact(1), contact(2), path=file))
    zone.put_away("hubspot_apac", file)
    events = [{"id": str(n), "recipient": f"ada{n}@example.org"} for n in (1, 2)]
    spec = stream_of("hubspot", "email_event")
    zone.land(batch(*events, spec=spec))
    zone.land(batch(contact(3), contact(1, first_name="Adah"), content="later"))
    zone.close()
    (root.audit / "runs").mkdir(parents=True)
    (root.audit / "runs" / "r.jsonl").write_text(json.dumps({"never": ADA}) + "\n")
    waiting = root.inbox / "hubspot_apac" / "next.csv"
    waiting.write_text(f"Record ID,Email\n1,{ADA}\n4,ada4@example.org\n")
    return root


def copy_of(root: Root, target: Path) -> Root:
    shutil.copytree(root.path, target)
    return Root(target)


def killed_at(point: int) -> Callable[[str], None]:
    """Kills its own process, as hard as can be, when it hears of the so-many-eth point."""
    heard = iter(range(1_000))

    def reached(_: str) -> None:
        if next(heard) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def erase_in_a_process(root: Root, point: int) -> bool:
    """Erase in a process that is killed at a point; whether it was."""
    child = os.fork()
    if child == 0:
        try:
            erase(company(root), [Request(identifier=ADA)], name="e1", reached=killed_at(point))
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def state_of(root: Root) -> dict[str, Any]:
    receipt = json.loads((root.audit / "erasures" / "e1.json").read_text())
    return {
        "receipt": receipt,
        "loads": [(x.load_id, x.rows, x.left_out) for x in Ledger(root).loads()],
        "files": sorted(
            (f.relative_to(root.path).as_posix(), f.stat().st_size)
            for f in (*root.inbox.rglob("*"), *root.landing.rglob("*"))
            if f.is_file()
        ),
    }


def test_an_erasure_that_is_killed_anywhere_is_finished_with_the_same_receipt(
    landed: Root, tmp_path: Path
) -> None:
    whole = copy_of(landed, tmp_path / "whole")
    points: list[str] = []
    receipt = erase(company(whole), [Request(identifier=ADA)], name="e1", reached=points.append)
    expected = state_of(whole)

    assert (sum(receipt.landed.values()), len(points) > 12) == (3, True)
    assert scan(whole.path, [ADA]) == ()
    for point in range(len(points)):
        root = copy_of(landed, tmp_path / f"killed-{point}")
        assert erase_in_a_process(root, point), points[point]
        finished = finish_erasures(company(root))
        if point == 0 and not finished:
            erase(company(root), [Request(identifier=ADA)], name="e1")

        assert state_of(root) == expected, points[point]
        assert scan(root.path, [ADA]) == (), points[point]
        assert not list((root.state / "erasure").glob("*"))
        shutil.rmtree(root.path)


def test_an_erasure_that_is_killed_at_a_random_moment_is_finished(
    landed: Root, tmp_path: Path
) -> None:
    """A few moments; ``make erasing`` takes many, on a root that has run."""
    whole = copy_of(landed, tmp_path / "whole")
    started = time.monotonic()
    erase(company(whole), [Request(identifier=ADA)], name="e1")
    seconds = time.monotonic() - started
    chance = random.Random(7)
    for number in range(3):
        root = copy_of(landed, tmp_path / f"killed-{number}")
        kill_after(chance.uniform(0, seconds), root)
        if not finish_erasures(company(root)) and not (root.audit / "erasures").exists():
            erase(company(root), [Request(identifier=ADA)], name="e1")

        assert state_of(root) == state_of(whole)
        assert scan(root.path, [ADA]) == ()


def kill_after(seconds: float, root: Root) -> None:
    """Erase in a process that is killed when so much time has gone by."""
    child = os.fork()
    if child == 0:
        try:
            erase(company(root), [Request(identifier=ADA)], name="e1")
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_what_was_erased_cannot_be_told_from_the_receipt(landed: Root, tmp_path: Path) -> None:
    root = copy_of(landed, tmp_path / "root")

    receipt = erase(company(root), [Request(identifier=ADA)], name="e1")

    assert "ada" not in json.dumps(asdict(receipt), default=str)
    assert {p.place for p in receipt.places} == {"landing", "inbox", "reports"}


def test_rows_of_others_keep_their_place_and_bytes(landed: Root, tmp_path: Path) -> None:
    root = copy_of(landed, tmp_path / "root")
    zone = LandingZone(root)
    question = (
        "select * from read_parquet('{}/landing/*/*/*/rows.parquet', union_by_name = true) "
        "where coalesce(email, recipient) <> 'ada1@example.org' order by _load_id, _row"
    )
    before = zone.connection.execute(question.format(root.path)).fetchall()

    erase(company(root), [Request(identifier=ADA)], name="e1")

    assert zone.connection.execute(question.format(root.path)).fetchall() == before
    assert len(before) == 3
    zone.close()


def test_a_person_gets_every_row_with_its_place_and_nobody_else(
    landed: Root, tmp_path: Path
) -> None:
    root = copy_of(landed, tmp_path / "root")
    others = {"id": "9", "first_name": "Ada", "email": ADA, "job_title": "ask bo@example.org"}
    zone = LandingZone(root)
    zone.land(batch(contact(1, **{k: v for k, v in others.items() if k != "id"}), content="n"))
    zone.close()

    person = collect_person(company(root), Request(identifier=ADA))
    files = write_person(person, tmp_path / "bundle")

    rows = person.sections["rows as they were received"]
    assert {(r["kind"], r["row"]) for r in rows} == {
        ("contact", 1),
        ("contact", 2),
        ("email_event", 1),
    }
    assert all(r["file"] and r["load"] and r["exported at"] for r in rows)
    for file in files:
        text = file.read_text()
        assert ADA in text
        assert "ask [another person]" in text
        assert not any(name in text for name in ("bo@example.org", "ada2@", "ada3@"))
        assert file.stat().st_mode & 0o077 == 0
