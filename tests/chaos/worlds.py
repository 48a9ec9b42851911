"""The two roots that are disturbed, and what each becomes when nothing disturbs it."""

import shutil
import sys
from pathlib import Path

from tests.chaos.processes import Running
from tests.chaos.victim import NOWHERE, run_root

FRESH, LIVED = "fresh", "lived"
PEOPLE = 400
SEED = 7


def build_worlds(folder: Path) -> dict[str, float]:
    """Write ``fresh``, ``lived`` and their ``-calm`` ends; returns seconds of the two runs."""
    fresh, lived = folder / FRESH, folder / LIVED
    _succeed(build_fresh, fresh)
    seconds = {FRESH: _run_copy(fresh, folder / f"{FRESH}-calm")}
    shutil.copytree(folder / f"{FRESH}-calm", lived, symlinks=True)
    _succeed(add_input, lived)
    seconds[LIVED] = _run_copy(lived, folder / f"{LIVED}-calm")
    return seconds


def build_fresh(root: Path) -> None:
    """A demo world that has never been run."""
    from dagster_project.config.roots import RootKind, prepare_root
    from dagster_project.demo.world import build_world
    from dagster_project.domain.root import Root

    root.mkdir()
    prepare_root(Root(root), RootKind.DEMO)
    build_world(root, people=PEOPLE, seed=SEED)


def add_input(root: Path) -> None:
    """A day's new and changed input, and a file that comes late."""
    from dagster_project.demo.world import build_daily_delta

    build_daily_delta(root, people=PEOPLE, seed=SEED, day=1, share=0.05)
    late = root / "inbox" / "hubspot_apac" / "hubspot-crm-exports-all-contacts-2025-01-05.csv"
    late.parent.mkdir(parents=True, exist_ok=True)
    late.write_text(
        "Record ID,First Name,Last Name,Email,Create Date\n"
        "990000001,Late,Arrival,late.arrival@example.org,2024-12-01 10:00\n",
        encoding="utf-8",
    )


def _run_copy(root: Path, copy: Path) -> float:
    shutil.copytree(root, copy, symlinks=True)
    return _succeed(run_root, copy, NOWHERE)


def _succeed(work: object, *arguments: object) -> float:
    running = Running.start(work, *arguments)  # type: ignore[arg-type]
    if running.wait(1800) != 0:
        sys.exit("\n".join(["the undisturbed part failed", *running.said()]))
    return running.seconds
