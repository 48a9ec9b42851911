"""What customers ask: what it is about, who acts on it, what became of it, what it is worth."""

from collections.abc import Callable
from typing import Any

import pytest

from dagster_project.config.privacy import Privacy
from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

MODEL = "department/1"


def people(count: int) -> World:
    world = World()
    for person in range(count):
        world.record(f"x_quay:user:{person}", f"c{person}")
    return world


def say(world: World, message: str, text: str, person: int = 0, **values: Any) -> World:
    """A message of a person and its labels; what is no message's is the labels'."""
    labels = {
        "department": "unrouted",
        "department_by": MODEL,
        "department_confidence": 0.5,
        "is_complaint": False,
        "is_spam": False,
        "language": "en",
        "personal_data": "[]",
        "version_number": 1,
        **{name: values.pop(name) for name in list(values) if name in LABELS},
    }
    world.add("listening.message_labels", message_id=message, **labels)
    return world.message(
        message,
        f"x_quay:user:{person}",
        **{"body_text": text, "version_number": 1, "thread_id": f"t-{message}", **values},
    )


LABELS = {
    "department", "department_by", "department_confidence", "is_complaint", "complaint_by",
    "is_spam", "sentiment", "language", "redacted_text", "harm",
}  # fmt: skip


def answer(world: World, message: str, to: str, thread: str, moment: str) -> World:
    return world.message(
        message, "x_quay:user:0", direction="out", parent_message_id=to, thread_id=thread,
        author_record_id="x_quay:user:agent", created_at=moment,
    )  # fmt: skip


def issue(built: Built) -> dict[str, Any]:
    return built.row("select * from marts.fct_issue")


@pytest.mark.parametrize(
    ("text", "about"),
    [
        pytest.param(
            "the new update broke dark mode on my phone. again.",
            ("bug", "app", "dark_mode", None, None), id="english",
        ),
        pytest.param(
            "Seit dem Update geht der dunkle Modus nicht mehr",
            ("complaint", "app", "dark_mode", None, None), id="german",
        ),
        pytest.param(
            "更新之後開唔到深色模式", ("bug", "app", "dark_mode", None, None), id="chinese"
        ),
        pytest.param(
            "Sur mon iPhone, l'appli me déconnecte (version 4.2.1)",
            ("bug", "app", "signed_out", "ios", "4.2.1"), id="french-with-version",
        ),
        pytest.param(
            "darkly moded", ("complaint", None, None, None, None), id="no-part-of-a-word"
        ),
        pytest.param(
            "costs 4.20 on android", ("complaint", None, None, "android", None),
            id="a-price-is-no-version",
        ),
    ],
)  # fmt: skip
def test_words_of_many_languages_say_what_it_is_about(
    build: Build, text: str, about: tuple[str | None, ...]
) -> None:
    built = build(say(people(1), "m1", text, is_complaint=True), "fct_issue")

    found = issue(built)

    assert (
        tuple(found[n] for n in ("ask", "product_area", "theme", "platform", "app_version"))
        == about
    )


@pytest.mark.parametrize(
    ("text", "labels", "ask"),
    [
        pytest.param("love it", {"sentiment": "positive"}, None, id="praise"),
        pytest.param("it crashed less, great", {"sentiment": "positive"}, None, id="no-bug"),
        pytest.param("is there a student plan?", {}, "question", id="question"),
        pytest.param("please add a timer", {}, "request", id="request"),
        pytest.param("my bill", {"department": "billing"}, "question", id="somebody-must-act"),
        pytest.param("rubbish?", {"is_spam": True}, None, id="spam"),
    ],
)
def test_only_who_asks_has_an_issue(
    build: Build, text: str, labels: dict[str, Any], ask: str | None
) -> None:
    built = build(say(people(1), "m1", text, **labels), "fct_issue")

    assert built.values("select ask from marts.fct_issue") == ([ask] if ask else [])


