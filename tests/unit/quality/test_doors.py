"""Marts and data products in front of their gates: each rule seen failing."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest
from ruamel.yaml import YAML

from dagster_project.config.consumers import Consumer
from dagster_project.domain.loads import Verdict
from dagster_project.engines.duckdb.session import session
from dagster_project.quality import gate
from dagster_project.quality.doors import _INPUT_OF, judge_marts, judge_product

MARTS = Path(__file__).parents[3] / "dbt" / "models" / "marts"

DESIGN = Consumer(
    name="design",
    title="for design",
    personal_data=False,
    tables=("insights.*",),
    group_size_column="customers",
    min_group_size=5,
)
CRM = Consumer(name="crm", title="for the CRM team", personal_data=True, tables=("marts.*",))


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every mart, empty, with the columns its contract names."""
    with session() as connection:
        for schema in ("marts", "intermediate", "identity"):
            connection.execute(f"create schema {schema}")
        for statement in _contracts():
            connection.execute(statement)
        for table in sorted(set(_INPUT_OF.values())):
            if not table.startswith("marts."):
                connection.execute(f"create table {table} (id int)")
        yield connection


@cache
def _contracts() -> tuple[str, ...]:
    """SQL of the tables that the marts' contracts describe."""
    models = [
        model
        for file in sorted(MARTS.rglob("*.yml"))
        for model in YAML(typ="safe").load(file).get("models", [])
    ]
    columns = {
        m["name"]: [f"{c['name']} {c['data_type']}" for c in m["columns"]]
        for m in models
        if "columns" in m  # parts of another's SQL have no table
    }
    return tuple(f"create table marts.{name} ({', '.join(c)})" for name, c in columns.items())


def failed(verdict: Verdict) -> list[str]:
    return [outcome.rule for outcome in verdict.outcomes if not outcome.passed]


def test_empty_marts_of_empty_inputs_pass(warehouse: duckdb.DuckDBPyConnection) -> None:
    from expectations.marts import MARTS as SUITES

    verdicts = judge_marts(warehouse, sorted(SUITES))

    assert {name: failed(v) for name, v in verdicts.items() if not v.passed} == {}


def test_rules_about_rows_need_not_be_asked_where_there_are_none(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from expectations.marts import MARTS as SUITES

    told = judge_marts(warehouse, sorted(SUITES))
    monkeypatch.setattr(gate, "_asks_each_row", lambda rule: False)
    asked = judge_marts(warehouse, sorted(SUITES))

    assert told == asked
    assert sum(len(verdict.outcomes) for verdict in told.values()) > 100


GOOD_CASE = {
    "case_id": "'c1'", "record_id": "'r1'", "customer_id": "'u1'", "source": "'s'",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "rows", "rule"),
    [
        pytest.param({}, 1, None, id="good"),
        pytest.param({"case_id": "null"}, 1, "case_id_present", id="no-key"),
        pytest.param({}, 2, "row_for_row", id="row-lost"),
        pytest.param({"customer_id": "null"}, 1, "attributed_or_reason", id="no-reason"),
        pytest.param({"unattributed_reason": "'why'"}, 1, "attributed_or_reason", id="both"),
        pytest.param({"seconds_to_close": "-1"}, 1, "counts_at_least_0", id="negative"),
    ],
)
def test_a_fact_is_refused_for_each_of_its_rules(
    warehouse: duckdb.DuckDBPyConnection,
    changes: dict[str, str],
    rows: int,
    rule: str | None,
) -> None:
    values = {**GOOD_CASE, **changes}
    warehouse.execute(
        f"insert into marts.fct_case ({', '.join(values)}) values ({', '.join(values.values())})"
    )
    warehouse.execute("insert into intermediate.int_cases select range from range($1)", [rows])

    verdict = judge_marts(warehouse, ["fct_case"])["fct_case"]

    assert failed(verdict) == ([rule] if rule else [])
    assert verdict.passed is (rule is None)


