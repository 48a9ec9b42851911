"""The report of verdicts: complete, offline, and without a personal value."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.domain.held_back import Unread
from dagster_project.domain.loads import Load, LoadState, RuleOutcome, Severity, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.attention import Attention
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
    loads = page[page.index("<h2>Loads</h2>") :]
    assert loads.index("missing_time_zone") < loads.index('<code class="soft">b</code>')


def test_warnings_and_notes_are_shown(root: Root, ledger: Ledger) -> None:
    outcome = RuleOutcome("event_known", Severity.WARN, passed=False, evaluated=10, failed=2)
    decided(ledger, "a", verdict=Verdict("s", (outcome,)), notes=["NULs removed in 2 cells"])

    page = write_report(root, ledger).read_text()

    assert "event_known: 2 of 10 values fail" in page
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


def test_the_report_needs_no_network(root: Root, ledger: Ledger) -> None:
    decided(ledger, "a")

    page = write_report(root, ledger).read_text()

    assert re.findall(r"(?:src|href)=|https?://|<script [^>]|@import|url\(|fetch\(", page) == []


def test_names_of_files_cannot_inject_markup(root: Root, ledger: Ledger) -> None:
    ledger.enter(replace(LOAD, origin="<script>alert(1)</script>.csv"), manifest={})

    assert "<script>alert" not in write_report(root, ledger).read_text()


def test_a_long_history_is_counted_not_listed(
    root: Root, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_LOADS", 3)
    for number in range(5):
        decided(ledger, f"{number:04}")

    page = write_report(root, ledger).read_text()

    assert page.count('<tr class="load"') == 3
    assert "2 older loads that want nothing are not listed" in page


def test_the_same_ledger_gives_the_same_page(root: Root, ledger: Ledger) -> None:
    decided(ledger, "a")

    assert write_report(root, ledger).read_bytes() == write_report(root, ledger).read_bytes()


def test_a_load_with_rows_held_back_is_amber_and_names_whom_to_ask(
    root: Root, ledger: Ledger
) -> None:
    decided(ledger, "a", quarantined=2, reasons=["id_present: 2 of 10 rows fail"])

    page = write_report(root, ledger, owners={"hubspot_apac": "crm@example.org"}).read_text()

    assert '<td class="state held">accepted in part' in page
    assert "ask crm@example.org" in page


def test_every_rule_is_named_with_its_sentence_passed_ones_too(
    root: Root, ledger: Ledger
) -> None:
    passed = RuleOutcome("id_present", Severity.QUARANTINE, True, 10, 0, sentence="id is there")
    decided(ledger, "a", verdict=Verdict("s", (passed,)))

    page = write_report(root, ledger).read_text()

    assert "1 of 1 rule passed" in page
    assert "<code>id_present</code> id is there" in page


def test_a_list_of_rules_is_named_by_the_streams_held_to_it(root: Root, ledger: Ledger) -> None:
    decided(
        ledger, "a", verdict=Verdict("s", (RuleOutcome("known", Severity.WARN, True, 1, 0),))
    )

    page = write_report(root, ledger).read_text()

    assert "<summary>hubspot contact: 1 rule</summary>" in page


def test_counts_of_nothing_stand_back(root: Root, ledger: Ledger) -> None:
    decided(ledger, "a", quarantined=2)

    page = write_report(root, ledger).read_text()

    assert '<td class="n held" data-label="Quarantined">2</td>' in page
    assert '<td class="n zero" data-label="Left out">0</td>' in page


def test_words_between_backticks_are_code_and_markup_in_them_is_not(
    root: Root, ledger: Ledger
) -> None:
    decided(ledger, "a", LoadState.REFUSED, reasons=["name it under `columns:` <b>"])

    page = write_report(root, ledger).read_text()

    assert "<code>columns:</code> &lt;b&gt;" in page
    assert "`columns:`" not in page


def test_files_that_were_not_read_stay_on_the_page(root: Root, ledger: Ledger) -> None:
    unread = Unread("shop/page.csv", "shop", "hubspot", "it is a web page", "export it again")
    Attention(root).note_unread("hubspot", [unread])

    pages = [write_report(root, ledger).read_text() for _ in range(4)]

    assert all("shop/page.csv" in page and "export it again" in page for page in pages)


def test_rows_add_up_per_stream(root: Root, ledger: Ledger) -> None:
    ledger.enter(LOAD, manifest={"left_out": [["lines without a value", 5]]})
    ledger.decide(
        "a", state=LoadState.ACCEPTED, verdict=Verdict("s"), quarantined=3, suite_hash="h"
    )

    page = write_report(root, ledger).read_text()

    cells = re.findall(r'data-label="([^"]+)">([0-9,]+)', page[page.index('id="streams"') :])
    assert dict(cells) | {} == {
        "Loads": "1", "Refused": "0", "Rows in": "15", "In use": "7", "Quarantined": "3",
        "Of refused loads": "0", "Left out": "5",
    }  # fmt: skip


def test_the_page_names_root_and_run(root: Root, ledger: Ledger) -> None:
    decided(ledger, "a")

    page = write_report(root, ledger, run_id="0123456789").read_text()

    assert f"<title>{root.path.name}: verdicts" in page
    assert "<code>01234567</code>" in page
