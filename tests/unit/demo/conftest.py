"""One small world for all tests of the demo."""

from pathlib import Path

import pytest

from dagster_project.demo.world import build_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole world of 1,200 people."""
    out = tmp_path_factory.mktemp("world")
    build_world(out, people=1200, seed=11)
    return out


@pytest.fixture(scope="session")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contact records alone of 2,500 people."""
    out = tmp_path_factory.mktemp("contacts")
    build_world(out, people=2500, seed=12, only_contacts=True)
    return out
