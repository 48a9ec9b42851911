"""What dbt's macros repeat of the project is the same as there."""

import re

import pytest

from expectations.flags import NO, YES
from tests.conventions import stream_columns

FLAGS = stream_columns.FILE.with_name("flags.sql")


def test_dbt_knows_every_streams_columns() -> None:
    assert stream_columns.FILE.read_text(encoding="utf-8") == stream_columns.text(), (
        "the catalogue has changed: run `python -m tests.conventions.stream_columns`"
    )


@pytest.mark.parametrize(("macro", "words"), [("yes_words", YES), ("no_words", NO)])
def test_gates_and_staging_read_the_same_words_as_yes_and_no(
    macro: str, words: tuple[str, ...]
) -> None:
    body = re.search(rf"macro {macro}\(\).*?endmacro", FLAGS.read_text("utf-8"), re.DOTALL)

    assert body
    assert re.findall(r"'([^']+)'", body.group()) == list(words)


def test_no_word_is_yes_and_no() -> None:
    assert set(YES).isdisjoint(NO)
