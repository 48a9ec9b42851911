"""Messages judged: by rules first, by weights second, and by none where nothing can be trusted."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from dagster_project.config.listening import Listening, read_listening
from dagster_project.domain.errors import ConfigError, Customer360Error
from dagster_project.listening.evaluation import Evaluation, evaluate
from dagster_project.listening.heads import read_heads
from dagster_project.listening.labelled import Message, read_messages
from dagster_project.listening.messages import COLUMNS, Judge
from dagster_project.listening.rules import compile_rules
from dagster_project.listening.words import build_lists
from dagster_project.settings import PROJECT

_MESSAGES = PROJECT / "data" / "samples" / "messages"


@pytest.fixture(scope="module")
def judge() -> Judge:
    rules = read_listening(PROJECT / "config" / "listening.yml").rules
    return Judge(compile_rules(rules), read_heads(), ("US",))


@pytest.fixture(scope="module")
def labelled() -> list[Message]:
    return list(read_messages(_MESSAGES))


def _row(judge: Judge, text: str) -> dict[str, object]:
    row: dict[str, object] = judge([text]).to_pylist()[0]
    return row


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        (
            "my parcel has not arrived and nobody answers, terrible service",
            "is_complaint",
            True,
        ),
        ("what are your opening hours on Sunday?", "is_complaint", False),
        ("you charged my card twice, I want a refund", "department", "billing"),
        ("the courier left my parcel in the rain", "department", "delivery"),
        ("the app crashes after the update", "department", "engineering"),
        ("are you hiring in Leeds?", "department", "people"),
        ("thank you so much, wonderful service!", "sentiment", "positive"),
        ("I'm going to kill you", "harm", "threat"),
        ("ich bring dich um", "harm", "threat"),
        ("you stupid idiot", "harm", "offence"),
        ("immigrants are parasites and should be thrown out", "harm", "hate"),
        ("lovely weather in the mountains", "harm", "none"),
        ("You have won a 1000 prize! txt CLAIM to 80488 now", "is_spam", True),
        ("see you at lunch?", "is_spam", False),
        ("die App stürzt seit dem Update ab", "language", "de"),
    ],
)
def test_plain_messages_are_judged_as_anybody_would(
    judge: Judge, text: str, column: str, value: object
) -> None:
    assert _row(judge, text)[column] == value


@pytest.mark.parametrize(
    "text",
    [
        '"I will kill you" is what he wrote to her',
        "no woman deserves to die",
        "I'm going to kill this presentation tomorrow",
        "they threatened to burn down the shop, says the paper",
        "break a leg tonight!",
    ],
)
def test_who_reports_or_jests_threatens_nobody(judge: Judge, text: str) -> None:
    assert _row(judge, text)["harm"] != "threat"


def test_every_finding_names_rule_or_model_with_its_version(judge: Judge) -> None:
    ruled = _row(judge, "death to all tailors")
    learned = _row(judge, "the courier left my parcel in the rain")

    assert ruled["harm_by"] == "threat_should_die/1"
    assert learned["department_by"] == f"department/{judge.heads.version}"
    assert learned["spans_by"] == "personal_data/1"


def test_what_no_department_is_sure_of_is_unrouted(judge: Judge) -> None:
    assert _row(judge, "the moon was beautiful last night")["department"] == "unrouted"


def test_a_mood_is_told_only_where_it_has_earned_it(judge: Judge) -> None:
    assert "el" not in judge.heads.moods
    assert _row(judge, "τα καλύτερα ακουστικά που είχα ποτέ")["sentiment"] is None


def test_a_row_without_text_has_nothing_but_an_empty_list(judge: Judge) -> None:
    batch = judge(["", "  "])

    assert batch.num_rows == 2
    for row in batch.to_pylist():
        assert {name for name, value in row.items() if value is not None} == {"spans"}


def test_rows_keep_their_order_and_columns(judge: Judge) -> None:
    texts = ["hello there my friend", "", "mail ana@example.org about it"]

    batch = judge(texts)

    assert tuple(batch.schema.names) == COLUMNS
    assert [json.loads(spans) != [] for spans in batch.column("spans").to_pylist()] == [
        False, False, True,
    ]  # fmt: skip
    assert isinstance(judge([]), pa.RecordBatch)


@pytest.fixture(scope="module")
def figures(judge: Judge, labelled: list[Message]) -> Evaluation:
    return evaluate(judge, [each for each in labelled if each.split == "held_out"])


@pytest.mark.parametrize(
    ("of", "label", "least"),
    [
        ("is_complaint", "yes", 0.75),
        ("harm", "threat", 0.75),
        ("harm", "offence", 0.85),
        ("is_spam", "yes", 0.92),
    ],
)
def test_messages_left_out_are_judged_as_well_as_the_guide_says(
    figures: Evaluation, of: str, label: str, least: float
) -> None:
    found = next(each for each in figures.figures if (each.of, each.label) == (of, label))

    assert found.f1 >= least


def test_messages_left_out_are_routed_as_well_as_the_guide_says(figures: Evaluation) -> None:
    assert figures.routing_full >= 0.80
    assert figures.routing_kept >= 0.90
    assert figures.routed >= 0.70


def test_published_moods_are_those_that_reach_the_bar(
    judge: Judge, figures: Evaluation
) -> None:
    assert judge.heads.moods
    assert all(figures.moods[language][1] >= 0.70 for language in judge.heads.moods)


def test_the_labelled_messages_are_many_and_none_is_in_both_parts(
    labelled: list[Message],
) -> None:
    texts = {
        split: {each.text.lower() for each in labelled if each.split == split}
        for split in ("train", "held_out")
    }

    assert len(labelled) >= 3_000
    assert len({each.language for each in labelled}) >= 8
    assert not texts["train"] & texts["held_out"]


def test_word_lists_know_endings_and_neighbours() -> None:
    lists = build_lists(
        {"bill": {"en": "charg* bank_account"}, "bad": {"en": "bad 差", "zh": "差"}}
    )

    counts, behind = lists.count(
        ["Charged and charging my bank account", "so bad", "太差了"], ["en", "und", "zh"]
    )

    assert counts.toarray().tolist() == [[3, 0], [0, 1], [0, 1]]
    assert behind.toarray().tolist() == [[2, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "rules: [{id: a, version: 1, says: {harm: threat}, any_of: ['(']}]",
            "no regular expr",
        ),
        ("rules: [{id: a, version: 1, says: {}, any_of: [x]}]", "says one thing"),
        (
            "rules: [{id: a, version: 1, says: {harm: hate}, any_of: [x]},"
            " {id: a, version: 2, says: {harm: hate}, any_of: [y]}]",
            "two rules are called a",
        ),
    ],
)
def test_a_rule_that_cannot_be_asked_is_told(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "listening.yml").write_text(written)

    with pytest.raises(ConfigError, match=told):
        read_listening(tmp_path / "listening.yml")


def test_a_root_without_rules_has_none(tmp_path: Path) -> None:
    assert read_listening(tmp_path / "listening.yml") == Listening()


def test_weights_that_are_none_are_told(tmp_path: Path) -> None:
    (tmp_path / "heads.npz").write_bytes(b"no weights")

    with pytest.raises(Customer360Error, match="no weights of messages"):
        read_heads(tmp_path / "heads.npz")


@pytest.mark.parametrize(
    "text",
    [
        "ich werde euch alle töten", "i know where you live", "je sais où tu habites",
        "death to all tailors", "send txt WIN to 80086", "i want my money back",
        "i want to see them suffer", "are you hiring?", "please delete all my data",
    ],
)  # fmt: skip
def test_a_hint_hides_nothing_that_its_rule_would_match(text: str) -> None:
    rules = read_listening(PROJECT / "config" / "listening.yml").rules
    without = [rule.model_copy(update={"hints": ()}) for rule in rules]

    said = compile_rules(rules).ask(text, "und")

    assert said
    assert said == compile_rules(without).ask(text, "und")


def test_hints_hide_nothing_of_the_labelled_messages(labelled: list[Message]) -> None:
    rules = read_listening(PROJECT / "config" / "listening.yml").rules
    without = compile_rules([rule.model_copy(update={"hints": ()}) for rule in rules])
    asked = compile_rules(rules)

    differing = [
        each.text
        for each in labelled
        if asked.ask(each.text, each.language) != without.ask(each.text, each.language)
    ]

    assert not differing
