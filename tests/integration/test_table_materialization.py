"""Tables are written by their difference: the result is the model's, whatever the table held."""

from pathlib import Path
from shutil import copytree

import pytest

from dagster_project.engines.duckdb.dbt_run import DbtProject, run_dbt
from dagster_project.engines.duckdb.session import session

DBT = Path(__file__).resolve().parents[2] / "dbt"
ROWS = [(n, f"name {n}", [n], n / 3) for n in range(100)]


class Table:
    """A model ``held`` that takes all rows of ``input.rows``, in a project of its own."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "c360.duckdb"
        self.project = DbtProject(folder / "project", folder / "target")
        models = self.project.directory / "models"
        models.mkdir(parents=True)
        (models / "held.sql").write_text("select * from input.rows")
        (self.project.directory / "dbt_project.yml").write_text(
            "name: tables\nprofile: customer360\nmodels:\n  +materialized: table\n"
        )
        copytree(DBT / "macros" / "materializations", self.project.directory / "macros")
        (self.project.directory / "profiles.yml").write_bytes(
            (DBT / "profiles.yml").read_bytes()
        )

    def build(self, rows: list[tuple[object, ...]]) -> list[int]:
        """Build the model from ``rows``; the keys of the table's rows, in the order they lie in."""
        with session(self.database) as connection:
            connection.execute("create schema if not exists input")
            connection.execute(
                "create or replace table input.rows "
                "(key bigint, name varchar, list bigint[], share double)"
            )
            if rows:
                connection.executemany("insert into input.rows values (?, ?, ?, ?)", rows)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("C360_DATABASE", str(self.database))
            run_dbt(self.project, ["run"], is_parsed=self.project.manifest.exists())
        with session(self.database, read_only=True) as connection:
            held = connection.execute("select * from held order by all").fetchall()
            lying = connection.execute("select key from held order by rowid").fetchall()
        assert held == sorted(rows, key=lambda row: row[0])
        return [key for (key,) in lying]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return Table(tmp_path_factory.mktemp("table"))


def test_a_table_holds_what_its_model_makes_and_unchanged_rows_stay_in_place(
    table: Table,
) -> None:
    table.build([])  # what another test left would lie before or behind
    table.build(ROWS)
    unchanged = ROWS[1:98]
    others = [(98, "another", [98], 98 / 3), (99, "name 99", [], 33.0), (100, "new", [], None)]

    lying = table.build([*reversed(others), *reversed(unchanged)])

    assert lying[:97] == [key for key, *_ in unchanged]
    assert set(lying[97:]) == {98, 99, 100}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([], ROWS, id="was empty"),
        pytest.param(ROWS, [], id="is empty"),
        pytest.param(ROWS, [(n, "all", None, None) for n in range(50)], id="all rows changed"),
        pytest.param([*ROWS, ROWS[0]], [*ROWS, ROWS[1]], id="another row is there twice"),
        pytest.param(ROWS, [*ROWS, ROWS[7], ROWS[7]], id="a row came to be there thrice"),
        pytest.param(
            [(1, "a", None, None), *ROWS[2:]],
            [(1, "a", [], None), *ROWS[2:]],
            id="an empty list is no missing one",
        ),
    ],
)
def test_whatever_it_held_it_is_what_the_model_makes(
    table: Table, before: list[tuple[object, ...]], after: list[tuple[object, ...]]
) -> None:
    table.build(before)
    table.build(after)
