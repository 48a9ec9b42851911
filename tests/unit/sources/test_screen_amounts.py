"""Amounts with one mark before three digits: the register or the column says what it is, or nobody."""

import pytest

from tests.unit.sources.inbox import Inbox, source_of

HEADER = "Record ID;Deal Name;Deal Stage;Amount;Close Date;Associated Contact IDs"


def put(inbox: Inbox, amounts: list[str], **options: str) -> None:
    rows = [f"{n};Deal {n};Closed Won;{amount};;1" for n, amount in enumerate(amounts, 1)]
    inbox.put(source_of("hubspot", **options), "deals.csv", "\n".join([HEADER, *rows]) + "\n")


@pytest.mark.parametrize(
    ("amounts", "options", "found"),
    [
        pytest.param(["1.234", "99,50"], {}, "1234", id="comma-elsewhere"),
        pytest.param(["€ 1.234", "1.234,50"], {}, "€ 1234", id="both-marks-elsewhere"),
        pytest.param(["1.234", "1.234.567"], {}, "1234", id="two-points-elsewhere"),
        pytest.param(["1,234", "12,5"], {}, "1,2340", id="comma-decimals"),
        pytest.param(["1.234", "99.5"], {}, "1.234", id="point-elsewhere"),
        pytest.param(["1.234", "1166.6667"], {}, "1.234", id="four-decimals-elsewhere"),
        pytest.param(["1.234", "12"], {"decimal_mark": "comma"}, "1234", id="register-comma"),
        pytest.param(["1.234", "12"], {"decimal_mark": "point"}, "1.234", id="register-point"),
        pytest.param(["1,234", "12"], {}, "1,234", id="thousands-as-the-crms-write-them"),
        pytest.param(["0.125", "12"], {}, "0.125", id="nothing-unclear"),
        pytest.param(["1.234", "12"], {"currency": "JPY"}, "1.234", id="no-decimals-at-all"),
    ],
)
def test_an_amount_lands_as_the_one_it_means(
    inbox: Inbox, amounts: list[str], options: dict[str, str], found: str
) -> None:
    put(inbox, amounts, **options)

    reading = inbox.one()

    assert reading.column("amount")[0] == found
    assert not reading.batch.problems


@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param(["1.234"], id="nothing-shows"),
        pytest.param(["1.234", "12"], id="whole-numbers-show-nothing"),
        pytest.param(["1.234", "99,50", "99.50"], id="both-are-shown"),
    ],
)
def test_amounts_nobody_can_tell_refuse_the_load_with_the_line_to_add(
    inbox: Inbox, amounts: list[str]
) -> None:
    put(inbox, amounts)

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("unclear_amounts: amount can be read as thousands")
    assert "`decimal_mark: comma`" in problem
    assert "1.234)" in problem
