"""Tables that hold persons and organisations, and those that only seem to."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.resolve_mixed import resolve_mixed
from dagster_project.identity.resolve_table import Outputs, infer_columns, read_default_matching
from dagster_project.identity.tabular.kinds_of_rows import KindsOfRows, find_kinds_of_rows
from dagster_project.identity.tabular.meanings import Kind
from dagster_project.identity.tabular.profile import Vocabulary, profile_table
from tests.unit.identity.tabular.tables import load

_NAMES = Vocabulary(given=("ada", "bo"), family=("gray", "hill"))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def _mixed(rows: int = 40) -> dict[str, list[object]]:
    """Every third row is a company; each is told twice, half a table apart."""
    half = rows // 2
    firms = [n % half % 3 == 0 for n in range(rows)]
    return {
        "id": [f"r{n}" for n in range(rows)],
        "record_type": ["ORGANIZATION" if firm else "PERSON" for firm in firms],
        "company": [f"Quay{n % half} Works Ltd" if firm else None for n, firm in enumerate(firms)],
        "first_name": [None if firm else ("Ada", "Bo")[n % half % 2] for n, firm in enumerate(firms)],
        "last_name": [
            None if firm else f"Gr{chr(97 + n % half)}y{chr(97 + n % half)}"
            for n, firm in enumerate(firms)
        ],
        "email": [
            None if firm else f"p{n % half}@quay.example" for n, firm in enumerate(firms)
        ],
        "phone": [f"+4930901820{n % half:02d}" for n in range(rows)],
    }  # fmt: skip


def _find(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, list[object]]
) -> KindsOfRows | None:
    load(connection, list(columns), list(zip(*columns.values(), strict=True)))
    return find_kinds_of_rows(connection, profile_table(connection, _NAMES))


def _rows(connection: duckdb.DuckDBPyConnection, kinds: KindsOfRows, kind: Kind) -> int:
    found = connection.execute(
        f"select count(*) from input.rows where {kinds.rows_of(kind)}"
    ).fetchall()
    return int(found[0][0])


@pytest.mark.parametrize("told", [True, False], ids=["by-a-column", "by-names-that-take-turns"])
def test_persons_and_organisations_are_told_apart(
    connection: duckdb.DuckDBPyConnection, *, told: bool
) -> None:
    columns = _mixed()
    if not told:
        del columns["record_type"]

    kinds = _find(connection, columns)

    assert kinds is not None
    assert _rows(connection, kinds, Kind.ORGANISATIONS) == 14
    assert _rows(connection, kinds, Kind.PERSONS) == 26


def test_people_with_their_employers_are_people(connection: duckdb.DuckDBPyConnection) -> None:
    columns = _mixed()
    del columns["record_type"]
    columns["company"] = ["Quay Works Ltd"] * 40

    assert _find(connection, columns) is None


def test_a_type_of_something_else_tells_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    columns = {n: v for n, v in _mixed().items() if n not in ("record_type", "company")}
    columns["type"] = [("lead", "company", "vip")[n % 3] for n in range(40)]

    assert _find(connection, columns) is None


def test_the_output_holds_every_row_once_in_the_tables_order(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    matching = read_default_matching(Path("config"))
    kinds = _find(connection, _mixed())
    assert kinds is not None

    resolved = resolve_mixed(
        connection,
        kinds,
        lambda kind: infer_columns(connection, matching, kind=kind).spec(),
        matching,
        Outputs(tmp_path / "out.csv", tmp_path / "links.csv"),
    )

    assert {kind: part.records for kind, part in resolved.items()} == {
        Kind.PERSONS: 26,
        Kind.ORGANISATIONS: 14,
    }
    written = connection.read_csv(str(tmp_path / "out.csv")).fetchall()
    assert [row[0] for row in written] == [f"r{n}" for n in range(40)]
    customers = dict(written)
    assert all(customers[f"r{n}"] == customers[f"r{n + 20}"] for n in range(20))
    assert len(set(customers.values())) == 20