@pytest.mark.parametrize(
    ("labels", "text", "route"),
    [
        pytest.param({}, "hm?", ("unrouted", "team:triage", None), id="nobody-is-sure"),
        pytest.param(
            {"department": "billing"}, "hm?", ("billing", "team:billing", MODEL), id="model"
        ),
        pytest.param(
            {"department": "service"}, "it logs me out?",
            ("engineering", "team:engineering", "theme/signed_out"), id="theme-before-model",
        ),
        pytest.param(
            {"department": "compliance", "department_by": "department_privacy/1"},
            "it logs me out?", ("compliance", "team:compliance", "department_privacy/1"),
            id="rule-of-listening-first",
        ),
    ],
)  # fmt: skip
def test_rules_go_before_the_model_and_what_nobody_knows_is_triages(
    build: Build, labels: dict[str, Any], text: str, route: tuple[str | None, ...]
) -> None:
    found = issue(build(say(people(1), "m1", text, **labels), "fct_issue"))

    assert (found["department"], found["owner"], found["routed_by"]) == route


def test_a_persons_word_stays_and_says_whether_the_route_was_right(build: Build) -> None:
    world = say(people(2), "m1", "where is it?", department="delivery")
    say(world, "m2", "and this?", 1, department="billing")
    issues = build(world, "fct_issue").values(
        "select issue_id from marts.fct_issue order by first_message_id"
    )
    for number, department in enumerate(("sales", "billing")):
        world.add(
            "config.route_corrections", issue_id=issues[number], department=department,
            corrected_by="ana", corrected_on="2026-10-03",
        )  # fmt: skip

    rows = build(world, "fct_issue").rows(
        "select department, machine_department, route_judgement, routed_by "
        "from marts.fct_issue order by first_message_id"
    )

    assert [tuple(row.values()) for row in rows] == [
        ("sales", "delivery", "corrected", "person/ana"),
        ("billing", "billing", "confirmed", "person/ana"),
    ]


def test_everybody_in_a_thread_has_an_issue_and_who_says_the_same_is_counted_once(
    build: Build,
) -> None:
    world = people(3)
    for person in range(3):
        say(world, f"m{person}", "dark mode is broken!", person, thread_id="t")
    say(world, "m3", "dark mode is still broken", 2, thread_id="t")

    row = build(world, "fct_issue").row(
        "select count(*) as issues, count(distinct issue_group_id) as kinds, "
        "sum(posts) as posts from marts.fct_issue"
    )

    assert row == {"issues": 3, "kinds": 1, "posts": 4}


@pytest.mark.parametrize(
    ("answered", "state"),
    [
        pytest.param(None, "unrouted", id="waits"),
        pytest.param("2026-10-31 10:00:00+00", "accepted", id="answered-yesterday"),
        pytest.param("2026-10-02 10:00:00+00", "resolved", id="silent-for-weeks"),
    ],
)
def test_an_issue_is_accepted_by_an_answer_and_resolved_by_silence(
    build: Build, answered: str | None, state: str
) -> None:
    world = say(people(1), "m1", "it crashes", thread_id="t")
    if answered:
        answer(world, "a1", "m1", "t", answered)

    found = issue(build(world, "fct_issue"))

    assert found["state"] == state
    assert (found["accepted_by"] is not None) is (answered is not None)
    assert (found["resolved_by"] == "silence") is (state == "resolved")


def test_a_case_is_resolved_when_it_is_closed_and_belongs_to_its_queue(build: Build) -> None:
    world = people(1)
    world.add("config.departments", department="billing", owner="team:billing", queue=None)
    world.add("config.departments", department="billing", owner="team:billing", queue="Money")
    world.add(
        "intermediate.int_cases", case_id="k1", record_id="x_quay:user:0", source="x_quay",
        brand="quay", owner="money", subject="Charged twice", case_type="Problem",
        created_at="2026-10-01 00:00:00+00", closed_at="2026-10-02 00:00:00+00",
    )  # fmt: skip

    found = issue(build(world, "fct_issue"))

    assert (found["department"], found["routed_by"]) == ("billing", "queue/Money")
    assert (found["state"], found["resolved_by"]) == ("resolved", "case_closed")
    assert (found["theme"], found["seconds_to_resolve"]) == ("charged_twice", 86400)