def test_a_repeated_key_is_refused(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into marts.customer_golden_values (customer_id, field, record_id, source) "
        "values ('u', 'email', 'r', 's'), ('u', 'email', 'r', 's'), ('u', 'phone', 'r', 's')"
    )

    verdict = judge_marts(warehouse, ["customer_golden_values"])["customer_golden_values"]

    assert failed(verdict) == ["key_unique"]
    assert verdict.refusals[0].detail == "2 rows share a key"


def test_a_record_that_belongs_to_two_customers_is_refused(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        "insert into marts.customer_xref "
        "(customer_xref_id, customer_id, record_id, is_current, valid_from) values "
        "('1', 'u1', 'r', true, now()), ('2', 'u2', 'r', true, now())"
    )
    warehouse.execute("insert into identity.customer_xref values (1), (2)")

    verdict = judge_marts(warehouse, ["customer_xref"])["customer_xref"]

    assert failed(verdict) == ["one_customer_now"]


def test_a_customer_of_very_many_records_is_only_shown(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        "insert into marts.dim_customer "
        "(customer_id, kind, record_count, source_count, identity_confidence) "
        "values ('u', 'person', 500, 2, 0.9)"
    )

    verdict = judge_marts(warehouse, ["dim_customer"])["dim_customer"]

    assert verdict.passed
    assert failed(verdict) == ["no_customer_of_more_than_100_records"]


def product(folder: Path, *tables: str) -> Path:
    file = folder / "product.duckdb"
    with session(file) as connection:
        connection.execute("create table _manifest as select 'ada@example.org' as generation")
        for table in tables:
            connection.execute(table)
    return file


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        pytest.param("'in French' as language, 5 as customers", [], id="good"),
        pytest.param("'fr' as language, 4 as customers", ["t: customers_at_least_5"], id="small-group"),
        pytest.param("'fr' as language, null::int as customers", ["t: customers_present"], id="no-size"),
        pytest.param("'fr' as language", ["t: customers_exists"], id="no-size-column"),
        pytest.param(
            "'ask ada@example.org' as language, 9 as customers", ["t: language_holds_no_email"], id="e-mail"
        ),
        pytest.param(
            "'call +33 6 12 34 56 78' as language, 9 as customers", ["t: language_holds_no_phone"], id="phone"
        ),
        pytest.param(
            "'see @ada_writes' as language, 9 as customers", ["t: language_holds_no_handle"], id="handle"
        ),
    ],
)  # fmt: skip
def test_a_product_without_people_is_refused_for_a_value_that_names_one(
    tmp_path: Path, row: str, rules: list[str]
) -> None:
    file = product(tmp_path, f"create table t as select {row}")

    verdict = judge_product(file, DESIGN)

    assert failed(verdict) == rules


def test_a_list_of_texts_that_cannot_be_judged_is_refused(tmp_path: Path) -> None:
    file = product(
        tmp_path, "create table t as select ['a@example.org'] as tags, 9 as customers"
    )

    assert not judge_product(file, DESIGN).passed


def test_an_empty_table_of_a_product_is_only_shown(tmp_path: Path) -> None:
    file = product(tmp_path, "create table t (language varchar, customers bigint)")

    verdict = judge_product(file, DESIGN)

    assert verdict.passed
    assert failed(verdict) == ["t: not_empty"]


def test_a_product_with_people_keeps_the_keys_of_its_marts(tmp_path: Path) -> None:
    file = product(
        tmp_path,
        "create table fct_case as select unnest(['c1', 'c1']) as case_id",
        "create table something_else as select 1 as x",
    )

    verdict = judge_product(file, CRM)

    assert failed(verdict) == ["fct_case: case_id_unique"]
    assert not verdict.passed


def test_an_empty_table_for_people_who_may_see_people_is_only_shown(tmp_path: Path) -> None:
    file = product(tmp_path, "create table fct_case (case_id varchar)")

    verdict = judge_product(file, CRM)

    assert verdict.passed
    assert failed(verdict) == ["fct_case: not_empty"]


def test_no_retired_id_yet_is_nothing_to_show(tmp_path: Path) -> None:
    file = product(
        tmp_path, "create table identity_redirects (customer_id varchar, redirects_to varchar)"
    )

    verdict = judge_product(file, CRM)

    assert verdict.outcomes
    assert failed(verdict) == []
