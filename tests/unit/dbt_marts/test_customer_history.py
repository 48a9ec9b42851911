"""Versions of customers over the runs, and what changed between them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dagster_project.publish.versions import VERSIONS
from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA, BEN = "salesforce_emea:contact:ana", "hubspot_apac:contact:ben"
FIRST, SECOND, THIRD = (f"2026-11-0{day} 00:00:00+00" for day in (1, 2, 3))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("+00", "+00:00")).astimezone(UTC)


def world(as_of: str, **values: Any) -> World:
    made = World().record(
        ANA, "c1", given_name="Ana", family_name="Lima", full_name="Ana Lima", **values
    )
    return made.add("intermediate.int_as_of", as_of=as_of)


def run(build: Build, now: World, before: Built | None = None) -> Built:
    """The marts of one run; what the run before left is kept as ``keep_versions`` keeps it."""
    if before is not None:
        for table, rows in (
            ("history.customer_versions", f"select {', '.join(VERSIONS)} from marts.customer_history"),
            ("history.customer_rows", "select customer_id, _row_version as row_version, row_updated_at from marts.customer_360"),
        ):  # fmt: skip
            for row in before.rows(rows):
                now.add(table, **row)
    return build(now, "customer_changes")


def versions(built: Built) -> list[tuple[Any, ...]]:
    rows = built.rows(
        "select customer_id, title, reason, valid_from, recorded_from, recorded_to "
        "from marts.customer_history order by recorded_from, customer_id"
    )
    return [tuple(row.values()) for row in rows]


def changes(built: Built) -> list[tuple[Any, ...]]:
    rows = built.rows(
        "select customer_id, field, value_from, value_to, reason from marts.customer_changes "
        "order by recorded_at, customer_id, field"
    )
    return [tuple(row.values()) for row in rows]


def test_a_change_closes_a_version_and_says_what_why_and_when(build: Build) -> None:
    first = run(build, world(FIRST, title="Engineer"))

    second = run(
        build, world(SECOND, title="Director", updated_at="2026-11-01 09:00:00+00"), first
    )

    told = day("2026-11-01 09:00:00+00")
    assert versions(second) == [
        ("c1", "Engineer", "new", day("2026-01-01 00:00:00+00"), day(FIRST), day(SECOND)),
        ("c1", "Director", "source", told, day(SECOND), None),
    ]
    assert changes(second) == [("c1", "title", "Engineer", "Director", "source")]
    assert second.values("select row_updated_at from marts.customer_360") == [day(SECOND)]


def test_a_run_without_news_adds_no_version_and_dates_no_row_anew(build: Build) -> None:
    first = run(build, world(FIRST))

    second = run(build, world(SECOND), first)

    assert versions(second) == versions(first)
    assert changes(second) == []
    assert second.values("select row_updated_at from marts.customer_360") == [day(FIRST)]


def test_what_was_shown_on_a_day_can_be_asked(build: Build) -> None:
    built = None
    for as_of, title in ((FIRST, "Engineer"), (SECOND, "Director"), (THIRD, "Owner")):
        built = run(build, world(as_of, title=title, updated_at=as_of), built)
    assert built is not None

    shown = built.values(
        f"select title from marts.customer_history where recorded_from <= '{SECOND}' "
        f"and (recorded_to is null or recorded_to > '{SECOND}')"
    )

    assert shown == ["Director"]


def test_a_second_run_at_the_same_time_of_the_data_corrects_the_first(build: Build) -> None:
    first = run(build, world(FIRST, title="Engineer"))
    second = run(build, world(SECOND, title="Typo", updated_at=SECOND), first)

    third = run(build, world(SECOND, title="Director", updated_at=SECOND), second)

    assert [(row[1], row[2]) for row in versions(third)] == [
        ("Engineer", "new"),
        ("Director", "source"),
    ]


def test_customers_who_came_were_merged_or_went_are_told_but_the_first_run_is_no_news(
    build: Build,
) -> None:
    both = world(FIRST).record(BEN, "c2").record("x_quay:user:cy", "c3")
    first = run(build, both)
    after = world(SECOND).record(BEN, "c1").record("x_quay:user:di", "c4")
    after.add("identity.redirects", customer_id="c2", redirects_to="c1")

    second = run(build, after, first)

    assert changes(first) == []
    told = [change for change in changes(second) if change[1] == "customer"]
    assert told == [
        ("c2", "customer", "c2", "c1", "merged"),
        ("c3", "customer", "c3", None, "gone"),
        ("c4", "customer", None, "c4", "new"),
    ]
    assert ("c1", "record_count", "1", "2", "records") in changes(second)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param({"updated_at": "2026-11-01 12:00:00+00", "title": "Owner"}, "source", id="source"),
        pytest.param({}, "consent", id="consent"),
    ],
)  # fmt: skip
def test_a_withdrawal_alone_is_told_as_one(
    build: Build, values: dict[str, str], reason: str
) -> None:
    first = run(build, world(FIRST))
    after = world(SECOND, **values).add(
        "intermediate.int_consents", consent_event_id="s", record_id=ANA, channel="email",
        purpose="marketing", status="withdrawn", occurred_at="2026-11-01 12:00:00+00",
    )  # fmt: skip

    second = run(build, after, first)

    found = next(change for change in changes(second) if change[1] == "email_consent")
    assert found == ("c1", "email_consent", None, "withdrawn", reason)
