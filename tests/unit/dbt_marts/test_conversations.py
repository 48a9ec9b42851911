"""What belongs together, who answers, and what nobody has to answer."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA, BEN = "x_quay:user:ana", "x_quay:user:ben"
TICKET, OTHER = "zendesk_a:ticket:35", "zendesk_a:ticket:36"
LONG = "the lamp that came this morning does not light up at all"


def at(hour: int, day: int = 1) -> str:
    return f"2026-10-{day:02d} {hour:02d}:00:00+00"


def messages(built: Built, columns: str) -> list[tuple[Any, ...]]:
    found = built.connection.execute(
        f"select message_id, {columns} from marts.fct_message order by message_id"
    )
    return found.fetchall()


def conversation(built: Built, name: str = "thread-1") -> dict[str, Any]:
    return built.row(f"select * from marts.fct_conversation where conversation_id = '{name}'")


def ticket(world: World, case_id: str = TICKET, **values: Any) -> World:
    return world.add(
        "intermediate.int_cases",
        case_id=case_id,
        source="zendesk_a",
        created_at=at(9),
        **values,
    )


def comment(
    world: World, name: str, case_id: str = TICKET, by: str = ANA, **values: Any
) -> World:
    return world.message(
        name,
        by,
        **{"case_id": case_id, "thread_id": case_id, "visibility": "public", **values},
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"author_kind": "automation"}, id="automation"),
        pytest.param({"author_kind": "system"}, id="system"),
        pytest.param({"visibility": "internal"}, id="internal-note"),
        pytest.param({"deleted_at": at(12)}, id="deleted"),
    ],
)
def test_only_a_public_message_by_a_person_of_the_brand_answers(
    build: Build, answer: dict[str, Any]
) -> None:
    world = World().message("m1", ANA, created_at=at(10))
    world.message(
        "m2", ANA, direction="out", parent_message_id="m1", created_at=at(11), **answer
    )

    assert messages(build(world, "fct_message"), "is_unanswered") == [
        ("m1", True),
        ("m2", False),
    ]


def test_an_agents_public_comment_answers_all_of_a_tickets_customers(build: Build) -> None:
    world = ticket(World(), status="open")
    comment(world, "m1", created_at=at(10))
    comment(world, "m2", by=BEN, created_at=at(11))
    comment(world, "m3", direction="out", created_at=at(12))

    assert messages(build(world, "fct_message"), "answered_by_message_id") == [
        ("m1", "m3"), ("m2", "m3"), ("m3", None),
    ]  # fmt: skip


def test_a_ticket_that_was_closed_without_an_answer_keeps_nobody_waiting(build: Build) -> None:
    world = ticket(World(), status="solved", closed_at=at(15))
    comment(world, "m1", created_at=at(10))
    built = build(world, "fct_conversation")

    assert messages(built, "needs_answer, is_unanswered") == [("m1", True, False)]
    assert conversation(built, TICKET)["state"] == "closed"


def test_merged_tickets_are_one_conversation_and_the_absorbed_one_waits_for_nothing(
    build: Build,
) -> None:
    world = ticket(ticket(World(), status="open"), OTHER, merged_into=TICKET, merged_at=at(12))
    comment(world, "m1", OTHER, created_at=at(9))
    comment(world, "m2", created_at=at(10))
    built = build(world, "fct_conversation")

    kept, absorbed = conversation(built, TICKET), conversation(built, OTHER)
    assert (kept["first_customer_at"].hour, kept["unanswered_messages"]) == (9, 2)
    assert (absorbed["state"], absorbed["merged_into"]) == ("merged", TICKET)
    assert absorbed["is_unanswered"] is False
    assert built.values("select sum(unanswered_messages) from marts.fct_conversation") == [2]


def test_writing_again_long_after_the_brands_last_word_begins_another_conversation(
    build: Build,
) -> None:
    world = World().message("m1", ANA, created_at=at(10))
    world.message("m2", ANA, direction="out", parent_message_id="m1", created_at=at(11))
    world.message("m3", ANA, created_at=at(10, 20), parent_message_id="m2")
    world.message("m4", ANA, direction="out", parent_message_id="m3", created_at=at(11, 20))

    assert messages(build(world, "fct_message"), "conversation_id") == [
        ("m1", "thread-1"), ("m2", "thread-1"), ("m3", "m3"), ("m4", "m3"),
    ]  # fmt: skip


def test_asking_again_after_long_silence_without_an_answer_is_the_same_conversation(
    build: Build,
) -> None:
    world = World().message("m1", ANA, created_at=at(10))
    world.message("m2", ANA, created_at=at(10, 28), body_text="still nothing?")
    built = build(world, "fct_conversation")

    assert conversation(built)["customer_waiting_since"].day == 1
    assert conversation(built)["unanswered_messages"] == 2


def test_the_same_words_within_seconds_to_many_are_a_programs(build: Build) -> None:
    world = World()
    for number in range(5):
        person = f"x_quay:user:p{number}"
        world.message(f"m{number}", person, thread_id=f"t{number}", created_at=at(10))
        world.message(
            f"r{number}", person, thread_id=f"t{number}", direction="out",
            parent_message_id=f"m{number}", author_record_id="x_quay:user:quay",
            body_text=f"@p{number} Thank you for your message, we will look into it!",
            created_at="2026-10-01 10:00:20+00",
        )  # fmt: skip
    built = build(world, "fct_message")

    assert built.values(
        "select distinct author_kind || ' ' || auto_reason from marts.fct_message "
        "where direction = 'out'"
    ) == ["automation same_words_within_seconds"]
    assert built.values("select count(*) from marts.fct_message where is_unanswered") == [5]


def test_the_same_words_of_a_person_minutes_later_are_a_persons(build: Build) -> None:
    world = World()
    for number in range(5):
        person = f"x_quay:user:p{number}"
        world.message(f"m{number}", person, thread_id=f"t{number}", created_at=at(10))
        world.message(
            f"r{number}", person, thread_id=f"t{number}", direction="out",
            parent_message_id=f"m{number}", author_record_id="x_quay:user:quay",
            body_text="Thank you for your message, we will look into it!", created_at=at(11),
        )  # fmt: skip

    built = build(world, "fct_message")

    assert built.values("select count(*) from marts.fct_message where is_unanswered") == [0]


def test_what_needs_no_answer_says_why_and_is_counted(build: Build) -> None:
    world = World().message("m1", ANA, body_text=LONG, created_at=at(10))
    world.message("m2", ANA, body_text=f"@quay {LONG.upper()}!!", created_at=at(11))
    world.message("m3", BEN, body_text=LONG, created_at=at(12))
    world.message("m4", BEN, auto_reason="auto_submitted", created_at=at(12))
    world.message("m5", BEN, author_kind="bot", created_at=at(12))
    world.message("m6", BEN, body_text="win at casino-bonus.example", created_at=at(12))
    world.message("m7", BEN, is_repost=True, created_at=at(12))
    world.add("config.conversation_lists", kind="spam", value="casino-bonus.example")
    built = build(world, "fct_conversation")

    assert messages(built, "noise_reason, copy_of_message_id, needs_answer") == [
        ("m1", None, None, True),
        ("m2", "copy", "m1", False),
        ("m3", None, "m2", True),
        ("m4", "auto_reply", None, False),
        ("m5", "bot", None, False),
        ("m6", "spam", None, False),
        ("m7", "repost", None, False),
    ]
    assert conversation(built)["noise_messages"] == 5


def test_states_are_stretches_of_time(build: Build) -> None:
    world = World().message("m1", ANA, created_at=at(10)).message("m2", ANA, created_at=at(11))
    world.message("m3", ANA, direction="out", created_at=at(12))
    world.message("m4", ANA, created_at=at(14), body_text="it is broken again")
    built = build(world, "fct_conversation")

    states = built.connection.execute(
        "select state, valid_from, valid_to from marts.fct_conversation_state order by valid_from"
    ).fetchall()
    assert [(s, f.hour, t and t.hour) for s, f, t in states] == [
        ("waiting_for_brand", 10, 12),
        ("waiting_for_customer", 12, 14),
        ("waiting_for_brand", 14, None),
    ]
    assert conversation(built)["reopened_count"] == 1


def test_a_tickets_own_status_is_kept_as_stretches(build: Build) -> None:
    world = comment(ticket(World(), status="solved", closed_at=at(15)), "m1", created_at=at(10))
    for number, (hour, status) in enumerate([(10, "new"), (11, "pending"), (15, "solved")]):
        world.add(
            "staging.stg_zendesk__changes", change_id=str(number), ticket_id=TICKET,
            field_name="status", field_value=status, changed_at=at(hour),
        )  # fmt: skip
    built = build(world, "fct_conversation_state")

    assert built.values(
        "select state || ' ' || coalesce(cast(hour(valid_to) as varchar), 'now') "
        "from marts.fct_conversation_state where state_of = 'desk' order by valid_from"
    ) == ["new 11", "pending 15", "solved now"]


def test_the_first_reply_is_the_first_of_a_person_after_the_customer_wrote(
    build: Build,
) -> None:
    world = World().message("m0", None, direction="out", created_at=at(8))
    world.message("m1", ANA, created_at=at(10), parent_message_id="m0")
    world.message("m2", ANA, direction="out", author_kind="automation", created_at=at(10))
    world.message("m3", ANA, direction="out", created_at=at(13))
    built = build(world, "fct_conversation")

    found = conversation(built)
    assert (found["started_by"], found["state"]) == ("agent", "waiting_for_customer")
    assert found["first_public_human_reply_at"].hour == 13
    assert (found["machine_messages"], found["agent_messages"]) == (1, 2)
