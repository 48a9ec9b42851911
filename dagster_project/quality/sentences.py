"""Every rule as a sentence: what it asks for, in words a person who has to act understands.

Belongs here: words for kinds of expectations. Does not belong here: whether they hold.
"""

from typing import TYPE_CHECKING, Any

from dagster_project.domain.counts import counted
from dagster_project.quality.row_rules import rule_name

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

_FORMS = {
    "not_blank": "holds more than blanks",
    "readable": "is a day of the calendar, or a time, that can be read",
    "email": "is an e-mail address",
    "not_rounded": "is no number that a spreadsheet has rounded (1.01E+17)",
    "number": "is an amount",
    "code": "is a currency's three letters",
    "flag": "is a yes or no, in any of the languages that are read",
    "form": "has the form the vendor documents",
    "holds_no_email": "names nobody by an e-mail address",
    "holds_no_phone": "names nobody by a phone number",
    "holds_no_handle": "names nobody by a handle",
}
"""What rules of one form ask of a column; the name of a rule is the column's and the form's."""

_WHOLE_TABLES = {
    "counts_at_least_0": "no count is below zero",
    "counts_at_least_1": "no count is below one",
    "shares_between_0_and_1": "every share lies between 0 and 1",
    "attributed_or_reason": "every row belongs to one customer or says why it belongs to none",
    "none_unresolved": "no record was left without a decision",
    "windows_nest": "no shorter window counts more than a longer one",
    "outcomes_add_up": "open, won, lost and unknown opportunities make up all opportunities",
    "outcomes_known": "of every deal it is known whether it is open, won or lost",
    "flags_and_stages_agree": "no deal's flag says otherwise than its stage",
    "closed_after_created": "no deal was closed before the day it was created",
    "currencies_known": "every amount has a currency that is known",
    "amounts_cover_their_counts": "amounts in the main currency belong to the deals counted beside them",
    "one_currency_or_named": "where there are currencies, the main one is named",
    "changes_change_something": "what changed is no longer what it was",
    "in_crm_by_its_records": "who is in a CRM has a record there, and nobody else has",
    "related_to_another": "no account is related to itself",
    "amounts_name_a_currency": "every amount names its currency",
    "one_customer_now": "no record belongs to two customers at once",
    "current_means_open": "a period is current exactly as long as it has no end",
    "periods_have_length": "no period ends before it begins",
    "handles_name_a_network": "every handle names its network",
    "sides": "an id is created exactly where there was none before",
    "moved": "a merge or split leads from one id to another",
    "opens_and_clicks_are_told_apart": "every open and click is a person's or a machine's",
    "known_when_found_or_before": "nothing was known later than it was found, nor due before it was known",
    "steps_and_states_agree": "no finding has left its first state without a step",
    "stands_or_ended": "a harmful post either stands or somebody ended that",
    "verdicts_are_of_findings": "no rule has more verdicts than findings",
    "no_loop": "no retired customer id leads back to itself",
}
"""Rules on tables as a whole, by their names."""


def sentence_of(expectation: "Expectation") -> str:
    """What an expectation asks for."""
    told = getattr(expectation, "description", None) or (expectation.meta or {}).get("sentence")
    return str(told) if told else _compose(expectation, rule_name(expectation))


def _compose(expectation: Any, rule: str) -> str:
    kind = expectation.expectation_type
    column = getattr(expectation, "column", None)
    if rule in _WHOLE_TABLES:
        return _WHOLE_TABLES[rule]
    if column is not None:
        return f"{column} {_of_column(expectation, kind, rule.removeprefix(f'{column}_'))}{_mostly(expectation)}"
    if kind == "expect_table_columns_to_match_set":
        return f"the header has {', '.join(sorted(expectation.column_set))}"
    if kind == "expect_compound_columns_to_be_unique":
        return f"no two rows share {' and '.join(expectation.column_list)}"
    if kind == "expect_table_row_count_to_be_between":
        return _rows(expectation.min_value, expectation.max_value)
    return rule.replace("_", " ")


def _of_column(expectation: Any, kind: str, form: str) -> str:
    if form in _FORMS:
        return _FORMS[form]
    if kind == "expect_column_values_to_be_between":
        return _between(expectation.min_value, expectation.max_value)
    told = _KINDS.get(kind, form.replace("_", " "))
    values = ", ".join(map(str, getattr(expectation, "value_set", None) or ()))
    return f"{told} {values}".strip()


_KINDS = {
    "expect_column_values_to_not_be_null": "is there",
    "expect_column_to_exist": "is a column of the table",
    "expect_column_values_to_be_unique": "is in no two rows the same",
    "expect_column_values_to_be_in_set": "is one of",
    "expect_column_values_to_not_be_in_set": "is none of",
}
"""What an expectation of a kind asks of a column; the values of a set stand behind it."""


def _between(least: Any, most: Any) -> str:
    if least is None:
        return f"is at most {most}"
    return f"is at least {least}" if most is None else f"is from {least} to {most}"


def _rows(least: Any, most: Any) -> str:
    if least == most and least is not None:
        return f"there are {counted(int(least), 'row')}, one for each row it is made of"
    if most is None and least == 1:
        return "there is at least one row"
    return f"the number of rows {_between(least, most)}"


def _mostly(expectation: Any) -> str:
    share = getattr(expectation, "mostly", 1) or 1
    if share == 1:
        return ""
    return (
        f" (the load is refused when fewer than {share:.0%} do)"
        if share <= 0.5
        else (f" (in at least {share:.0%} of the rows)")
    )
