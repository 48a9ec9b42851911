"""What all tests share: one thread for each engine, their own environment, the longest first."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from dagster_project.engines.duckdb import session
from dagster_project.engines.duckdb.session import EngineOptions

_TESTS = Path(__file__).parent
_LONGEST = ("pipeline", "integration")


@pytest.fixture(scope="session", autouse=True)
def one_thread_for_each_engine() -> Iterator[None]:
    """Worlds are too small for two threads, which only cost; runs take what their root sets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "DEFAULT_OPTIONS", EngineOptions(threads=1))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """A run tells dbt and Dagster about its root in the environment; no later test may hear of it."""
    before = dict(os.environ)
    try:
        return (yield)
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: at the end one worker would wait for the other."""
    items.sort(key=lambda item: _rank(item.path.relative_to(_TESTS).parts[0]))


def _rank(folder: str) -> int:
    return _LONGEST.index(folder) if folder in _LONGEST else len(_LONGEST)
