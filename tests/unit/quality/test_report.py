"""The report of verdicts: complete, offline, and without a personal value."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.domain.loads import Load, LoadState, RuleOutcome, Severity, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.ledger import Ledger
from dagster_project.quality import report
from dagster_project.quality.report import write_report
from tests.unit.landing.builders import DAY

LOAD = Load(
    "a", "hubspot_apac", "hubspot", "contact", LoadState.LANDED, DAY, "contacts.csv", 10
)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


@pytest.fixture
def ledger(root: Root) -> Ledger:
    return Ledger(root)


def decided(
    ledger: Ledger, load_id: str, state: LoadState = LoadState.ACCEPTED, **given: object
) -> None:
    values = {"verdict": Verdict("s"), "quarantined": 0, "suite_hash": "h", **given}
    ledger.enter(replace(LOAD, load_id=load_id), manifest={})
    ledger.decide(load_id, state=state, **values)  # type: ignore[arg-type]


def test_a_report_of_nothing_says_so(root: Root, ledger: Ledger) -> None:
    assert "Nothing has landed yet" in write_report(root, ledger).read_text()


def test_a_refused_load_stands_first_with_reason_and_remedy(root: Root, ledger: Ledger) -> None:
    decided(ledger, "a", LoadState.REFUSED, reasons=["missing_time_zone: add a line"])
    decided(ledger, "b")

    page = write_report(root, ledger).read_text()

    assert "missing_time_zone: add a line" in page
    assert "c360 regate" in page
    assert page.index("missing_time_zone") < page.index('<code class="soft">b</code>')


def test_warnings_and_notes_are_shown(root: Root, ledger: Ledger) -> None:
    outcome = RuleOutcome("event_known", Severity.WARN, passed=False, evaluated=10, failed=2)
    decided(ledger, "a", verdict=Verdict("s", (outcome,)), notes=["NULs removed in 2 cells"])

    page = write_report(root, ledger).read_text()

    assert "event_known: 2 of 10 values" in page
    assert "NULs removed in 2 cells" in page


def test_verdicts_on_marts_and_products_are_listed(root: Root, ledger: Ledger) -> None:
    bad = RuleOutcome(
        "row_for_row", Severity.REFUSE, passed=False, evaluated=0, failed=0, detail="3"
    )

    page = write_report(
        root, ledger, doors={"marts.fct_case": Verdict("m", (bad,)), "crm": Verdict("p")}
    ).read_text()

    assert "FAILED" in page
    assert "row_for_row" in page


def test_the_report_needs_no_network_and_no_script(root: Root, ledger: Ledger) -> None:
    decided(ledger, "a")

    page = write_report(root, ledger).read_text()

    assert re.findall(r"(?:src|href)=|https?://|<script|@import|url\(", page) == []


def test_names_of_files_cannot_inject_markup(root: Root, ledger: Ledger) -> None:
    ledger.enter(replace(LOAD, origin="<script>alert(1)</script>.csv"), manifest={})

    assert "<script>" not in write_report(root, ledger).read_text()


def test_a_long_history_is_counted_not_listed(
    root: Root, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_LOADS", 3)
    for number in range(5):
        ledger.enter(replace(LOAD, load_id=f"{number:04}"), manifest={})

    page = write_report(root, ledger).read_text()

    assert page.count('<code class="soft">') == 3
    assert "2 more loads are not listed" in page


def test_the_same_ledger_gives_the_same_page(root: Root, ledger: Ledger) -> None:
    decided(ledger, "a")

    assert write_report(root, ledger).read_bytes() == write_report(root, ledger).read_bytes()
