"""Who is in a segment, since when and why; history is kept, and nobody out of reach is counted."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.config.segments import read_segments
from dagster_project.engines.duckdb.dbt_run import DbtProject, run_dbt
from tests.parsed_project import CATALOG

YAML = """
segments:
  buyers:
    title: Bought
    when: won_opportunities > 0
    because: "{won_opportunities} deals won"
  reachable_buyers:
    title: Bought, and may be written to
    when: won_opportunities > 0
    because: bought
    channel: email
"""

Segmented = Callable[..., list[tuple[str, str, str, str | None]]]


@pytest.fixture(scope="session")
def sql(project: DbtProject, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The compiled model, with two segments."""
    file = tmp_path_factory.mktemp("segments") / "segments.yml"
    file.write_text(YAML, encoding="utf-8")
    segments = read_segments(
        file, {"won_opportunities": "bigint", "contactable_email": "varchar"}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("C360_DATABASE", str(project.target / f"{CATALOG}.duckdb"))
        run_dbt(
            project,
            ["compile", "--select", "customer_segments"],
            variables={"segments": segments},
            is_parsed=True,
        )
    compiled: Path = next(project.target.rglob("compiled/**/customer_segments.sql"))
    return compiled.read_text(encoding="utf-8")


@pytest.fixture
def segmented(sql: str) -> Segmented:
    def rows(
        customers: str, before: str, as_of: str, objects: str = "null"
    ) -> list[tuple[str, str, str, str | None]]:
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach ':memory:' as {CATALOG}; use {CATALOG}")
            connection.execute(
                "create schema marts; create schema history; create schema intermediate;"
                "create table marts.customer_360 (customer_id varchar, won_opportunities bigint, "
                "contactable_email varchar, profiling_consent varchar);"
                "create table history.customer_segments (customer_id varchar, segment varchar, "
                "title varchar, because varchar, member_from timestamptz, member_to timestamptz);"
                f"create table intermediate.int_as_of as select '{as_of}'::timestamptz as as_of;"
                f"{customers and f'insert into marts.customer_360 select *, {objects} from (values {customers})'};"
                f"{before and 'insert into history.customer_segments values ' + before}"
            )
            return connection.execute(
                "select segment, because, strftime(member_from, '%m-%d'), "
                f"strftime(member_to, '%m-%d') from ({sql}) order by all"
            ).fetchall()

    return rows


def test_members_with_the_reason_and_only_the_reachable_for_a_channel(
    segmented: Segmented,
) -> None:
    rows = segmented(
        "('c1', 2, 'a@example.org'), ('c2', 1, null), ('c3', 0, null)", "", "2026-11-01"
    )

    assert rows == [
        ("buyers", "1 deals won", "11-01", None),
        ("buyers", "2 deals won", "11-01", None),
        ("reachable_buyers", "bought", "11-01", None),
    ]


def test_who_stays_keeps_since_when(segmented: Segmented) -> None:
    rows = segmented(
        "('c1', 3, null)",
        "('c1', 'buyers', 'Bought', '2 deals won', '2026-09-01', null)",
        "2026-11-01",
    )

    assert rows == [("buyers", "3 deals won", "09-01", None)]


def test_who_leaves_stays_in_the_history(segmented: Segmented) -> None:
    before = "('c1', 'buyers', 'Bought', '2 deals won', '2026-09-01', null)"

    left = segmented("('c1', 0, null)", before, "2026-11-01")

    assert left == [("buyers", "2 deals won", "09-01", "11-01")]


def test_who_comes_back_is_in_it_anew(segmented: Segmented) -> None:
    before = "('c1', 'buyers', 'Bought', '2 deals won', '2026-09-01', '2026-10-01')"

    rows = segmented("('c1', 1, null)", before, "2026-11-01")

    assert rows == [
        ("buyers", "1 deals won", "11-01", None),
        ("buyers", "2 deals won", "09-01", "10-01"),
    ]


def test_a_second_run_at_the_same_time_corrects_the_first(segmented: Segmented) -> None:
    before = "('c1', 'buyers', 'Bought', '2 deals won', '2026-11-01', null)"

    assert segmented("('c1', 0, null)", before, "2026-11-01") == []


def test_who_objects_to_profiling_is_in_no_segment_and_has_been_in_none(
    segmented: Segmented,
) -> None:
    before = "('c1', 'buyers', 'Bought', '2 deals won', '2026-09-01', null)"

    assert segmented("('c1', 2, 'a@example.org')", before, "2026-11-01", "'granted'")
    assert segmented("('c1', 2, 'a@example.org')", before, "2026-11-01", "'withdrawn'") == []
