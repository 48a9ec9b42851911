"""``make bench``: fresh, idle and 1 % runs at several sizes; prints the table of the docs.

Every run is a process of its own, so that its peak memory is its own. Times include imports.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.defs.journal import Journal
from dagster_project.domain.root import Root

SEED = 360
SIZES = (5_000, 50_000, 100_000)
STAGES = ("loading", "staging", "identity", "marts", "gates", "publication")


@dataclass(frozen=True)
class Measured:
    """One run: seconds of wall and CPU time, peak resident MB, rows landed, CPU seconds by stage."""

    wall: float
    cpu: float
    peak_mb: float
    rows: int
    stages: dict[str, float]


def main() -> None:
    """Measure and print."""
    options = _options()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    for people in options.sizes:
        if options.keep:
            _measure_size(Root(options.keep / str(people)), people, days=options.days)
            continue
        with tempfile.TemporaryDirectory(prefix="c360-bench-") as folder:
            _measure_size(Root(Path(folder)), people, days=options.days)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="PEOPLE")
    parser.add_argument("--days", type=int, default=0, help="daily runs of 1 %% afterwards")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="build the roots below DIR and leave them there",
    )
    return parser.parse_args()


def _measure_size(root: Root, people: int, *, days: int) -> None:
    from dagster_project.demo.world import build_daily_delta, build_world

    prepare_root(root, RootKind.DEMO)
    started = time.monotonic()
    world = build_world(root.path, people=people, seed=SEED)
    print(
        f"\n## {people:,} people: {world.records:,} contact records, "
        f"{world.email_events + world.messages:,} e-mail events and messages "
        f"(world built in {time.monotonic() - started:.0f} s)\n"
    )
    _print_header()
    fresh = _run(root)
    _print_row("fresh", fresh)
    idle = _run(root)
    _print_row("nothing new", idle)
    build_daily_delta(root.path, people=people, seed=SEED, day=1, share=0.01)
    daily = _run(root)
    _print_row("1 % new", daily)
    wall = (daily.wall - idle.wall) / fresh.wall
    cpu = (daily.cpu - idle.cpu) / fresh.cpu
    print(
        f"\nbeyond the idle run, 1 % new costs {wall:.0%} of the fresh run's wall time, "
        f"{cpu:.0%} of its CPU time"
    )
    if days:
        _measure_days(root, people, days=days, first=daily)


def _measure_days(root: Root, people: int, *, days: int, first: Measured) -> None:
    """Daily runs of 1 % each; storage against a root built afresh from the same loads."""
    from dagster_project.demo.world import build_daily_delta

    runs = [first]
    for day in range(2, days + 1):
        build_daily_delta(root.path, people=people, seed=SEED, day=day, share=0.01)
        runs.append(_run(root))
    grown = _sizes(root)
    shutil.rmtree(root.warehouse)
    shutil.rmtree(root.published)
    _run(root)
    fresh = _sizes(root)
    print(
        f"\nafter {days} daily runs: {_typical(runs[:5])} at first, {_typical(runs[-5:])} at last"
    )
    for name in grown:
        print(f"  {name:<10} {grown[name] / 1e6:8.1f} MB, rebuilt {fresh[name] / 1e6:8.1f} MB")
    total, rebuilt = sum(grown.values()), sum(fresh.values())
    print(f"  together   {total / 1e6:8.1f} MB, {total / rebuilt:.2f} × fresh")


def _typical(runs: list[Measured]) -> str:
    """Of a few days, since a machine with other work makes some of them long."""
    wall, cpu = (
        statistics.median(seconds)
        for seconds in zip(*((r.wall, r.cpu) for r in runs), strict=True)
    )
    return f"{wall:.0f} s ({cpu:.0f} CPU s)"


def _run(root: Root) -> Measured:
    """One run in a child process, measured by the operating system's own accounting."""
    before = {f.name for f in (root.audit / "runs").glob("*.jsonl")}
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "dagster_project.cli", "run", "--root", str(root.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"the run failed:\n{output}")
    new = [f for f in (root.audit / "runs").glob("*.jsonl") if f.name not in before]
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(wall, cpu, usage.ru_maxrss / 1024, *_stages(Journal(new[0])))


def _stages(journal: Journal) -> tuple[int, dict[str, float]]:
    """Rows landed, and CPU seconds by stage: steps follow each other in one process."""
    seconds = dict.fromkeys(STAGES, 0.0)
    rows, before = 0, None
    for entry in journal.entries():
        stage = entry["step"] if entry["step"] in seconds else "loading"
        if before is not None:
            seconds[stage] += entry["cpu"] - before
        before = entry["cpu"]
        if entry["step"] == "load" and entry["is_new"]:
            rows += entry["rows"]
    return rows, seconds


def _sizes(root: Root) -> dict[str, int]:
    return {
        folder.name: _size(folder)
        for folder in (
            root.landing,
            root.quarantine,
            root.state,
            root.warehouse,
            root.published,
        )
    }


def _size(folder: Path) -> int:
    """Bytes on disk; files that share their content by hard link count once."""
    seen: dict[int, int] = {}
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            stat = file.stat()
            seen[stat.st_ino] = stat.st_blocks * 512
    return sum(seen.values())


def _print_header() -> None:
    print(
        f"| run | wall s | CPU s | peak MB | rows landed | rows/s | {' | '.join(f'{s} CPU s' for s in STAGES)} |"
    )
    print("|---" * (6 + len(STAGES)) + "|")


def _print_row(name: str, run: Measured) -> None:
    stages = " | ".join(f"{run.stages[s]:.1f}" for s in STAGES)
    print(
        f"| {name} | {run.wall:.1f} | {run.cpu:.1f} | {run.peak_mb:.0f} | {run.rows:,} | "
        f"{run.rows / run.wall:,.0f} | {stages} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
