"""One small demo world, run once; every test of the main job starts from a copy of that root."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.definitions import RunOutcome, run
from dagster_project.defs.journal import Journal
from dagster_project.domain.root import Root
from dagster_project.settings import read_settings

PEOPLE = 150
SEED = 11


def run_root(root: Root) -> RunOutcome:
    """Run the main job on a root; fails the test with the run's own words."""
    outcome = run(read_settings(root.path))
    assert outcome.success, outcome.failures
    return outcome


def journal_of(outcome: RunOutcome) -> Journal:
    """The journal of a run."""
    return Journal(outcome.journal)


def rows_loaded(outcome: RunOutcome) -> int:
    """Rows that a run landed anew."""
    loads = journal_of(outcome).entries("load")
    return sum(load["rows"] for load in loads if load["is_new"])


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, RunOutcome]:
    """The root after its first run. Read it only; ``copied_root`` may be changed.

    A run costs more than most files of tests: the workers of a session share one, whoever is first
    builds it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    world = shared / "world"
    finished = world / "outcome.pickle"
    with (shared / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            finished.write_bytes(pickle.dumps(_run_first(Root(world / "root"))))
    return Root(world / "root"), pickle.loads(finished.read_bytes())


def _run_first(root: Root) -> RunOutcome:
    from dagster_project.demo.world import build_world

    shutil.rmtree(root.path, ignore_errors=True)
    root.path.mkdir(parents=True)
    prepare_root(root, RootKind.DEMO)
    build_world(root.path, people=PEOPLE, seed=SEED)
    return run_root(root)


@pytest.fixture
def copied_root(first_run: tuple[Root, RunOutcome], tmp_path: Path) -> Callable[[], Root]:
    """Makes copies of the root as its first run left it."""
    numbers = iter(range(100))

    def copy() -> Root:
        target = tmp_path / f"root-{next(numbers)}"
        shutil.copytree(first_run[0].path, target, symlinks=True)
        return Root(target)

    return copy


def forget_derived(root: Root) -> None:
    """Delete everything that can be rebuilt."""
    shutil.rmtree(root.warehouse)
    shutil.rmtree(root.published)