def test_product_managers_see_customers_their_worth_the_release_and_the_decision(
    build: Build,
) -> None:
    world = people(4)
    for person, day in enumerate(("2026-10-05", "2026-10-12", "2026-10-20", "2026-10-21")):
        say(world, f"m{person}", "dark mode is broken", person, sentiment="negative",
            created_at=f"{day} 10:00:00+00")  # fmt: skip
    say(world, "more", "dark mode still broken", 3, created_at="2026-10-22 10:00:00+00")
    world.add("config.releases", release_name="4.2", released_on="2026-10-13", area="app")
    for state, day in (("open", "2026-10-14"), ("planned", "2026-10-20")):
        world.add("config.decisions", theme="dark_mode", state=state, decided_on=day)
    world.add("config.exchange_rates", day="2026-01-01", valid_to="2027-01-01", currency="EUR",
              reporting_currency="EUR", rate=1)  # fmt: skip
    world.opportunity("won", "x_quay:user:1", amount_minor=700)
    world.opportunity("open", "x_quay:user:3", outcome="open", amount_minor=300)

    row = build(world, "product_feedback").row("select * from marts.product_feedback")

    assert (row["posts"], row["customers"], row["bugs"], row["distinct_issues"]) == (5, 4, 5, 1)
    assert row["won_amount_minor_converted"] == 700
    assert row["open_amount_minor_converted"] == 300
    assert (row["theme_customers_before_release"], row["theme_customers_after_release"]) == (
        2,
        2,
    )
    assert (row["decision"], row["negative_share"]) == ("planned", 1.0)


def test_an_amount_without_a_rate_makes_the_worth_unknown(build: Build) -> None:
    world = say(people(1), "m1", "dark mode is broken")
    world.opportunity("won", "x_quay:user:0", currency="HKD")

    row = build(world, "product_feedback").row("select * from marts.product_feedback")

    assert row["won_amount_minor_converted"] is None


THEMES = "insight_design__themes_by_month"
RELEASES = "insight_design__themes_around_releases"
QUOTES = "insight_design__quotes"
ENGINEERING = "insight_engineering__issues_by_area"


def test_design_counts_customers_and_puts_small_themes_together(build: Build) -> None:
    world = people(19)
    for person in range(9):
        for post in range(2):
            say(world, f"d{person}-{post}", "dark mode is broken", person, sentiment="negative")
    for person in range(9, 14):
        say(world, f"s{person}", "it logs me out", person)
    for person in range(14, 19):
        say(world, f"l{person}", "the app is slow", person)
    say(world, "bill", "charged twice", 0)

    rows = build(world, THEMES).rows(
        f"select theme, customers, posts, negative_share from insights.{THEMES} order by theme"
    )

    assert [tuple(row.values()) for row in rows] == [
        ("dark_mode", 9, 18, 1.0),
        ("other", 10, 10, None),
    ]


def test_design_sees_a_theme_go_after_a_release(build: Build) -> None:
    world = people(20)
    for person in range(20):
        day = "2026-10-10" if person < 11 else "2026-10-20"
        say(world, f"m{person}", "dark mode is broken", person, created_at=f"{day} 10:00:00+00")
    say(world, "old", "dark mode is broken", 0, created_at="2026-08-01 10:00:00+00")
    world.add("config.releases", release_name="4.2", released_on="2026-10-13", area="app")

    rows = build(world, RELEASES).rows(
        f"select period, customers, compared_days from insights.{RELEASES} order by period"
    )

    assert [tuple(row.values()) for row in rows] == [("after", 9, 20), ("before", 11, 20)]


