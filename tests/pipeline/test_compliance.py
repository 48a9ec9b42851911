"""The compliance desk after a first run: what was planted is found, quiet days are quiet, questions answered."""

import re
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project.compliance.desk import Desk
from dagster_project.definitions import RunOutcome
from dagster_project.defs.alerts import findings_of
from dagster_project.domain.root import Root
from dagster_project.settings import read_settings

pytestmark = pytest.mark.pipeline

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compliance-questions.md"
ALWAYS_ANSWERED = {1, 3, 6, 7, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20}
"""The others are about what went wrong at a desk that nobody has sat at yet, or about rare people."""


def questions() -> list[tuple[int, str]]:
    found = re.findall(
        r"\*\*(\d+)\. .*?```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    return [(int(number), query) for number, query in found]


@pytest.fixture
def product(first_run: tuple[Root, RunOutcome]) -> Iterator[duckdb.DuckDBPyConnection]:
    root, _ = first_run
    with duckdb.connect(str(root.published / "compliance.duckdb"), read_only=True) as opened:
        opened.execute("set TimeZone = 'UTC'")
        opened.execute(
            "set variable finding = 1; set variable day = timestamptz '2026-09-01'; "
            f"set variable truth = '{root.path}/truth/incidents.parquet'"
        )
        yield opened


def test_there_are_twenty_questions() -> None:
    assert [number for number, _ in questions()] == list(range(1, 21))


@pytest.mark.parametrize(
    ("number", "query"), [pytest.param(n, q, id=f"question-{n}") for n, q in questions()]
)
def test_every_question_is_answered_by_its_query(
    product: duckdb.DuckDBPyConnection, number: int, query: str
) -> None:
    rows = product.execute(query).fetchall()

    assert rows or number not in ALWAYS_ANSWERED


@pytest.mark.parametrize(
    ("planted", "kind"),
    [("personal_data", "privacy_breach"), ("errant_employee", "disclosure")],
)
def test_every_planted_leak_and_disclosure_is_found_in_the_first_run(
    product: duckdb.DuckDBPyConnection, planted: str, kind: str
) -> None:
    rows = product.execute(
        "select i.message_id, bool_or(coalesce(f.kind = $1, false)) "
        "from read_parquet(getvariable('truth')) as i "
        "left join fct_compliance_finding as f using (message_id) "
        "where i.kind = $2 and i.is_to_find group by i.message_id",
        [kind, planted],
    ).fetchall()

    assert rows
    assert [message for message, is_found in rows if not is_found] == []


def test_a_brand_has_at_most_one_false_alarm_in_all_its_days(
    product: duckdb.DuckDBPyConnection,
) -> None:
    rows = product.execute(
        "select f.brand, count(*) from fct_compliance_finding as f "
        "anti join read_parquet(getvariable('truth')) as i "
        "on i.message_id = f.message_id and i.is_to_find "
        "where f.kind in ('privacy_breach', 'disclosure', 'threat', 'hate', 'regulated_claim') "
        "group by f.brand having count(*) > 1"
    ).fetchall()

    assert rows == []


def test_breaches_are_due_72_hours_after_the_run_that_found_them(
    product: duckdb.DuckDBPyConnection,
) -> None:
    rows = product.execute(
        "select distinct due_at - found_at, aware_at = found_at from fct_compliance_finding "
        "where kind = 'privacy_breach'"
    ).fetchall()

    assert [(gap.total_seconds() / 3600, is_known) for gap, is_known in rows] == [(72, True)]


def test_the_first_run_raises_the_alarm_with_counts_alone(
    first_run: tuple[Root, RunOutcome], product: duckdb.DuckDBPyConnection
) -> None:
    root, outcome = first_run
    home = read_settings(root.path).dagster_home
    with dg.DagsterInstance.from_config(str(home)) as instance:
        failed = findings_of(instance, outcome.run_id).failed

    (check,) = [c for c in failed if c.check == "no_harmful_post_stands"]
    ((standing, breaches, audience),) = product.execute(
        "select count(*), count(*) filter (harm = 'privacy_breach'), max(audience) "
        "from fct_harm_exposure where is_standing"
    ).fetchall()
    assert check.counts["standing"] == standing > 0
    assert check.counts["breaches_standing"] == breaches > 0
    assert check.counts["largest_audience"] == (audience or 0)


def test_the_product_and_the_desk_hold_the_same_findings_and_a_sample(
    first_run: tuple[Root, RunOutcome], product: duckdb.DuckDBPyConnection
) -> None:
    desk = Desk(first_run[0].state)

    kept = {(f.number, f.found.message_id, str(f.state)) for f in desk.findings()}
    shown = product.execute(
        "select finding_id, message_id, state from fct_compliance_finding"
    ).fetchall()
    assert set(shown) == kept
    assert len(desk.sample()) == 5
