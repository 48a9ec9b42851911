"""What all tests share: one thread for each engine, and the longest files first."""

from collections.abc import Iterator
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: at the end one worker would wait for the other."""
    items.sort(key=lambda item: _rank(item.path.relative_to(_TESTS).parts[0]))


def _rank(folder: str) -> int:
    return _LONGEST.index(folder) if folder in _LONGEST else len(_LONGEST)