NAMES = ("Ana", "Ben", "Cyd", "Dee", "Eva", "Fay", "Gus", "Hal", "Ida")


def quoting(people_of_it: int, **values: Any) -> World:
    world = people(people_of_it)
    for person, name in enumerate(NAMES[:people_of_it]):
        text = f"@quaybrand dark mode is broken again, {name} order 44{person}"
        say(world, f"m{person}", text, person, **values)
    return world


def test_a_quote_keeps_the_words_of_many_and_hides_those_of_few(build: Build) -> None:
    quotes = build(quoting(9), QUOTES).values(f"select quote_text from insights.{QUOTES}")

    assert quotes == ["dark mode is broken again, […] order […]"]


@pytest.mark.parametrize(
    ("people_of_it", "harm", "allowed"),
    [
        pytest.param(8, "none", True, id="too-few"),
        pytest.param(9, "threat", True, id="threats"),
        pytest.param(9, "none", False, id="not-allowed"),
    ],
)
def test_there_is_no_quote(build: Build, people_of_it: int, harm: str, allowed: bool) -> None:
    world = quoting(people_of_it, harm=harm)
    for key, value in Privacy(masked_quotes=allowed).settings():
        world.add("config.settings", key=key, value=value)

    assert build(world, QUOTES).values(f"select quote_text from insights.{QUOTES}") == []


def engineering(build: Build, *, has_lone_bug: bool) -> list[tuple[Any, ...]]:
    world = people(19)
    world.add("config.exchange_rates", day="2026-01-01", valid_to="2027-01-01", currency="EUR",
              reporting_currency="EUR", rate=1)  # fmt: skip
    for person in range(9):
        for again in range(2):
            text = "dark mode is broken on android version 4.1"
            say(world, f"a{person}-{again}", text, person)
        world.opportunity(f"o{person}", f"x_quay:user:{person}", amount_minor=100)
    for person in range(9, 18):
        say(world, f"b{person}", "dark mode is broken", person)
    if has_lone_bug:
        say(world, "few", "the strap broke", 18)
    rows = build(world, ENGINEERING).rows(
        "select theme, platform, app_version, customers, won_amount_minor_converted "
        f"from insights.{ENGINEERING} order by platform"
    )
    return [tuple(row.values()) for row in rows]


def test_engineering_sees_what_who_reports_a_bug_is_worth_once_each(build: Build) -> None:
    assert engineering(build, has_lone_bug=False) == [
        ("dark_mode", "android", "4.1", 9, 900),
        ("dark_mode", "unknown", "unknown", 9, None),
    ]


def test_a_lone_bug_is_not_to_be_had_by_taking_the_others_from_the_whole(build: Build) -> None:
    assert engineering(build, has_lone_bug=True) == [("other", "other", "other", 19, 900)]


CAMPAIGNS = "insight_marketing__campaign_results"


def test_marketing_sees_a_campaign_from_mail_to_deal(build: Build) -> None:
    world = people(9)
    world.add("config.exchange_rates", day="2026-01-01", valid_to="2027-01-01", currency="EUR",
              reporting_currency="EUR", rate=1)  # fmt: skip
    for person in range(9):
        record, campaign = f"x_quay:user:{person}", "sendgrid_global:campaign:1"
        for event in ("delivered", "click"):
            world.email_event(f"{event}{person}", event, record_id=record, campaign_id=campaign,
                              campaign_name="Spring", send_key=f"s{person}",
                              occurred_at=f"2026-10-0{1 + (event == 'click')} 10:00:00+00")  # fmt: skip
        world.opportunity(f"o{person}", record, campaign_id=campaign, amount_minor=100 + person)

    row = build(world, CAMPAIGNS).row(f"select * from insights.{CAMPAIGNS}")

    assert (row["campaign"], row["customers"], row["clicking_customers"]) == ("Spring", 9, 9)
    assert (row["won_deals"], row["won_amount_minor_converted"]) == (9, 936)
