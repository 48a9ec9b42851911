"""Erasure at the compliance desk: the person and the text go, what was decided stays."""

import json
from pathlib import Path

from dagster_project.compliance.desk import FILE, Desk
from dagster_project.compliance.states import State
from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session
from dagster_project.privacy.journal import Journal
from dagster_project.privacy.places import How, place_of
from dagster_project.privacy.removal import remove_from_desk
from tests.unit.compliance.test_desk import found, sampled, step


def erased(root: Root, journal: Journal) -> None:
    with session() as work:
        work.execute(
            "create temp table gone_cell as select 'gone:1' as value union select 'gone:7'"
        )
        work.execute(
            "create temp table gone_key as select 'email|ada@post.example' as key, null::varchar as source"
        )
        work.execute(
            "create temp table gone_row as select ''::varchar as source, '' as native_id, '' as stream where false"
        )
        remove_from_desk(work, root, journal)


def test_the_person_and_the_text_go_and_the_decision_stays(tmp_path: Path) -> None:
    root = Root(tmp_path)
    prepare_root(root, RootKind.COMPANY)
    desk = Desk(root.state)
    desk.register(
        [
            found("gone:1", redacted_text="hers"),
            found("kept:1", record_id="gone:7", redacted_text="to her"),
            found("kept:2", redacted_text="said ada@post.example to me"),
        ]
    )
    desk.draw("2026-03-27", 5, [sampled("gone:1")])
    desk.decide(1, step(State.IN_REVIEW))
    (root.state / "erasure" / "one").mkdir(parents=True)
    journal = Journal(root.state / "erasure" / "one")

    erased(root, journal)
    erased(root, journal)  # as after a kill

    first, second, third = (f.found for f in desk.findings())
    assert (first.message_id, first.redacted_text) == (None, None)
    assert (second.record_id, second.redacted_text) == (None, None)
    assert (third.message_id, third.redacted_text) == ("kept:2", "said [erased] to me")
    assert desk.finding(1).state is State.IN_REVIEW
    assert desk.sample()[0].message_id is None
    told = [json.loads(x) for x in (journal.folder / "done.jsonl").read_text().splitlines()]
    assert [(t["place"], t["masked"]) for t in told] == [("compliance desk", 3)]
    assert b"ada@post" not in (root.state / FILE).read_bytes()


def test_the_file_has_its_place(tmp_path: Path) -> None:
    root = Root(tmp_path)

    place = place_of(root, root.state / FILE)

    assert place is not None
    assert place.how is How.DESK
