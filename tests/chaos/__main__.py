"""``make chaos``: kill runs at named and at random points; the next run must put everything right.

For each kill a copy of a root is run until it dies, by the whole group or the parent alone, and
run again without a hand. Its tables must then equal those of an undisturbed run, nothing may be
left lying about, and eight readers that look on all the time must have seen whole generations.
The same holds for a run whose disk fills up, which must say so.

Two roots are disturbed: one in its very first run, and one that has lived: a run behind it, a
generation that readers use, and new, changed and late input before it.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.chaos.aftermath import find_problems
from tests.chaos.processes import OFFLINE, Running, run_apart
from tests.chaos.readers import Readers
from tests.chaos.victim import FULL, NOWHERE, POINTS, run_root
from tests.chaos.worlds import FRESH, LIVED, build_worlds

SEED = 7
RANDOM_KILLS = 20
READERS = 8
PATIENCE_SECONDS = 1800


@dataclass(frozen=True)
class Kill:
    """One kill. ``point`` is a named one; else the run dies ``after`` a share of its duration."""

    name: str
    world: str
    is_group: bool
    point: str = NOWHERE
    after: float = 0.0


def main() -> None:
    """Kill, run again, compare; exits with 1 when anything differs."""
    options = _options()
    os.environ.update(OFFLINE)
    started = time.monotonic()
    failures = kills = 0
    with tempfile.TemporaryDirectory(prefix="c360-chaos-") as folder:
        worlds = Path(folder)
        seconds = build_worlds(worlds)
        print(
            f"undisturbed: {seconds[FRESH]:.0f} s for a first run, "
            f"{seconds[LIVED]:.0f} s for a run with new input",
            flush=True,
        )
        for kill in _kills(options):
            problems, where = _try(worlds, kill, seconds[kill.world])
            kills += 1
            failures += bool(problems)
            _tell(kill, problems, where)
    minutes = (time.monotonic() - started) / 60
    print(
        f"\n{kills} kills, {kills - failures} put right, {failures} not; {minutes:.0f} minutes"
    )
    sys.exit(1 if failures else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--random", type=int, default=RANDOM_KILLS, help="random kills")
    parser.add_argument("--seed", type=int, default=SEED, help="of the random moments")
    parser.add_argument("--only", help="only kills whose name contains this")
    return parser.parse_args()


def _kills(options: argparse.Namespace) -> Iterator[Kill]:
    """Named points in the root that has lived; random moments, one per stretch, in both."""
    dice = random.Random(options.seed)
    kills = [
        Kill(point, LIVED, is_group=number % 2 == 0, point=point)
        for number, point in enumerate(POINTS)
    ]
    kills.append(Kill(FULL, FRESH, is_group=False, point=FULL))
    for number in range(options.random):
        share = (number + dice.random()) / options.random
        world = LIVED if number % 4 < 2 else FRESH
        kills.append(Kill(f"random {number + 1}", world, is_group=number % 2 == 0, after=share))
    return (kill for kill in kills if not options.only or options.only in kill.name)


def _try(worlds: Path, kill: Kill, seconds: float) -> tuple[list[str], str]:
    """One kill and the run after it; returns what went wrong, and where the kill struck."""
    root = worlds / "disturbed"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(worlds / kill.world, root, symlinks=True)
    with Readers(root, count=READERS) as readers:
        running = Running.start(run_root, root, kill.point)
        if kill.point == NOWHERE:
            running.kill_after(max(0.2, kill.after * seconds), whole_group=kill.is_group)
        status = running.wait(PATIENCE_SECONDS)
        where = f"{running.seconds:.0f} s into the run"
        if status == 0 and kill.point == NOWHERE:  # faster than the undisturbed run was
            return _try(worlds, replace(kill, after=kill.after * 0.7), seconds)
        if not _struck(kill, running):
            return [
                f"the point was never reached (exit status {status})",
                *running.said(),
            ], where
        left = running.survivors()
        again = Running.start(run_root, root, NOWHERE)
        if again.wait(PATIENCE_SECONDS) != 0:
            return ["the run after the kill failed", *again.said()], where
    problems = [f"the killed run left {left} processes behind"] if left else []
    problems += readers.problems
    problems += run_apart(find_problems, root, worlds / f"{kill.world}-calm")
    return problems, where


def _struck(kill: Kill, running: Running) -> bool:
    """Whether the run met the end that was meant: killed, or stopped by a full disk it names."""
    if kill.point == FULL:
        return any("the disk is full" in line for line in running.said())
    return running.was_killed


def _tell(kill: Kill, problems: list[str], where: str) -> None:
    who = "group" if kill.is_group else "parent alone"
    print(f"{'✗' if problems else '✓'} {kill.name} ({kill.world}, {who}, {where})", flush=True)
    for problem in problems:
        print(f"    {problem}", flush=True)


if __name__ == "__main__":
    main()
