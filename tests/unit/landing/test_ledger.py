"""The ledger: one word per load, in order, across kills and versions."""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from dagster_project.domain.errors import StateError
from dagster_project.domain.loads import Load, LoadState, RuleOutcome, Severity, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.ledger import Ledger
from tests.unit.landing.builders import DAY


@pytest.fixture
def ledger(root: Root) -> Ledger:
    seconds = count()
    return Ledger(
        root, clock=lambda: datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=next(seconds))
    )


def load(load_id: str = "a", **values: object) -> Load:
    given = {
        "load_id": load_id,
        "source": "hubspot_apac",
        "vendor": "hubspot",
        "stream": "contact",
        "state": LoadState.LANDED,
        "as_of": DAY,
        "origin": "contacts.csv",
        "rows": 3,
        **values,
    }
    return Load(**given)  # type: ignore[arg-type]


def enter(ledger: Ledger, *load_ids: str, **manifest: object) -> None:
    for load_id in load_ids:
        ledger.enter(load(load_id), manifest={"load_id": load_id, **manifest})


def decide(
    ledger: Ledger, load_id: str, state: LoadState = LoadState.ACCEPTED, **values: object
) -> Load:
    given = {"verdict": Verdict("s"), "quarantined": 0, "suite_hash": "h", **values}
    return ledger.decide(load_id, state=state, **given)  # type: ignore[arg-type]


def test_every_decision_has_a_greater_number_than_any_before(ledger: Ledger) -> None:
    enter(ledger, "a", "b")

    numbers = [decide(ledger, name).gate_seq for name in ("a", "b", "a")]

    assert numbers == sorted(set(numbers))  # type: ignore[type-var]
    found = ledger.find("a")
    assert found is not None
    assert found.gate_seq == numbers[-1]


def test_a_decision_and_its_reasons_come_back_as_given(ledger: Ledger) -> None:
    enter(ledger, "a")
    outcome = RuleOutcome(
        "id_present", Severity.QUARANTINE, passed=False, evaluated=3, failed=1
    )

    decide(
        ledger,
        "a",
        LoadState.REFUSED,
        verdict=Verdict("suite", (outcome,)),
        quarantined=1,
        reasons=("why",),
        notes=("note",),
    )

    judgement = ledger.judgements()[0]
    assert judgement.load.reasons == ("why",)
    assert judgement.verdict == Verdict("suite", (outcome,))
    assert judgement.notes == ("note",)
    assert judgement.load.state is LoadState.REFUSED


def test_loads_can_be_asked_for_by_state_source_and_stream(ledger: Ledger) -> None:
    enter(ledger, "a", "b")
    ledger.enter(load("c", source="other"), manifest={})
    decide(ledger, "a")

    assert [x.load_id for x in ledger.loads(state=LoadState.ACCEPTED)] == ["a"]
    assert [x.load_id for x in ledger.loads(source="other")] == ["c"]
    assert [x.load_id for x in ledger.loads(source="hubspot_apac", stream="deal")] == []


def test_loads_come_oldest_export_first_whenever_they_landed(ledger: Ledger) -> None:
    ledger.enter(load("late", as_of=DAY + timedelta(days=1)), manifest={})
    ledger.enter(load("early"), manifest={})

    assert [x.load_id for x in ledger.loads()] == ["early", "late"]


def test_accepted_rows_are_those_staging_may_read(ledger: Ledger) -> None:
    enter(ledger, "a", "b", "c")
    decide(ledger, "a", quarantined=1)
    decide(ledger, "b", LoadState.REFUSED)

    assert ledger.accepted_rows("hubspot", "contact") == 2
    assert ledger.accepted_rows("hubspot", "deal") == 0


def test_the_fingerprint_changes_with_a_decision_and_not_without(ledger: Ledger) -> None:
    enter(ledger, "a")
    before = ledger.fingerprint()

    assert ledger.fingerprint() == before
    decide(ledger, "a")
    after = ledger.fingerprint()
    assert after != before
    decide(ledger, "a", quarantined=1)
    assert ledger.fingerprint() != after


def test_a_cursor_comes_back_and_moves_on(ledger: Ledger) -> None:
    assert ledger.cursor_of("m", "status") is None

    ledger.set_cursor("m", "status", {"min_id": "1"})
    ledger.set_cursor("m", "status", {"min_id": "2"})

    assert ledger.cursor_of("m", "status") == {"min_id": "2"}


def test_a_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    enter(ledger, "a")

    with pytest.raises(TypeError):
        ledger.decide(
            "a",
            state=LoadState.ACCEPTED,
            verdict=Verdict("s"),
            quarantined=0,
            suite_hash="h",
            reasons=[object()],  # type: ignore[list-item]
        )

    found = ledger.find("a")
    assert found is not None
    assert (found.state, found.gate_seq) == (LoadState.LANDED, None)


def test_a_ledger_of_a_newer_version_is_refused(root: Root, ledger: Ledger) -> None:
    connection = sqlite3.connect(ledger.file)
    connection.execute("pragma user_version = 99")
    connection.close()

    with pytest.raises(StateError, match="format 99"):
        Ledger(root)


def test_a_damaged_ledger_says_what_to_restore(root: Root) -> None:
    root.state.mkdir(parents=True)
    (root.state / "ledger.sqlite").write_bytes(b"this is not a database" * 100)

    with pytest.raises(StateError, match="cannot be opened"):
        Ledger(root)
