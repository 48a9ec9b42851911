"""Every question of docs/department-questions.md has an answer where there is enough to tell."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.test_issues import say
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "department-questions.md"
FILES = {
    "Finance": "finance",
    "Design": "design",
    "Engineering": "engineering",
    "Marketing": "marketing",
    "Executives": "executive",
}
PEOPLE = 40


def questions() -> list[tuple[str, int, str]]:
    """Consumer, number and query of every question on the page."""
    sections = re.split(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [
        (FILES[name], int(number), query)
        for name, text in zip(sections[1::2], sections[2::2], strict=True)
        for number, query in re.findall(r"\*\*(\d+)\. .*?```sql\n(.*?)```", text, re.DOTALL)
    ]


def company() -> World:
    """Forty customers who write, are mailed, buy, and buy again, over two months."""
    world = World()
    world.add("config.sources", name="sendgrid_global", vendor="sendgrid", brand="quay")
    world.add("config.exchange_rates", day="2025-01-01", valid_to="2027-01-01", currency="EUR",
              reporting_currency="EUR", rate=1)  # fmt: skip
    world.add("config.sources", name="salesforce_emea", vendor="salesforce", brand="quay")
    world.add("staging.stg_salesforce__campaigns", campaign_id="salesforce_emea:campaign:1",
              source="salesforce_emea", name="Spring", start_date="2026-09-01", currency="EUR",
              actual_cost_minor=5000)  # fmt: skip
    world.add("config.releases", release_name="4.2", released_on="2026-10-13", area="app")
    for person in range(PEOPLE):
        record = f"x_quay:user:{person}"
        world.record(record, f"c{person}")
        world.add("value.predictions", customer_id=f"c{person}", currency="EUR",
                  probability_alive=0.5, expected_purchases_52w=1.0, expected_average_minor=100)  # fmt: skip
        for month, release in (("09", "before"), ("10", "after")):
            _write(world, person, record, month)
            _deal(world, person, record, month)
            say(world, f"release-{release}-{person}", "dark mode is broken", person,
                sentiment="negative", is_complaint=True,
                created_at=f"2026-10-{'05' if release == 'before' else '20'} 10:00:00+00")  # fmt: skip
        for event, hour in (("delivered", "09"), ("open", "12"), ("click", "13"),
                            ("unsubscribe", "14")):  # fmt: skip
            world.email_event(f"{event}{person}", event, record_id=record, send_key=f"s{person}",
                              campaign_id="sendgrid_global:campaign:1", campaign_name="Spring",
                              occurred_at=f"2026-09-01 {hour}:00:00+00")  # fmt: skip
    return world


def _write(world: World, person: int, record: str, month: str) -> None:
    texts = {
        "please add a dark mode widget": {},
        "it logs me out on android version 4.1": {"sentiment": "negative"},
        "love the new design of it all": {"sentiment": "positive"},
        "hm, anybody there about the checkout bug?": {},
    }
    for number, (text, labels) in enumerate(texts.items()):
        if month == "09" and number == 2 and person >= PEOPLE // 2:
            continue  # a theme that grows
        message = f"m{month}-{number}-{person}"
        day = f"2026-{month}-0{2 + number}"
        say(world, message, text, person, created_at=f"{day} 10:00:00+00", **labels)
        if number < 3:
            world.message(f"a-{message}", record, direction="out", parent_message_id=message,
                          thread_id=f"t-{message}", author_record_id="x_quay:user:agent",
                          created_at=f"{day} 12:00:00+00")  # fmt: skip


def _deal(world: World, person: int, record: str, month: str) -> None:
    for outcome in ("won", "lost"):
        world.opportunity(f"{outcome}{month}-{person}", record, outcome=outcome,
                          close_date=f"2026-{month}-15", campaign_id="sendgrid_global:campaign:1",
                          amount_minor=1000 + person)  # fmt: skip
    world.opportunity(f"open{month}-{person}", record, outcome="open", probability=0.5,
                      close_date="2026-10-20" if month == "09" else "2026-11-20",
                      amount_minor=1000 + person)  # fmt: skip
    world.add("intermediate.int_cases", case_id=f"k{month}-{person}", record_id=record,
              source="x_quay", brand="quay", subject="Refund", case_type="Question",
              created_at=f"2026-{month}-03 00:00:00+00",
              closed_at=f"2026-{month}-05 00:00:00+00")  # fmt: skip


NEEDS_MORE = {("design", 7), ("engineering", 20), ("marketing", 16), ("executive", 18)}
"""What only rows of other, a theme of few days before, and deals without a touch answer."""


def test_there_are_twenty_questions_of_each_department() -> None:
    numbers = [(consumer, number) for consumer, number, _ in questions()]

    assert numbers == [(name, n) for name in FILES.values() for n in range(1, 21)]


def test_every_question_is_answered_by_its_query(build: Build) -> None:
    insights = sorted(set(re.findall(r"insight_\w+__\w+", PAGE.read_text(encoding="utf-8"))))
    built = build(company(), *insights)
    built.connection.execute("set schema = 'insights'")

    unanswered = {
        (consumer, number)
        for consumer, number, query in questions()
        if not built.connection.execute(query).fetchall()
    }

    assert unanswered <= NEEDS_MORE
