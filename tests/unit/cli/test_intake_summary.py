"""The summary's numbers add up, and what was judged again is no new input."""

from datetime import UTC, datetime

import pytest
from rich.console import Console

from dagster_project.cli.intake_summary import (
    print_held_back,
    print_read,
    print_remarks,
    rows_of,
)
from dagster_project.domain.held_back import FEWEST_ALIKE, Held, HeldBack, group_alike
from dagster_project.domain.notes import Remark, asks_for_something, is_about_consent

DAY = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def console() -> Console:
    return Console(width=200, record=True, highlight=False, soft_wrap=True)


def load(**given: object) -> dict[str, object]:
    return {
        "source": "shop", "stream": "contact", "origin": "1.csv", "rows_in": 12, "rows": 10,
        "left_out": [["blank lines", 2]], "quarantined": 3, "state": "accepted", "is_new": True,
        "is_judged_again": False, "let_in": 7, **given,
    }  # fmt: skip


@pytest.mark.parametrize("state", ["accepted", "refused", "landed"])
def test_rows_in_are_the_sum_of_where_they_are(state: str) -> None:
    rows_in, *parts = rows_of(load(state=state, quarantined=3 if state == "accepted" else 0))

    assert rows_in == sum(parts) == 12


def test_rows_let_in_are_told_and_not_called_no_input(console: Console) -> None:
    print_read(console, [load(is_new=False, is_judged_again=True, let_in=8, quarantined=0)])

    told = console.export_text()
    assert "8 rows let in" in told
    assert "No new input" not in told


def test_what_is_left_out_is_named(console: Console) -> None:
    print_read(console, [load()])

    assert "blank lines (2)" in console.export_text()


def test_old_things_are_summed_up_and_each_named(console: Console) -> None:
    old = HeldBack(Held.REFUSED, "shop", "contact", "hubspot", "old.csv", 3, ("why",), DAY, "a")
    new = HeldBack(
        Held.UNREAD, "shop", "", "hubspot", "shop/new.csv", 0, ("odd",), DAY.replace(day=9)
    )

    print_held_back(
        console, (old, new), began=DAY.replace(day=5), report="r", regate="g", dismiss="d"
    )

    told = console.export_text()
    before, after = told.split("Still held back")
    assert "shop/new.csv" in before
    assert ": 1 load refused (since 2026-11-01)" in after
    assert "old.csv" in after


def held(what: str, **given: object) -> HeldBack:
    fields = {"how": Held.UNREAD, "source": "shop", "stream": "", "vendor": "hubspot", "rows": 0,
              "reasons": ("not recognised; docs/formats.md",), "since": DAY}  # fmt: skip
    return HeldBack(what=what, **(fields | given))  # type: ignore[arg-type]


def test_many_odd_files_of_one_folder_are_told_as_one_and_hide_nothing(
    console: Console,
) -> None:
    odd = [held(f"shop/{number:02}.txt") for number in range(40)]
    other = held("shop/z.txt", reasons=("it is a web page",))
    refused = held("export.csv", how=Held.REFUSED, reasons=("missing_column: x",), rows=9)

    print_held_back(
        console, (*odd, other, refused), began=DAY, report="r", regate="g", dismiss="d"
    )

    told = console.export_text()
    assert "40 files in shop/ (00.txt, 01.txt, 02.txt and 37 more): not recognised" in told
    assert "z.txt: it is a web page" in told
    assert "export.csv" in told
    assert "more in r" not in told


def test_loads_refused_by_one_rule_are_told_as_one_with_all_their_rows() -> None:
    loads = [
        held(f"{n}.csv", how=Held.REFUSED, stream="contact", rows=n,
             reasons=(f"record_id_present: {n} of {n} rows fail",))
        for n in range(1, 6)
    ]  # fmt: skip

    (one,) = group_alike(loads)

    assert (one.rows, one.what) == (15, "5 loads (1.csv, 2.csv, 3.csv and 2 more)")


@pytest.mark.parametrize(
    "other",
    [{"source": "web"}, {"stream": "deal"}, {"reasons": ("else",)}, {"how": Held.CONSENT}],
    ids=["source", "stream", "reason", "kind"],
)
def test_what_differs_in_more_than_numbers_stays_apart(other: dict[str, object]) -> None:
    alike = [held(f"{n}.csv") for n in range(FEWEST_ALIKE - 1)]

    assert len(group_alike([*alike, held("9.csv", **other)])) == FEWEST_ALIKE


def test_what_wants_a_look_stands_apart(console: Console) -> None:
    print_remarks(console, ["a guess"], ["kept"], report="r")

    look, know = console.export_text().split("Worth knowing")
    assert "Needs a look" in look
    assert "a guess" in look
    assert "kept" in know


def test_a_missing_column_of_consent_is_no_consent_that_could_not_be_read() -> None:
    words = (
        "narrower than before: 1 column is not in it (unsub_time); what was known of it stays"
    )

    assert asks_for_something(words)
    assert not is_about_consent(words)


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("read as cp1252, which is a guess; export it as UTF-8", True),
        ("2 lines are no JSON and give no row (line 3, 4); the file itself is kept as it came", True),
        ("Email_Consent__c holds values that are no yes and no no", True),
        ("columns this project does not know are kept in _extra (1): Favourite Colour", False),
        ("completeness: 3 posts have replies the API does not show", False),
    ],
)  # fmt: skip
def test_a_remark_asks_for_something_unless_it_is_known_to_be_information(
    words: str, asks: bool
) -> None:
    assert Remark("shop/unsubscribed.csv", words).asks_for_something is asks
