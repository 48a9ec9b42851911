"""Which messages were answered, threads that landed in part included."""

from collections.abc import Callable

import pytest

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


def _after_an_answer(text: str) -> World:
    world = World().message("m1", ANA, created_at=EARLY)
    world.message("m2", ANA, direction="out", parent_message_id="m1", created_at=LATE)
    return world.message("m3", ANA, body_text=text, created_at="2026-10-01 11:00:00+00")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("@quay thanks, that worked!", id="english"),
        pytest.param("Great, thank you so much 🙏", id="with-a-picture"),
        pytest.param("merci, ça marche !", id="french"),
        pytest.param("Danke, geht wieder!", id="german"),
        pytest.param("muchas gracias", id="spanish"),
        pytest.param("Obrigada!", id="portuguese"),
        pytest.param("Dank je wel", id="dutch"),
        pytest.param("dziękuję", id="polish"),
        pytest.param("Спасибо большое", id="russian"),
        pytest.param("得咗，唔該！", id="cantonese"),
        pytest.param("ありがとうございます", id="japanese"),
        pytest.param("ok 👍", id="consent"),
        pytest.param("👍", id="a-picture-alone"),
    ],
)
def test_thanks_for_an_answer_wait_for_none(build: Build, text: str) -> None:
    assert unanswered(build(_after_an_answer(text), "fct_message")) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("thanks, but it still does not work", id="an-objection"),
        pytest.param("Danke, aber es geht noch nicht", id="a-german-objection"),
        pytest.param("merci, et pour la facture ?", id="a-question"),
        pytest.param("thanks. Please send me the invoice", id="a-wish"),
        pytest.param("did that, no change", id="no-thanks"),
        pytest.param("sent you the number 12", id="news"),
        pytest.param("試咗，冇用", id="a-cantonese-objection"),
        pytest.param("thanks " + "for the long story " * 8, id="more-than-a-line"),
    ],
)
def test_what_says_more_than_thanks_is_open(build: Build, text: str) -> None:
    assert unanswered(build(_after_an_answer(text), "fct_message")) == ["m3"]


def test_thanks_that_begin_a_conversation_are_open(build: Build) -> None:
    world = World().message("m1", ANA, body_text="thanks, great shop!", created_at=EARLY)

    assert unanswered(build(world, "fct_message")) == ["m1"]


@pytest.mark.parametrize("edited", [True, False, None])
def test_whether_a_message_was_edited_may_be_unknown(
    build: Build, *, edited: bool | None
) -> None:
    world = World().message("m1", ANA, is_edited=edited)

    assert build(world, "fct_message").values("select is_edited from marts.fct_message") == [
        edited
    ]
