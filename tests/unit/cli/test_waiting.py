"""A run that finds another at work in its root, its first one included."""

import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.cli.run import run_and_report
from dagster_project.cli.terminal import console
from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root

_HOLDER = """
import sys, time
from pathlib import Path
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.writer_lock import writer_lock
with writer_lock(Root(Path(sys.argv[1])), "the first run"):
    print("held", flush=True)
    time.sleep(2)
"""


def test_a_run_waits_for_another_before_it_touches_the_root_and_says_for_whom(
    tmp_path: Path,
) -> None:
    root = Root(tmp_path / "root")
    prepare_root(root, RootKind.DEMO)
    stamp = root.path / "truth" / "world.txt"
    stamp.parent.mkdir()
    stamp.write_text("people=1 seed=1\n")

    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(root.path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            console.capture() as said,
            pytest.raises(Customer360Error, match="another demo world"),
        ):
            run_and_report(root.path, demo=True, people=2, seed=2, strict=False, as_of=None)

    assert f"the first run (process {holder.pid}" in said.get()
    assert not (root.path / ".dagster").exists()
