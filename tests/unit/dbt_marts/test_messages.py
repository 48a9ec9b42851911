"""Which messages were answered, threads that landed in part included."""

from collections.abc import Callable

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA, BEN = "x_quay:user:ana", "x_quay:user:ben"
EARLY, LATE = "2026-10-01 10:00:00+00", "2026-10-01 10:30:00+00"


def unanswered(built: Built) -> list[str]:
    return built.values(
        "select message_id from marts.fct_message where is_unanswered order by message_id"
    )


def test_a_reply_to_the_message_answers_it(build: Build) -> None:
    world = World().message("m1", ANA, created_at=EARLY)
    world.message("m2", ANA, direction="out", parent_message_id="m1", created_at=LATE)

    message = build(world, "fct_message").row(
        "select * from marts.fct_message where message_id = 'm1'"
    )

    assert message["is_answered"]
    assert message["answered_by_message_id"] == "m2"
    assert message["seconds_to_answer"] == 1800


def test_one_answer_covers_all_that_its_author_wrote_before(build: Build) -> None:
    world = World().message("m1", ANA, created_at=EARLY)
    world.message("m2", ANA, created_at=EARLY, parent_message_id="m1")
    world.message("m3", ANA, direction="out", parent_message_id="m2", created_at=LATE)

    assert unanswered(build(world, "fct_message")) == []


def test_an_answer_to_somebody_else_in_the_thread_is_none(build: Build) -> None:
    world = World().message("m1", ANA, created_at=EARLY).message("m2", BEN, created_at=EARLY)
    world.message("m3", BEN, direction="out", parent_message_id="m2", created_at=LATE)

    assert unanswered(build(world, "fct_message")) == ["m1"]


def test_what_the_brand_wrote_before_answers_nothing(build: Build) -> None:
    world = World().message("m2", ANA, created_at=LATE)
    world.message("m1", ANA, direction="out", created_at=EARLY)

    assert unanswered(build(world, "fct_message")) == ["m2"]


def test_a_partial_thread_counts_as_answered_when_only_one_person_is_in_it(
    build: Build,
) -> None:
    world = World().message("m1", ANA, created_at=EARLY)
    world.message(
        "m3",
        None,
        direction="out",
        parent_message_id="never-landed",
        unattributed_reason="answers_unknown_message",
        created_at=LATE,
    )

    assert unanswered(build(world, "fct_message")) == []


def test_a_partial_thread_of_several_people_answers_nobody(build: Build) -> None:
    world = World().message("m1", ANA, created_at=EARLY).message("m2", BEN, created_at=EARLY)
    world.message("m3", None, direction="out", parent_message_id="gone", created_at=LATE)

    assert unanswered(build(world, "fct_message")) == ["m1", "m2"]


def test_the_brands_own_post_answers_nobody(build: Build) -> None:
    world = World().message("m1", ANA, created_at=EARLY)
    world.message("m2", None, direction="out", created_at=LATE)

    assert unanswered(build(world, "fct_message")) == ["m1"]


def test_a_deleted_answer_is_none(build: Build) -> None:
    world = World().message("m1", ANA, created_at=EARLY)
    world.message(
        "m2", ANA, direction="out", parent_message_id="m1", created_at=LATE, deleted_at=LATE
    )

    assert unanswered(build(world, "fct_message")) == ["m1"]


def test_deleted_and_hidden_messages_wait_for_no_answer(build: Build) -> None:
    world = World().message("m1", ANA, deleted_at=LATE).message("m2", ANA, is_hidden=True)

    assert unanswered(build(world, "fct_message")) == []


def test_the_text_of_a_deleted_message_is_gone(build: Build) -> None:
    world = World().message("m1", ANA, body_text="regretted", deleted_at=LATE)

    message = build(world, "fct_message").row(
        "select body_text, is_deleted from marts.fct_message"
    )

    assert message == {"body_text": None, "is_deleted": True}


def test_many_answers_leave_one_row_and_the_first_answer(build: Build) -> None:
    world = World().message("m1", ANA, created_at=EARLY)
    for second in range(5, 0, -1):
        world.message(
            f"a{second}",
            ANA,
            direction="out",
            parent_message_id="m1",
            created_at=f"2026-10-01 11:00:0{second}+00",
        )

    answers = build(world, "fct_message").values(
        "select answered_by_message_id from marts.fct_message where message_id = 'm1'"
    )

    assert answers == ["a1"]


def test_what_somebody_passes_on_is_kept_and_waits_for_no_answer(build: Build) -> None:
    world = World().record(ANA, "c1").message("m1", ANA, created_at=EARLY, is_repost=True)
    built = build(world, "fct_message", "customer_360")

    assert unanswered(built) == []
    assert built.values("select is_repost from marts.fct_message") == [True]
    assert built.row(
        "select messages_received, messages_unanswered from marts.customer_360"
    ) == {
        "messages_received": 0,
        "messages_unanswered": 0,
    }
