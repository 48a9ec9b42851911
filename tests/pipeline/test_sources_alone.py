"""One source alone; every one, any two and none of them: ``make matrix``."""

from pathlib import Path

import pytest

from tests.matrix.subsets import build_world, cut_subset, find_problems
from tests.pipeline.conftest import run_root

pytestmark = pytest.mark.pipeline


def test_a_network_alone_without_names_addresses_or_deals_runs_and_is_published(
    tmp_path: Path,
) -> None:
    build_world(tmp_path / "world")
    root = cut_subset(tmp_path / "world", tmp_path / "alone", ["instagram"])

    run_root(root)

    assert find_problems(root, ["instagram"]) == []
