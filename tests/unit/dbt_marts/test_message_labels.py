"""What messages hold, beside who wrote them: nobody asks the brand's own words to be routed."""

from collections.abc import Callable
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


def test_a_short_text_is_in_the_language_its_network_says(build: Build) -> None:
    world = World().record(ANA, "c1").message("m1", ANA, language="pl", body_text="ok")
    labelled(world, "m1", language="und")

    built = build(world, "fct_message_labels")

    row = built.row("select * from marts.fct_message_labels")
    assert (row["language"], row["redacted_text"]) == ("pl", "ok")
