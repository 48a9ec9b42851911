"""Every rule of every suite says in a sentence what it asks for."""

import pytest

from dagster_project.domain.loads import RuleOutcome, Severity, Verdict
from dagster_project.domain.verdicts import how_many
from dagster_project.quality.lean_import import import_great_expectations
from dagster_project.quality.row_rules import rule_name
from dagster_project.quality.sentences import sentence_of
from dagster_project.sources.catalogue import STREAMS

import_great_expectations()

from expectations import suite_for, suite_for_mart  # noqa: E402
from expectations.marts import MARTS  # noqa: E402


def rules() -> list[object]:
    suites = [suite_for(spec.vendor, spec.stream) for spec in STREAMS]
    suites += [suite_for_mart(mart, rows=7) for mart in MARTS]
    return [rule for suite in suites for rule in suite.expectations]


def test_no_rule_is_left_with_the_name_of_its_kind() -> None:
    told = {rule_name(rule): sentence_of(rule) for rule in rules()}  # type: ignore[arg-type]

    assert len(told) > 50
    assert {
        name: words for name, words in told.items() if "expect_" in words or "  " in words
    } == {}
    assert {name for name, words in told.items() if len(words.split()) < 3} == set()


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("record_id_present", "record_id is there"),
        ("counts_at_least_0", "no count is below zero"),
        ("row_for_row", "there are 7 rows, one for each row it is made of"),
        ("has_opted_out_of_email_flag", "has_opted_out_of_email is a yes or no"),
    ],
)
def test_a_rule_reads_as_a_person_would_say_it(rule: str, sentence: str) -> None:
    told = [sentence_of(r) for r in rules() if rule_name(r) == rule]  # type: ignore[arg-type]

    assert told
    assert all(words.startswith(sentence) for words in told)


def test_a_rule_on_a_whole_table_has_no_number_of_rows() -> None:
    held = RuleOutcome("row_for_row", Severity.REFUSE, passed=True, evaluated=0, failed=0)

    assert how_many(held) == "holds"


def test_the_table_of_a_check_shows_sentences_and_no_empty_counts() -> None:
    from dagster_project.defs.gates import verdict_table

    outcome = RuleOutcome(
        "row_for_row", Severity.REFUSE, True, 0, 0, sentence="there are 7 rows"
    )

    table = verdict_table(Verdict("m", (outcome,)))

    assert "| there are 7 rows | passed | holds |" in table
    assert "0 of 0" not in table
