"""Anybody's file or table: what can be read, and what is said of what cannot."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.session import session
from dagster_project.sources.plain_table import open_table


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def _read(
    connection: duckdb.DuckDBPyConnection, name: str, workdir: Path
) -> list[tuple[object, ...]]:
    table = open_table(connection, name, workdir=workdir, row_column="row")
    return connection.execute(f"from ({table.rows_sql}) order by row").fetchall()


@pytest.mark.parametrize(
    ("separator", "encoding"),
    [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8-sig")],
)
def test_text_of_any_dress_is_read(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, separator: str, encoding: str
) -> None:
    lines = [["name", "town"], ["Zoë", "Genève"], ["", "Köln"]]
    file = tmp_path / "people.csv"
    file.write_bytes("".join(separator.join(line) + "\r\n" for line in lines).encode(encoding))

    assert _read(connection, str(file), tmp_path) == [(1, "Zoë", "Genève"), (2, None, "Köln")]


def test_repeated_and_empty_headers_become_columns_of_their_own(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = tmp_path / "odd.csv"
    file.write_text('name,Name,,na"me\na,b,c,d\n', encoding="utf-8")

    table = open_table(connection, str(file), workdir=tmp_path, row_column="row")
    connection.execute(f"create table odd as {table.rows_sql}")

    columns = [row[0] for row in connection.execute("describe odd").fetchall()]
    assert columns[:4] == ["row", "name", "Name_2", "column_3"]
    assert len(columns) == 5


def test_a_single_column_is_a_table(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = tmp_path / "one.csv"
    file.write_text('name\nAda Byron\n"Hopper, Grace"\nKnuth, Don\n', encoding="utf-8")

    assert _read(connection, str(file), tmp_path) == [
        (1, "Ada Byron"), (2, "Hopper, Grace"), (3, "Knuth, Don")
    ]  # fmt: skip


def test_parquet_and_duckdb_tables_keep_their_row_numbers(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as other:
        other.execute("create schema crm; create table crm.people as select 'Ada' as name")
        other.execute(
            f"copy (select 'Bo' as name) to '{tmp_path / 'p.parquet'}' (format parquet)"
        )

    assert _read(connection, f"{tmp_path}/shop.duckdb:crm.people", tmp_path) == [(1, "Ada")]
    assert _read(connection, f"{tmp_path}/p.parquet", tmp_path) == [(1, "Bo")]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param("none.csv", None, "no such file", id="missing"),
        pytest.param("broken.parquet", b"PAR1 it is not", "cannot be read as a Parquet", id="parquet"),
        pytest.param("none.csv", b" \n", "the file is empty", id="empty"),
        pytest.param("people.json", b'[{"name": "Ada"}]', "no table", id="json"),
        pytest.param("book.xls", b"\xd0\xcf\x11\xe0 and more", "an old Excel workbook", id="excel"),
        pytest.param("book.xlsx", b"PK\x03\x04 and more", "a zip archive or an Excel", id="zip"),
        pytest.param("cut.csv", b'a,b\n"x,y\n', "never closed", id="unclosed-quote"),
        pytest.param("shop.duckdb", b"", "holds many tables", id="no-table-named"),
        pytest.param("shop.duckdb:people", b"no database at all", "cannot be read as a DuckDB", id="no-database"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_a_remedy(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    told: str,
) -> None:
    if content is not None:
        (tmp_path / name.partition(":")[0]).write_bytes(content)

    with pytest.raises(Customer360Error, match=told) as refused:
        open_table(connection, str(tmp_path / name), workdir=tmp_path, row_column="row")

    assert refused.value.remedy
    assert refused.value.where


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("people", "no table people"),
        ("crm.people", "no table crm.people"),
        ("a.b.c.d", "no table a.b.c.d"),
        ("", "no table without a name"),
    ],
)
def test_a_table_that_is_not_there_is_named(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, table: str, told: str
) -> None:
    duckdb.connect(str(tmp_path / "shop.duckdb")).close()

    with pytest.raises(Customer360Error, match=told):
        open_table(
            connection, f"{tmp_path}/shop.duckdb:{table}", workdir=tmp_path, row_column="row"
        )


@pytest.mark.parametrize("rows", [1, 2])
def test_a_first_row_of_values_is_a_row_and_its_values_no_columns(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, rows: int
) -> None:
    file = tmp_path / "bare.csv"
    lines = ["Ada,O'Hara,ada@example.org", "Bo,Finch,"]
    file.write_text("\n".join(lines[:rows]) + "\n", encoding="utf-8")

    table = open_table(connection, str(file), workdir=tmp_path, row_column="row")
    read = connection.execute(f"from ({table.rows_sql}) order by row")

    assert [column[0] for column in read.description] == [
        "row", "column_1", "column_2", "column_3",
    ]  # fmt: skip
    assert (
        read.fetchall()
        == [(1, "Ada", "O'Hara", "ada@example.org"), (2, "Bo", "Finch", None)][:rows]
    )
    assert len(table.notes) == 1


@pytest.mark.parametrize(
    ("first", "holds_values"),
    [
        pytest.param("a. gray,,how the quay was built,,1994", True, id="a-citation"),
        pytest.param("Ada,Gray,1984-02-03,Leeds,x", True, id="a-date"),
        pytest.param("author,volume,what the whole title is,note,year", False, id="labels"),
        pytest.param("name,,town,,", False, id="labels-and-nothing"),
    ],
)
def test_texts_beside_empty_cells_and_dates_name_no_columns(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, first: str, *, holds_values: bool
) -> None:
    file = tmp_path / "bare.csv"
    file.write_text(f"{first}\nb. hill,2,on mills and lanes,,1995\n", encoding="utf-8")

    table = open_table(connection, str(file), workdir=tmp_path, row_column="row")
    rows = connection.execute(f"from ({table.rows_sql})").fetchall()

    assert (len(rows) == 2) is holds_values
