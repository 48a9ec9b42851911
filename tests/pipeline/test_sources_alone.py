"""One source alone, and none at all; every one and any two of them: ``make matrix``."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.config.roots import init_company_root
from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT
from tests.matrix.subsets import build_world, cut_subset, find_problems
from tests.pipeline.conftest import rows_loaded, run_root

pytestmark = pytest.mark.pipeline


def test_a_network_alone_without_names_addresses_or_deals_runs_and_is_published(
    tmp_path: Path,
) -> None:
    build_world(tmp_path / "world")
    root = cut_subset(tmp_path / "world", tmp_path / "alone", ["instagram"])

    run_root(root)

    assert find_problems(root, ["instagram"]) == []


def test_a_root_without_sources_runs(tmp_path: Path) -> None:
    root = Root(tmp_path / "company")
    init_company_root(root, PROJECT / "config")

    outcome = run_root(root)

    assert rows_loaded(outcome) == 0
    with duckdb.connect(str(root.published / "crm.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from customer_360").fetchall() == [(0,)]
