"""What each department asks is asked of its published file; figures agree between files."""

from collections.abc import Iterator

import duckdb
import pytest

from dagster_project.definitions import RunOutcome
from dagster_project.domain.root import Root
from tests.unit.dbt_marts.test_department_questions import FILES, questions

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def products(
    first_run: tuple[Root, RunOutcome],
) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    root, _ = first_run
    opened = {
        name: duckdb.connect(str(root.published / f"{name}.duckdb"), read_only=True)
        for name in FILES.values()
    }
    yield opened
    for connection in opened.values():
        connection.close()


@pytest.mark.parametrize("consumer", FILES.values())
def test_the_published_file_takes_every_question_of_its_department(
    products: dict[str, duckdb.DuckDBPyConnection], consumer: str
) -> None:
    """A world as small as this one has few groups that may be shown; the columns are all there."""
    for name, _, query in questions():
        if name == consumer:
            assert products[name].execute(query).description


def test_won_revenue_is_the_same_in_every_file(
    products: dict[str, duckdb.DuckDBPyConnection], first_run: tuple[Root, RunOutcome]
) -> None:
    finance = products["finance"].execute(
        "select currency, sum(amount_minor) from insight_finance__pipeline_by_region_month "
        "where outcome = 'won' group by currency"
    ).fetchall()  # fmt: skip
    executive = products["executive"].execute(
        "select currency, cast(sum(value) as bigint) from insight_executive__results_by_month "
        "where metric = 'won_revenue' group by currency"
    ).fetchall()  # fmt: skip
    with duckdb.connect(str(first_run[0].published / "crm.duckdb"), read_only=True) as crm:
        facts = crm.execute(
            "select currency, sum(amount_minor) from fct_opportunity "
            "where outcome = 'won' and not is_deleted and amount_minor is not null group by 1"
        ).fetchall()

    assert finance
    assert set(finance) <= set(facts)
    assert set(executive) <= set(facts)


def test_a_campaign_of_three_tools_is_one(first_run: tuple[Root, RunOutcome]) -> None:
    with duckdb.connect(str(first_run[0].published / "crm.duckdb"), read_only=True) as crm:
        rows = crm.execute(
            "select campaign_name, count(*), max(tools) from dim_campaign group by 1 order by 1"
        ).fetchall()

    assert rows == [
        ("Back to work", 1, 3),
        ("November offers", 1, 3),
        ("Quay 3 launch", 1, 2),
        ("September news", 1, 3),
        ("Spring catalogue", 1, 3),
        ("Summer news", 1, 2),
    ]
