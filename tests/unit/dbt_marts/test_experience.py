"""How customers met a conversation, and who answers well."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.test_message_labels import labelled
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA, BEN, LEA, HUGH = (f"x_quay:user:{name}" for name in ("ana", "ben", "lea", "hugh"))


def at(hour: int, minute: int = 0) -> str:
    return f"2026-10-01 {hour:02d}:{minute:02d}:00+00"


def said(world: World, name: str, mood: str | None, moment: str, **values: Any) -> World:
    world.message(name, values.pop("by", ANA), created_at=moment, **values)
    return labelled(
        world, name, sentiment=mood, sentiment_by=mood and "sentiment/3", is_complaint=mood == "negative"
    )  # fmt: skip


def answered(world: World, name: str, parent: str, moment: str, **values: Any) -> World:
    agent = values.pop("agent", LEA)
    record = values.pop("to", ANA)
    return world.message(name, record, direction="out", author_record_id=agent,
                         parent_message_id=parent, created_at=moment, **values)  # fmt: skip


def experience(built: Built) -> dict[str, Any]:
    return built.row("select * from marts.conversation_experience")


def test_wait_effort_handovers_and_mood_of_one_conversation(build: Build) -> None:
    world = World().record(ANA, "c1").record(BEN, "c2")
    said(world, "m1", "negative", at(10))
    said(world, "m2", "negative", at(10, 30))
    answered(world, "m3", "m1", at(11))
    said(world, "m4", "neutral", at(12), parent_message_id="m3")
    answered(world, "m5", "m4", at(13), agent=HUGH)
    said(world, "m6", "positive", at(14), parent_message_id="m5")
    said(world, "m7", "negative", at(15), by=BEN)

    row = experience(build(world, "conversation_experience"))

    assert (row["customer_id"], row["first_agent_record_id"]) == ("c1", LEA)
    assert (row["seconds_to_first_answer"], row["answers"], row["handovers"]) == (3600, 2, 1)
    assert (row["customer_messages"], row["messages_after_answer"]) == (4, 2)
    # Ben's mood is not Ana's
    assert (row["mood_before"], row["mood_after"], row["mood_change"]) == (-1, 1, 2)
    assert row["is_complaint"] is True


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("negative", None, id="a-language-without-published-moods"),
        pytest.param(None, "positive", id="unknown-before"),
    ],
)
def test_a_mood_that_is_not_known_has_not_changed(
    build: Build, before: str | None, after: str | None
) -> None:
    world = World().record(ANA, "c1")
    said(world, "m1", before, at(10))
    answered(world, "m2", "m1", at(11))
    said(world, "m3", after, at(12), parent_message_id="m2")

    assert experience(build(world, "conversation_experience"))["mood_change"] is None


def test_nobody_answered_is_no_time_and_no_agent(build: Build) -> None:
    world = said(World().record(ANA, "c1"), "m1", "negative", at(10))

    row = experience(build(world, "conversation_experience"))

    assert (row["is_answered"], row["seconds_to_first_answer"], row["answers"]) == (
        False, None, 0,
    )  # fmt: skip
    assert row["first_agent_record_id"] is None


def test_what_the_brand_said_before_is_no_answer(build: Build) -> None:
    world = World().record(ANA, "c1")
    answered(world, "m0", "elsewhere", at(8))
    said(world, "m1", "negative", at(10), parent_message_id="m0")
    answered(world, "m2", "m1", at(11), agent=HUGH)

    row = experience(build(world, "conversation_experience"))

    assert (row["seconds_to_first_answer"], row["first_agent_record_id"]) == (3600, HUGH)


@pytest.mark.parametrize(
    ("conversations", "improved", "expected"),
    [
        pytest.param(29, 20, None, id="too-few"),
        # Wilson by hand: n = 30, p = 2/3, z = 1.96 gives 0.488 to 0.808
        pytest.param(30, 20, (0.667, 0.488, 0.808), id="enough"),
        pytest.param(40, 40, (1.0, 0.912, 1.0), id="all"),
    ],
)
def test_an_agents_share_is_shown_with_its_interval_from_thirty_on(
    build: Build, conversations: int, improved: int, expected: tuple[float, ...] | None
) -> None:
    world = World()
    for n in range(conversations):
        customer = f"x_quay:user:c{n}"
        thread = {"thread_id": f"t{n}"}
        world.record(customer, f"c{n}")
        said(world, f"a{n}", "negative", at(10), by=customer, **thread)
        answered(world, f"b{n}", f"a{n}", at(11), to=customer, **thread)
        mood = "positive" if n < improved else "negative"
        said(world, f"c{n}", mood, at(12), by=customer, parent_message_id=f"b{n}", **thread)

    row = build(world, "agent_outcomes").row("select * from marts.agent_outcomes")

    shown = [row[f"improved_share{end}"] for end in ("", "_low", "_high")]
    assert row["conversations"] == row["moods_known"] == conversations
    assert (row["moods_improved"], row["moods_worsened"]) == (improved, 0)
    if expected is None:
        assert shown == [None, None, None]
        assert row["median_seconds_to_answer"] is None
    else:
        assert shown == pytest.approx(expected, abs=0.001)
        assert row["median_seconds_to_answer"] == 3600
