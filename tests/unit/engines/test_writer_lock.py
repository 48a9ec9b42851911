"""One writer per root: named, re-entrant, and freed when its process dies."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dagster_project.domain.errors import LockHeldError
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.writer_lock import LockHolder, holder_of, writer_lock

HOLD = """
import sys, time
from pathlib import Path
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.writer_lock import writer_lock
with writer_lock(Root(Path(sys.argv[1])), "another run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


@contextmanager
def held_elsewhere(root: Root) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root.path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_lock_is_free_before_and_after(root: Root) -> None:
    assert holder_of(root) is None

    with writer_lock(root, "a run"):
        holder = holder_of(root)
        assert holder is not None
        assert holder.name == "a run"

    assert holder_of(root) is None


def test_one_process_may_take_it_again(root: Root) -> None:
    with writer_lock(root, "outer"), writer_lock(root, "inner", wait_seconds=0):
        pass

    assert holder_of(root) is None


def test_leaving_the_inner_one_keeps_the_outer(root: Root) -> None:
    with writer_lock(root, "outer"):
        with writer_lock(root, "inner"):
            pass

        assert holder_of(root) is not None


def test_an_error_inside_frees_it(root: Root) -> None:
    with pytest.raises(ValueError, match="boom"), writer_lock(root, "a run"):
        raise ValueError("boom")

    assert holder_of(root) is None


def test_two_roots_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with (
        writer_lock(Root(tmp_path / "a"), "one"),
        writer_lock(Root(tmp_path / "b"), "two", wait_seconds=0),
    ):
        pass


def test_who_waits_too_long_hears_who_holds_it(root: Root) -> None:
    waited: list[LockHolder | None] = []

    with (
        held_elsewhere(root) as process,
        pytest.raises(LockHeldError, match="another run") as refused,
        writer_lock(root, "late", wait_seconds=0.5, on_wait=waited.append),
    ):
        pass

    assert str(process.pid) in str(refused.value)
    assert [holder.name for holder in waited if holder] == ["another run"]


def test_a_killed_holder_frees_it(root: Root) -> None:
    with held_elsewhere(root) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        started = time.monotonic()

        with writer_lock(root, "next", wait_seconds=5):
            assert time.monotonic() - started < 2


def test_a_killed_holder_is_no_holder(root: Root) -> None:
    with held_elsewhere(root) as process:
        assert holder_of(root) is not None
        process.send_signal(signal.SIGKILL)
        process.wait()

        assert holder_of(root) is None
