"""Dates as screens show them: the register or the column says which part is the day, or nobody."""

import json

import pytest

from tests.unit.sources.inbox import Inbox, source_of

HEADER = "Record ID,First Name,Email,Lifecycle Stage,Create Date,Last Modified Date"


def put(inbox: Inbox, times: list[tuple[str, str]], **options: str) -> None:
    rows = [f'{n},Mei,m{n}@example.com,Lead,"{a}","{b}"' for n, (a, b) in enumerate(times)]
    inbox.put(source_of("hubspot", **options), "a.csv", "\n".join([HEADER, *rows]) + "\n")


@pytest.mark.parametrize(
    ("times", "options", "found"),
    [
        pytest.param([("10/24/2023 9:36 AM", "")], {}, "2023-10-24 09:36", id="month-first"),
        pytest.param([("24/10/2023 09:36", "")], {}, "2023-10-24 09:36", id="day-first"),
        pytest.param(
            [("10/24/2023, 12:05:09 a.m.", "")], {}, "2023-10-24 00:05:09", id="night"
        ),
        pytest.param([("10/24/2023 12:05 PM", "")], {}, "2023-10-24 12:05", id="noon"),
        pytest.param([("03.04.2023", "")], {}, "2023-04-03", id="dots-are-day-first"),
        pytest.param([("2023/4/3 7:00", "")], {}, "2023-04-03 07:00", id="year-first"),
        pytest.param([("04/04/2023", "")], {}, "2023-04-04", id="either-way-the-same"),
        pytest.param(
            [("03/04/2023", ""), ("24/10/2023", "")], {}, "2023-04-03", id="by-its-column"
        ),
        pytest.param([("03/04/2023", "10/24/2023")], {}, "2023-03-04", id="by-another-column"),
        pytest.param(
            [("03/04/2023", "")],
            {"date_order": "day_first"},
            "2023-04-03",
            id="by-the-register",
        ),
    ],
)
def test_a_screens_date_lands_as_iso(
    inbox: Inbox, times: list[tuple[str, str]], options: dict[str, str], found: str
) -> None:
    put(inbox, times, **options)

    reading = inbox.one()

    assert reading.column("create_date")[0] == found
    assert not reading.batch.problems


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([("03/04/2023", "")], id="nothing-shows"),
        pytest.param([("03/04/2023", ""), ("24/10/2023", ""), ("10/24/2023", "")], id="both"),
    ],
)
def test_dates_nobody_can_tell_refuse_the_load_with_the_line_to_add(
    inbox: Inbox, times: list[tuple[str, str]]
) -> None:
    put(inbox, times)

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("unclear_date_order: dates in create_date ")
    assert "`date_order: day_first`" in problem
    assert "under sources.hubspot_test in config/sources.yml" in problem


def _page(*created: str) -> str:
    return json.dumps(
        {
            "results": [
                {"id": str(n), "properties": {"email": f"m{n}@example.com", "createdate": time}}
                for n, time in enumerate(created)
            ]
        }
    )


def test_a_screens_date_in_json_lands_as_iso(inbox: Inbox) -> None:
    inbox.put(
        source_of("hubspot"), "page.json", _page("03/04/2023 9:36 AM", "10/24/2023 1:05 PM")
    )

    reading = inbox.one()

    assert reading.column("create_date") == ["2023-03-04 09:36", "2023-10-24 13:05"]
    assert not reading.batch.problems


def test_dates_of_json_that_nobody_can_tell_refuse_the_load(inbox: Inbox) -> None:
    inbox.put(source_of("hubspot"), "page.json", _page("03/04/2023 9:36 AM"))

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("unclear_date_order: dates in create_date ")


def test_times_of_json_without_a_zone_refuse_the_load_too(inbox: Inbox) -> None:
    inbox.put(source_of("hubspot", timezone=None), "page.json", _page("2023-10-24 09:36"))

    (problem,) = inbox.one().batch.problems

    assert problem.startswith("missing_time_zone: times in create_date ")
