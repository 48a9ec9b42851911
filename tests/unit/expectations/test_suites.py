"""Every stream and every mart has a suite that asks for columns it really has."""

from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dagster_project.domain.streams import StreamSpec
from dagster_project.quality.row_rules import is_row_rule, rule_name
from dagster_project.sources.catalogue import STREAMS
from expectations import suite_for, suite_for_mart
from expectations.marts import MARTS

DBT = Path(__file__).parents[3] / "dbt"


def columns_asked(suite: object) -> set[str]:
    asked: set[str] = set()
    for rule in suite.expectations:  # type: ignore[attr-defined]
        for field in ("column", "column_list", "column_set"):
            value = getattr(rule, field, None)
            asked |= {value} if isinstance(value, str) else set(value or ())
    return asked


@cache
def mart_models() -> dict[str, set[str]]:
    """Marts and their columns; steps on the way to one (``int_…``) are nobody's to read."""
    models = {}
    for file in sorted((DBT / "models" / "marts").rglob("*.yml")):
        for model in YAML(typ="safe").load(file).get("models", []):
            if not model["name"].startswith("int_"):
                models[model["name"]] = {column["name"] for column in model["columns"]}
    return models


@pytest.mark.parametrize("spec", [pytest.param(s, id=s.table) for s in STREAMS])
def test_a_suite_asks_for_columns_the_stream_has(spec: StreamSpec) -> None:
    suite = suite_for(spec.vendor, spec.stream)

    assert columns_asked(suite) <= set(spec.columns)
    assert set(spec.required) <= columns_asked(suite)


@pytest.mark.parametrize("spec", [pytest.param(s, id=s.table) for s in STREAMS])
def test_a_suite_names_each_rule_once(spec: StreamSpec) -> None:
    names = [rule_name(rule) for rule in suite_for(spec.vendor, spec.stream).expectations]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("spec", [pytest.param(s, id=s.table) for s in STREAMS])
def test_a_suite_refuses_something_and_holds_something_back(spec: StreamSpec) -> None:
    rules = suite_for(spec.vendor, spec.stream).expectations

    assert any(rule.severity.value == "critical" for rule in rules)
    assert any(is_row_rule(rule) for rule in rules)


def test_a_stream_nobody_knows_has_no_suite() -> None:
    with pytest.raises(KeyError, match=r"hubspot\.unicorn"):
        suite_for("hubspot", "unicorn")


def test_every_mart_has_a_suite_and_every_suite_a_mart() -> None:
    assert set(MARTS) == set(mart_models())


@pytest.mark.parametrize("mart", sorted(MARTS))
def test_a_mart_suite_asks_for_columns_the_mart_has(mart: str) -> None:
    assert columns_asked(suite_for_mart(mart, rows=1)) <= mart_models()[mart]


def test_rows_are_judged_only_when_their_number_is_known() -> None:
    without, given = suite_for_mart("fct_case"), suite_for_mart("fct_case", rows=3)

    assert len(given.expectations) == len(without.expectations) + 1
