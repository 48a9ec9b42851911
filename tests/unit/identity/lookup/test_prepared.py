"""A workspace that keeps plans and results between rounds says what a plain one says."""

import random
from collections.abc import Iterator

import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.lookup.prepared import PreparedWorkspace
from dagster_project.identity.workspace import Workspace, workspace

_ROUND = (
    "create or replace table work.held as select value, count(*) as held from work.told group by value",
    "create or replace table work.rare as select * from work.held where held < 3",
    "create or replace table work.far as select value + 60000 as value, -held as held from work.rare",
    "create or replace table work.far as with near as (from work.far) select * from near where value % 2 = 0",
    "create or replace view work.both as from work.rare union all from work.far",
    "create or replace table work.list as select value from work.both order by value desc",
    "create or replace table work.gathered (value bigint, note varchar)",
    "insert into work.gathered select value, 'rare' from work.rare; "
    "insert into work.gathered select value, 'far' from work.far",
    "update work.gathered set note = 'both' from work.far where gathered.value = far.value",
    "delete from work.gathered where value < 0",
    "drop table work.rare",
)


@pytest.fixture
def works() -> Iterator[tuple[Workspace, Workspace]]:
    """A plain workspace, and one that keeps what it can."""
    with (
        session() as first, workspace(first) as plain,
        session() as second, workspace(second),
    ):  # fmt: skip
        yield plain, PreparedWorkspace(second)


@pytest.mark.parametrize("seed", range(3))
def test_rounds_over_other_rows_end_alike(
    works: tuple[Workspace, Workspace], seed: int
) -> None:
    dice = random.Random(seed)
    for work in works:
        work.run("create table work.told (value bigint)")

    for _ in range(12):
        told = [
            dice.randrange(-5, 5) * 10 ** dice.randrange(6) for _ in range(dice.randrange(4))
        ]
        results = []
        for work in works:
            work.run("delete from work.told")
            for value in told:
                work.run("insert into work.told values ($1)", [value])
            for statement in _ROUND:
                work.run(statement)
            results.append(
                [
                    work.rows(f"select * from work.{table} order by all")
                    for table in ("held", "far", "list", "gathered")
                ]
            )

        assert results[0] == results[1]


@pytest.mark.parametrize(
    "is_text", [pytest.param(True, id="text"), pytest.param(False, id="numbers")]
)
def test_what_is_lent_is_read_every_time(
    works: tuple[Workspace, Workspace], is_text: bool
) -> None:
    for values in ([1, 2], [3], [], [3], [3]):
        for work in works:
            lent = [str(value) for value in values] if is_text else values
            with work.columns("lent_values", value=lent):
                work.run(
                    "create or replace table work.taken as "
                    "select value::bigint as value from lent_values"
                )

            assert work.rows("select value from work.taken order by value") == [
                (value,) for value in values
            ]


def test_a_table_of_other_columns_is_made_anew(works: tuple[Workspace, Workspace]) -> None:
    for _ in range(3):
        for work in works:
            work.run("create or replace table work.one as select 1 as a")
            work.run("create or replace table work.sum as select sum(a) as a from work.one")
            work.run("create or replace table work.one as select 2 as a, 'x' as b")

            assert work.rows("select * from work.one") == [(2, "x")]
