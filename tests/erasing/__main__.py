"""``make erasing``: erase many people at once and kill erasures at random moments.

A world is run. A queue of its people is erased: nothing that names them alone may be left in any
byte, no row of anybody else may have gone, and all old exports, delivered again, must not bring one
row of them back. Then a smaller queue is erased again and again, each time killed by SIGKILL after a
random share of its time; the next run must complete it, with the receipt of an undisturbed one.

``--root``: a root that has run, instead of a new world; it is read only.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.writer_lock import writer_lock
from dagster_project.privacy.erase import finish_erasures
from dagster_project.privacy.queue import ask
from dagster_project.privacy.requests import Request
from dagster_project.privacy.work_off import work_off
from tests.pipeline.conftest import rows_loaded, run_root
from tests.pipeline.test_erasure import (
    company,
    deliver_again,
    found,
    rows_of_others,
    some_customers,
    what_names,
)

SEED = 7


def main() -> None:
    """Erase, look, deliver again; kill and go on; exits with 1 when anything is wrong."""
    options = _options()
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="c360-erasing-") as folder:
        root = Root(options.root.resolve()) if options.root else _world(Path(folder), options)
        if options.erase:
            problems += _erase_many(root, Root(Path(folder) / "many"), options.erase)
        problems += _kill_often(root, Path(folder), options.kills)
    print("\n".join(problems) or "nothing was left, nobody else was touched", flush=True)
    sys.exit(1 if problems else 0)


def _erase_many(before: Root, root: Root, people: int) -> list[str]:
    customers = some_customers(before, people)
    names = what_names(before, customers)
    _copy_with_queue(before, root, customers)
    seconds = _in_a_process(lambda: _work_off(root))
    left = found(root, names, but="none")
    print(
        f"erased {people} people in {seconds:.0f} s: {len(left)} places name them", flush=True
    )
    others = rows_of_others(before, customers)
    deliver_again(before, root)
    came = rows_loaded(run_root(root))
    back = found(root, names, but="api")
    print(f"all exports again: {came} rows landed, {len(back)} places name them", flush=True)
    changed = [t for t, rows in rows_of_others(root, customers).items() if rows != others[t]]
    print(f"tables in which others' rows came out otherwise: {changed}", flush=True)
    return [*left, *back, *([f"{came} rows landed"] if came else [])]


def _kill_often(before: Root, folder: Path, kills: int) -> list[str]:
    customers = some_customers(before, 10)
    names = what_names(before, customers)
    whole = Root(folder / "undisturbed")
    _copy_with_queue(before, whole, customers)
    seconds = _in_a_process(lambda: _work_off(whole))
    expected = _receipt(whole)
    chance = random.Random(SEED)
    problems = []
    for number in range(kills):
        root = Root(folder / f"killed-{number}")
        _copy_with_queue(before, root, customers)
        after = chance.uniform(0, seconds)
        _in_a_process(lambda root=root: _work_off(root), kill_after=after)
        _in_a_process(lambda root=root: _go_on(root))
        wrong = [f"kill {number}: {place}" for place in found(root, names, but="none")]
        if _receipt(root) != expected:
            wrong.append(f"kill {number}: the receipt is another")
        if list((root.state / "erasure").glob("*")):
            wrong.append(f"kill {number}: the journal is left")
        print(f"killed after {after:.1f} of {seconds:.1f} s: {wrong or 'right'}", flush=True)
        problems += wrong
        shutil.rmtree(root.path)
    return problems


def _work_off(root: Root) -> None:
    with writer_lock(root, "erasing"):
        work_off(company(root))


def _go_on(root: Root) -> None:
    """What the next run does first, and then the queue, where nothing had been begun."""
    with writer_lock(root, "erasing"):
        finish_erasures(company(root))
        work_off(company(root))


def _in_a_process(work: Callable[[], None], *, kill_after: float | None = None) -> float:
    """Do it in a process of its own, which is killed after some seconds; returns how long it took."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - started


def _receipt(root: Root) -> dict[str, Any]:
    """The one receipt, without its times."""
    (file,) = (root.audit / "erasures").glob("*.json")
    given: dict[str, Any] = json.loads(file.read_text())
    return {name: value for name, value in given.items() if not name.endswith("_at")}


def _copy_with_queue(before: Root, root: Root, customers: list[str]) -> None:
    shutil.copytree(before.path, root.path, symlinks=True)
    shutil.rmtree(root.audit / "erasures", ignore_errors=True)
    for customer in customers:
        ask(root, Request(customer=customer))


def _world(folder: Path, options: argparse.Namespace) -> Root:
    from dagster_project.config.roots import RootKind, prepare_root
    from dagster_project.demo.world import build_world

    root = Root(folder / "world")
    root.path.mkdir()
    prepare_root(root, RootKind.DEMO)
    build_world(root.path, people=options.people, seed=SEED)
    run_root(root)
    return root


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--people", type=int, default=1700)
    parser.add_argument("--erase", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
