"""Equal content is equal whatever the order of rows and columns; differences are counted by key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.compare import diff
from dagster_project.engines.duckdb.digests import digest, list_relations

ROWS = st.lists(
    st.tuples(
        st.integers(-(2**31), 2**31 - 1),
        st.none() | st.text(max_size=8).filter(lambda t: "\x00" not in t),
        st.none() | st.floats(allow_nan=True, width=64),
        st.none() | st.lists(st.none() | st.integers(-5, 5), max_size=3),
        st.none() | st.fixed_dictionaries({"a": st.none() | st.integers(-5, 5)}),
    ),
    max_size=12,
)
TYPES = "i integer, t varchar, f double, l integer[], s struct(a integer)"


@pytest.fixture(scope="module")
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def digest_of(
    connection: duckdb.DuckDBPyConnection,
    rows: list[tuple[Any, ...]],
    columns: str = "i, t, f, l, s",
) -> tuple[int, str]:
    connection.execute(f"create or replace table given ({TYPES})")
    if rows:
        connection.executemany(
            "insert into given values (?, ?, ?, ?, ?)", [list(r) for r in rows]
        )
    connection.execute(f"create or replace table looked_at as select {columns} from given")
    (relation,) = [r for r in list_relations(connection, "memory") if r.table == "looked_at"]
    found = digest(connection, "memory", relation)
    return found.rows, found.digest


@given(rows=ROWS, data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_and_columns_never_matters(
    memory: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))

    assert digest_of(memory, rows) == digest_of(memory, shuffled, "s, l, f, t, i")


@given(rows=ROWS.filter(bool), data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_row_more_or_less_always_matters(
    memory: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))

    assert digest_of(memory, rows) != digest_of(memory, rows[:index] + rows[index + 1 :])
    assert digest_of(memory, rows) != digest_of(memory, [*rows, rows[index]])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("null::varchar", "''", id="null-and-empty"),
        pytest.param("null::integer[]", "[]::integer[]", id="null-and-empty-list"),
        pytest.param("[null]::integer[]", "[]::integer[]", id="list-of-null"),
        pytest.param("[1, 2]", "[2, 1]", id="order-in-a-list"),
        pytest.param("['a, b']", "['a', 'b']", id="comma-in-a-list"),
        pytest.param("{'a': 1, 'b': null}", "{'a': null, 'b': 1}", id="fields-of-a-struct"),
        pytest.param("1::integer", "1::bigint", id="type"),
        pytest.param("12345678.91::double", "12345678.92::double", id="cents"),
    ],
)
def test_values_that_look_alike_are_told_apart(tmp_path: Path, left: str, right: str) -> None:
    a = database(tmp_path / "a.duckdb", f"create table t as select 1 as id, {left} as v")
    b = database(tmp_path / "b.duckdb", f"create table t as select 1 as id, {right} as v")

    assert not diff(a, b).same


def test_the_last_bits_of_a_parallel_sum_do_not_matter(tmp_path: Path) -> None:
    a = database(
        tmp_path / "a.duckdb", "create table t as select 1 as id, 0.1 + 0.2::double as v"
    )
    b = database(tmp_path / "b.duckdb", "create table t as select 1 as id, 0.3::double as v")

    assert diff(a, b).same


def test_added_removed_and_changed_keys_are_counted_by_column(tmp_path: Path) -> None:
    table = "create table t as select 'k' || i as id, i as n, [i] as l from range({}) as t(i)"
    a = database(tmp_path / "a.duckdb", table.format("10"))
    b = database(
        tmp_path / "b.duckdb",
        table.format("1, 13"),
        "update t set n = n + 1 where id in ('k3', 'k4')",
        "update t set l = [0] where id = 'k4'",
    )

    (table_difference,) = diff(a, b).tables

    assert table_difference.key == ("id",)
    assert (table_difference.added, table_difference.removed, table_difference.changed) == (
        3,
        1,
        2,
    )
    assert table_difference.columns == {"n": 2, "l": 1}
    assert "k3" not in str(table_difference)


def test_a_key_of_two_columns_is_found(tmp_path: Path) -> None:
    table = "create table t as select i % 3 as a, i // 3 as b, i as n from range(9) as t(i)"
    a = database(tmp_path / "a.duckdb", table)
    b = database(tmp_path / "b.duckdb", table, "update t set n = 99 where n = 4")

    (table_difference,) = diff(a, b).tables

    assert table_difference.key == ("a", "b")
    assert table_difference.changed == 1


def test_a_given_key_wins(tmp_path: Path) -> None:
    table = (
        "create table t as select 1 as a, 2 as b, 3 as c, i as id, 0 as n from range(3) as t(i)"
    )
    a = database(tmp_path / "a.duckdb", table)
    b = database(tmp_path / "b.duckdb", table, "update t set n = 1 where id = 1")

    (table_difference,) = diff(a, b, keys={"main.t": ("id",)}).tables

    assert (table_difference.key, table_difference.changed) == (("id",), 1)


def test_without_a_key_rows_are_counted_as_they_are(tmp_path: Path) -> None:
    a = database(tmp_path / "a.duckdb", "create table t as select 1 as a from range(3)")
    b = database(
        tmp_path / "b.duckdb",
        "create table t as select 1 as a from range(2) union all select 2",
    )

    (table_difference,) = diff(a, b).tables

    assert (table_difference.key, table_difference.added, table_difference.removed) == (
        (),
        1,
        1,
    )


def test_tables_and_columns_of_one_side_only_are_named(tmp_path: Path) -> None:
    a = database(
        tmp_path / "a.duckdb",
        "create table t as select 1 as id, 2 as old",
        "create table gone as select 1 as x",
    )
    b = database(
        tmp_path / "b.duckdb",
        "create table t as select 1 as id, 2 as new",
        "create table come as select 1 as x",
    )

    found = diff(a, b)

    assert (found.only_left, found.only_right) == (("main.gone",), ("main.come",))
    assert found.tables[0].left_columns == ("old INTEGER",)
    assert found.tables[0].right_columns == ("new INTEGER",)
    assert len(found.lines()) == 3


def test_internal_columns_and_run_clocks_are_no_content(tmp_path: Path) -> None:
    a = database(
        tmp_path / "a.duckdb",
        "create table t as select 1 as id, 5 as _gate_seq, 'x' as run_id",
        "create table _manifest as select 1 as n",
    )
    b = database(
        tmp_path / "b.duckdb",
        "create table t as select 1 as id, 6 as _gate_seq, 'y' as run_id",
        "create table _manifest as select 2 as n",
    )

    assert diff(a, b).same


def test_two_roots_are_compared_by_marts_insights_and_publications(tmp_path: Path) -> None:
    for name, value in (("left", 1), ("right", 2)):
        root = Root(tmp_path / name)
        root.warehouse.mkdir(parents=True)
        root.published.mkdir()
        database(
            root.database,
            "create schema marts",
            "create schema staging",
            f"create table staging.s as select {value} as id",
            f"create table marts.t as select 1 as id, {value} as n",
            "create view marts.v as select id from c360.marts.t",
        )
        database(root.published / "crm.duckdb", f"create table t as select {value} as id")

    found = diff(tmp_path / "left", tmp_path / "right")

    assert [t.table for t in found.tables] == ["warehouse: marts.t", "published/crm: main.t"]
    assert found.compared == 3


def test_a_folder_that_is_no_root_is_named(tmp_path: Path) -> None:
    with pytest.raises(Customer360Error, match="nothing to compare"):
        diff(tmp_path, tmp_path)


def database(file: Path, *statements: str) -> Path:
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            connection.execute(statement)
    return file
