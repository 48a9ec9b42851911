"""Flags in the languages of the tools' exports; what nobody can read is refused or shown."""

import duckdb
import pytest

from dagster_project.quality.lean_import import import_great_expectations

import_great_expectations()

from expectations.flags import FLAG  # noqa: E402


def is_readable(text: str) -> bool:
    found = duckdb.sql(
        "select regexp_full_match($text, $flag)", params={"text": text, "flag": FLAG}
    )
    return bool(found.fetchall()[0][0])


@pytest.mark.parametrize(
    "text",
    [
        "TRUE", "False", "yes", "1", "0", "WAHR", "FALSCH", "Ja", "Nein", "VRAI", "FAUX", "oui",
        "VERDADERO", "FALSO", "Sí", "VERO", "VERDADEIRO", "NÃO", "WAAR", "ONWAAR", "SANT",
        "FALSKT", "SAND", "FALSK", "TOSI", "EPÄTOSI", "SANN", "USANN", "PRAWDA", "FAŁSZ",
        "DOĞRU", "YANLIŞ", "はい", "いいえ", " true\u00a0", "", "x",
    ],
)  # fmt: skip
def test_a_flag_is_read_in_any_of_the_languages(text: str) -> None:
    assert is_readable(text)


@pytest.mark.parametrize("text", ["maybe", "2", "true false", "opted out", "e", "#REF!", "-"])
def test_a_flag_in_other_words_is_neither_yes_nor_no(text: str) -> None:
    assert not is_readable(text)
