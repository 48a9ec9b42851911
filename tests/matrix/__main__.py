"""``make matrix``: the main job with each source alone, any two, and none must succeed.

Each combination is a root of its own, run from empty in a process of its own.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

from tests.chaos.processes import OFFLINE, Running, run_apart
from tests.chaos.victim import NOWHERE, run_root
from tests.matrix.subsets import ALL, build_world, cut_subset, find_problems

PATIENCE_SECONDS = 1800


def main() -> None:
    """Run every combination; exits with 1 when one fails."""
    options = _options()
    os.environ.update(OFFLINE)
    started = time.monotonic()
    subsets = [s for size in range(options.size + 1) for s in combinations(ALL, size)]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="c360-matrix-") as folder:
        building = Running.start(build_world, Path(folder) / "world")
        if building.wait(PATIENCE_SECONDS) != 0:
            sys.exit("\n".join(["the world cannot be built", *building.said()]))
        for subset in subsets:
            problems, seconds = _try(Path(folder), subset)
            failed += bool(problems)
            name = " and ".join(subset) or "no source"
            print(
                f"{'✗' if problems else '✓'} {name} ({seconds:.0f} s)", *problems, sep="\n    "
            )
            sys.stdout.flush()
    minutes = (time.monotonic() - started) / 60
    print(f"\n{len(subsets)} combinations, {failed} failed; {minutes:.0f} minutes")
    sys.exit(1 if failed else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--size", type=int, default=2, help="most sources in a combination")
    return parser.parse_args()


def _try(folder: Path, vendors: tuple[str, ...]) -> tuple[list[str], float]:
    target = folder / "subset"
    shutil.rmtree(target, ignore_errors=True)
    root = cut_subset(folder / "world", target, vendors)
    running = Running.start(run_root, target, NOWHERE)
    if running.wait(PATIENCE_SECONDS) != 0:
        return ["the run failed", *running.said()], running.seconds
    return run_apart(find_problems, root, vendors), running.seconds


if __name__ == "__main__":
    main()
