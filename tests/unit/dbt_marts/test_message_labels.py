"""What messages hold, beside who wrote them: nobody asks the brand's own words to be routed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA = "x_quay:user:ana"


def labelled(world: World, message_id: str, **values: Any) -> World:
    return world.add(
        "listening.message_labels",
        **{
            "message_id": message_id,
            "version_number": 1,
            "language": "en",
            "is_complaint": True,
            "department": "billing",
            "department_confidence": 0.5,
            "department_by": "department/3",
            "harm": "none",
            "is_spam": False,
            "findings": "[]",
            "personal_data": "[]",
            "model_version": "3",
            "rules_version": "abc",
            **values,
        },
    )


def test_labels_stand_beside_who_wrote_and_where(build: Build) -> None:
    world = (
        World().record(ANA, "c1").message("m1", ANA, body_text="billed twice: a@example.org")
    )
    labelled(
        world, "m1", redacted_text="billed twice: [email]", personal_data='[{"kind":"email"}]'
    )

    built = build(world, "fct_message_labels")

    row = built.row("select * from marts.fct_message_labels")
    assert (row["customer_id"], row["record_id"], row["channel"]) == ("c1", ANA, "x")
    assert (row["is_complaint"], row["department"], row["has_personal_data"]) == (
        True,
        "billing",
        True,
    )
    assert row["redacted_text"] == "billed twice: [email]"


def test_the_brands_own_words_complain_of_nothing(build: Build) -> None:
    world = World().record(ANA, "c1").message("m1", ANA, direction="out")
    labelled(world, "m1")

    built = build(world, "fct_message_labels")

    row = built.row("select * from marts.fct_message_labels")
    assert row["is_complaint"] is False
    assert (row["department"], row["department_confidence"], row["department_by"]) == (
        None,
        None,
        None,
    )


def test_a_customer_shows_when_they_last_complained_and_what_waits(build: Build) -> None:
    world = World().record(ANA, "c1")
    for name, day, complains in (("m1", 1, True), ("m2", 3, True), ("m3", 5, False)):
        world.message(name, ANA, thread_id=name, created_at=f"2026-10-0{day} 10:00:00+00")
        labelled(world, name, is_complaint=complains)
    world.message(
        "m4",
        ANA,
        direction="out",
        thread_id="m2",
        parent_message_id="m2",
        visibility="public",
        created_at="2026-10-04 10:00:00+00",
    )

    row = build(world, "customer_360").row("select * from marts.customer_360")

    assert (row["complaints_received"], row["complaints_unanswered"]) == (2, 1)
    assert row["last_complaint_received_at"] == datetime(2026, 10, 3, 10, tzinfo=UTC)


def test_a_short_text_is_in_the_language_its_network_says(build: Build) -> None:
    world = World().record(ANA, "c1").message("m1", ANA, language="pl", body_text="ok")
    labelled(world, "m1", language="und")

    built = build(world, "fct_message_labels")

    row = built.row("select * from marts.fct_message_labels")
    assert (row["language"], row["redacted_text"]) == ("pl", "ok")
