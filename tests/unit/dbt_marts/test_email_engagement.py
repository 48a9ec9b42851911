"""Machine opens and bot clicks are told apart from a person's."""

from collections.abc import Callable

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

DELIVERED = "2026-10-01 10:00:00+00"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/129.0"
GOOGLE = "Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def delivered() -> World:
    return World().email_event("d", "delivered", occurred_at=DELIVERED)


def judgement(built: Built, event: str) -> tuple[str | None, str | None]:
    row = built.row(
        "select engagement, machine_reason from marts.fct_email_event "
        f"where email_event_id = '{event}'"
    )
    return row["engagement"], row["machine_reason"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"user_agent": BROWSER}, ("human_open", None), id="person"),
        pytest.param({"user_agent": None}, ("human_open", None), id="no-agent"),
        pytest.param(
            {"user_agent": BROWSER, "is_vendor_machine": True},
            ("machine_open", "vendor_flag"),
            id="vendor-says-so",
        ),
        pytest.param(
            {"user_agent": "Mozilla/5.0"}, ("machine_open", "prefetch_agent"), id="mail-privacy"
        ),
        pytest.param(
            {"user_agent": None, "ip": "17.58.98.7"},
            ("machine_open", "prefetch_address"),
            id="mail-privacy-without-an-agent",
        ),
        pytest.param(
            {"user_agent": None, "ip": "198.51.100.17"}, ("human_open", None), id="home-address"
        ),
        pytest.param(
            {"user_agent": "Barracuda Sentinel (EE)"},
            ("machine_open", "scanner_agent"),
            id="gateway",
        ),
        pytest.param(
            {"user_agent": GOOGLE, "occurred_at": "2026-10-01 10:00:10+00"},
            ("machine_open", "proxy_after_delivery"),
            id="proxy-at-the-threshold",
        ),
        pytest.param(
            {"user_agent": GOOGLE, "occurred_at": "2026-10-01 10:00:11+00"},
            ("human_open", None),
            id="proxy-past-the-threshold",
        ),
        pytest.param(
            {"user_agent": BROWSER, "occurred_at": "2026-10-01 10:00:01+00"},
            ("human_open", None),
            id="a-person-may-open-at-once",
        ),
    ],
)
def test_opens_are_judged(
    build: Build, values: dict[str, object], expected: tuple[str, str | None]
) -> None:
    world = delivered().email_event(
        "o", "open", **{"occurred_at": "2026-10-01 12:00:00+00", **values}
    )

    assert judgement(build(world, "fct_email_event"), "o") == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param("03", ("bot_click", "click_after_delivery"), id="at-the-threshold"),
        pytest.param("04", ("human_click", None), id="past-the-threshold"),
    ],
)
def test_a_click_right_after_delivery_is_a_bots(
    build: Build, seconds: str, expected: tuple[str, str | None]
) -> None:
    world = delivered().email_event(
        "c",
        "click",
        url="https://example.org/a",
        user_agent=BROWSER,
        occurred_at=f"2026-10-01 10:00:{seconds}+00",
    )

    assert judgement(build(world, "fct_email_event"), "c") == expected


def clicks(*links_and_seconds: tuple[str, int]) -> World:
    world = World()
    for place, (link, second) in enumerate(links_and_seconds):
        world.email_event(
            f"c{place}",
            "click",
            url=f"https://example.org/{link}",
            user_agent=BROWSER,
            occurred_at=f"2026-10-01 11:00:{second:02}+00",
        )
    return world


def test_many_links_at_once_are_a_scanners_even_without_a_delivery(build: Build) -> None:
    built = build(clicks(("a", 0), ("b", 5), ("c", 10)), "fct_email_event")

    assert built.values("select distinct machine_reason from marts.fct_email_event") == [
        "click_burst"
    ]


def test_two_links_or_one_link_thrice_are_a_persons(build: Build) -> None:
    built = build(clicks(("a", 0), ("b", 5), ("b", 6), ("a", 7)), "fct_email_event")

    assert built.values("select distinct engagement from marts.fct_email_event") == [
        "human_click"
    ]


def test_links_followed_one_after_the_other_are_a_persons(build: Build) -> None:
    built = build(clicks(("a", 0), ("b", 20), ("c", 40)), "fct_email_event")

    assert built.values("select distinct engagement from marts.fct_email_event") == [
        "human_click"
    ]


def test_a_burst_does_not_taint_a_later_click_of_the_same_send(build: Build) -> None:
    world = clicks(("a", 0), ("b", 1), ("c", 2), ("a", 50))

    assert judgement(build(world, "fct_email_event"), "c3") == ("human_click", None)


def test_clicks_of_different_sends_make_no_burst(build: Build) -> None:
    world = World()
    for place in range(3):
        world.email_event(
            f"c{place}", "click", send_key=f"s{place}", url=f"https://example.org/{place}"
        )

    built = build(world, "fct_email_event")

    assert built.values("select distinct engagement from marts.fct_email_event") == [
        "human_click"
    ]


def test_other_events_are_neither(build: Build) -> None:
    world = World().email_event("b", "bounce", user_agent="Mozilla/5.0", is_vendor_machine=True)

    assert judgement(build(world, "fct_email_event"), "b") == (None, None)


def test_a_missing_threshold_is_seen(build: Build) -> None:
    world = World().add("config.settings", key="email.fast_seconds", value="3")

    assert build(world, "fct_email_event").failures("settings_are_complete") == 17
