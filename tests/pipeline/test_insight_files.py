"""What the files of departments without personal data tell of a person: nothing, however they are put together."""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import duckdb
import pytest

from dagster_project.config.consumers import read_consumers
from dagster_project.domain.root import Root
from tests.pipeline.conftest import RunOutcome

pytestmark = pytest.mark.pipeline

CONSUMERS = [
    c.name
    for c in read_consumers(Path(__file__).resolve().parents[2] / "config" / "consumers.yml")
    if not c.personal_data
]
PATTERNS = re.compile(
    r"[^@\s]+@[^@\s]+\.[a-z]{2,}|\+\d[\d ().-]{6,}|(^|\s)@\w{2,}|^[a-z_0-9]+:[a-z_]+:.+$"
    r"|^c[0-9a-f]{20}$",
    re.IGNORECASE,
)


def tables(
    root: Root, consumer: str
) -> Iterator[tuple[str, list[str], list[tuple[object, ...]]]]:
    """Name, columns and rows of each table of a product, read as its readers read it."""
    file = root.published / f"{consumer}.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where table_name <> '_manifest'"
        ).fetchall()
        for (name,) in names:
            result = connection.execute(f'select * from "{name}"')
            yield name, [c[0] for c in result.description or ()], result.fetchall()


def texts(root: Root) -> set[str]:
    """Every text of every such file."""
    return {
        value
        for consumer in CONSUMERS
        for _, _, rows in tables(root, consumer)
        for row in rows
        for value in row
        if isinstance(value, str)
    }


def test_no_personal_value_and_no_persons_key_is_in_any_file(
    first_run: tuple[Root, RunOutcome],
) -> None:
    root, _ = first_run
    with duckdb.connect(str(root.database), read_only=True) as connection:
        planted = connection.execute(
            """
            select customer_id from identity.customer_xref
            union select md5(customer_id) from identity.customer_xref
            union select record_id from intermediate.int_contact_records
            union select native_id from intermediate.int_contact_records
            union select full_name from intermediate.int_contact_records
            union select family_name from intermediate.int_contact_records
            union select value_raw from intermediate.int_contact_identifiers
            union select value_norm from intermediate.int_contact_identifiers
            union select opportunity_id from marts.fct_opportunity
            union select body_text from marts.fct_message
            """
        ).fetchall()
        brands = connection.execute("select brand from config.sources").fetchall()
    canaries = {str(value) for (value,) in planted if value and len(value) > 3}
    canaries -= {str(brand) for (brand,) in brands}

    found = texts(root)

    assert len(canaries) > 1000
    assert found
    assert not found & canaries
    assert [text for text in found if PATTERNS.search(text)] == []


def test_files_of_two_departments_do_not_join_by_a_key(
    first_run: tuple[Root, RunOutcome],
) -> None:
    keys = {
        consumer: {
            row[columns.index(key)]
            for _, columns, rows in tables(first_run[0], consumer)
            for key in columns
            if key.endswith("_id")
            for row in rows
        }
        for consumer in CONSUMERS
    }

    assert all(keys.values())
    assert [pair for pair in combinations(CONSUMERS, 2) if keys[pair[0]] & keys[pair[1]]] == []


def test_no_two_figures_give_what_one_customer_or_one_deal_is_worth(
    first_run: tuple[Root, RunOutcome],
) -> None:
    """Any amount less any other of its currency, whichever department's; and each by itself."""
    root, _ = first_run
    amounts: dict[str, set[int]] = {}
    for consumer in CONSUMERS:
        for _, columns, rows in tables(root, consumer):
            for row in rows:
                told = dict(zip(columns, row, strict=True))
                money = told.get("amount_minor")
                if told.get("metric") == "won_revenue":
                    money = told["value"]
                if isinstance(money, int | float):
                    amounts.setdefault(str(told["currency"]), set()).add(round(money))
    with duckdb.connect(str(root.database), read_only=True) as connection:
        secret = connection.execute(
            """
            select currency, amount_minor from marts.fct_opportunity where amount_minor > 0
            union
            select currency, sum(amount_minor) from marts.fct_opportunity
            where amount_minor > 0 and not is_deleted
            group by currency, outcome, customer_id
            """
        ).fetchall()

    worth = {(currency, amount) for currency, amount in secret}
    told_of = [
        (currency, figure)
        for currency, figures in amounts.items()
        for figure in [*figures, *(abs(a - b) for a, b in combinations(figures, 2))]
        if (currency, figure) in worth
    ]

    # of a world this small nearly all amounts are pooled; test_insights has larger ones, by hand
    assert amounts
    assert told_of == []


def test_views_sum_to_the_ledger(first_run: tuple[Root, RunOutcome]) -> None:
    root, _ = first_run
    with duckdb.connect(str(root.database), read_only=True) as connection:
        ledger = connection.execute(
            """
            select currency, sum(amount_minor) from marts.fct_opportunity
            where outcome = 'won' and not is_deleted and amount_minor is not null
            group by currency having count(distinct customer_id) >= 9
            """
        ).fetchall()
    finance, executive = (root.published / f"{c}.duckdb" for c in ("finance", "executive"))

    def summed(file: Path, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(file), read_only=True) as connection:
            return sorted(connection.execute(sql).fetchall())

    assert ledger
    assert sorted(ledger) == summed(
        finance,
        "select currency, sum(amount_minor) from insight_finance__pipeline_by_region_month "
        "where outcome = 'won' group by currency",
    )
    assert sorted(ledger) == summed(
        executive,
        "select currency, sum(value)::bigint from insight_executive__results_by_month "
        "where metric = 'won_revenue' group by currency",
    )
