"""``make chaos``: kill runs at named and random points; the next run must put everything right.

For each kill: a copy of the same demo world is run until it dies, then run again without a hand.
Its tables must equal those of an undisturbed run, while eight readers look on all the time.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.root import Root
from tests.chaos.readers import Readers
from tests.chaos.victim import POINTS

PEOPLE = 400
SEED = 7
RANDOM_KILLS = 20


def main() -> None:
    """Kill, run again, compare; exits with 1 when anything differs."""
    options = _options()
    dice = random.Random(options.seed)
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="c360-chaos-") as folder:
        base, calm = Path(folder) / "world", Path(folder) / "calm"
        _build(base)
        shutil.copytree(base, calm)
        started = time.monotonic()
        _finish(calm)
        duration = time.monotonic() - started
        print(f"undisturbed: {duration:.0f} s", flush=True)
        scenarios = [(point, None) for point in POINTS]
        scenarios += [
            (f"random {n + 1}", dice.uniform(1, duration)) for n in range(options.random)
        ]
        for number, (name, after) in enumerate(scenarios):
            whole_group = number % 2 == 0
            root = Path(folder) / f"disturbed-{number}"
            shutil.copytree(base, root)
            problem = _disturb(root, calm, name, after, whole_group=whole_group)
            print(
                f"{'✗ ' + problem if problem else '✓'} {name} "
                f"({'group' if whole_group else 'parent alone'})",
                flush=True,
            )
            failures += [f"{name}: {problem}"] if problem else []
            shutil.rmtree(root)
    print(f"\n{len(scenarios) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--random", type=int, default=RANDOM_KILLS, help="random kills")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def _build(root: Path) -> None:
    from dagster_project.demo.world import build_world

    root.mkdir()
    prepare_root(Root(root), RootKind.DEMO)
    build_world(root, people=PEOPLE, seed=SEED)


def _disturb(
    root: Path, calm: Path, name: str, after: float | None, *, whole_group: bool
) -> str:
    """Kill one run of ``root``, run it again, compare with ``calm``; returns what went wrong."""
    with Readers(root, count=8) as readers:
        child = _start(root, name if after is None else "none")
        if after is not None:
            _kill_after(child, after, whole_group=whole_group)
        status = child.wait(timeout=600)
        if after is None and status != -signal.SIGKILL:
            return f"the point was never reached (exit status {status})"
        again = _start(root, "none").wait(timeout=600)
    if again != 0:
        return f"the run after the kill failed with exit status {again}"
    if readers.problems:
        return f"a reader met: {readers.problems[0]}"
    difference = subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", "diff", str(calm), str(root)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if difference.returncode == 0 else f"tables differ:\n{difference.stdout}"


def _kill_after(child: "subprocess.Popen[bytes]", seconds: float, *, whole_group: bool) -> None:
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        if whole_group:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _finish(root: Path) -> None:
    if _start(root, "none").wait(timeout=900) != 0:
        sys.exit("the undisturbed run failed")


def _start(root: Path, point: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.victim", str(root), point],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
