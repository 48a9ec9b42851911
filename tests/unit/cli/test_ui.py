"""What ``c360 ui`` says: once Dagster answers, and of what its processes print."""

import socket
import subprocess
import sys
import time

import psutil
import pytest

from dagster_project.cli.ui import _say_ready, worth_telling


@pytest.mark.parametrize(
    ("answers", "said"),
    [pytest.param(True, True, id="answers"), pytest.param(False, False, id="ended-before")],
)
def test_the_ui_is_called_ready_when_it_answers(
    answers: bool, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        if answers:
            server.listen()
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(2)"])

        _say_ready(process, port)

        process.terminate()
        process.wait()
    assert (f"ready at http://127.0.0.1:{port}" in capsys.readouterr().out) is said


PRINTED = """\
2026-11-29 09:28:50 +0000 - dagster - DEBUG - customer_360 - 6d5e291b - RUN_START - Started.
2026-11-29 09:28:51 +0000 - dagster - INFO - customer_360 - 6d5e291b - blocking: 12 rows in 0.1 s

and a second line of it
2026-11-29 09:28:52 +0000 - dagster - WARNING - customer_360 - 6d5e291b - waiting: held by c360 run
for a while
\x1b[32m2026-11-29 09:28:53 +0000\x1b[0m - dagster.code_server - \x1b[34mINFO\x1b[0m - Started
Fatal Python error: Segmentation fault
2026-11-29 09:28:54 +0000 - dagster - ERROR - customer_360 - 6d5e291b - STEP_FAILURE - Failed.
Traceback (most recent call last):
  File "a.py", line 1, in b
"""


def test_a_run_from_the_ui_is_quiet_but_for_warnings_and_errors() -> None:
    told = [line.decode() for line in worth_telling(PRINTED.encode().splitlines())]

    assert told == [
        "2026-11-29 09:28:52 +0000 - dagster - WARNING - customer_360 - 6d5e291b - waiting: held by c360 run",
        "for a while",
        "Fatal Python error: Segmentation fault",
        "2026-11-29 09:28:54 +0000 - dagster - ERROR - customer_360 - 6d5e291b - STEP_FAILURE - Failed.",
        "Traceback (most recent call last):",
        '  File "a.py", line 1, in b',
    ]


def test_what_is_said_before_any_level_is_told() -> None:
    assert list(worth_telling([b"no module named x"])) == [b"no module named x"]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel offers it on Linux")
def test_what_is_started_ends_when_its_parent_is_killed() -> None:
    code = """
import signal, subprocess, sys, time
from dagster_project.cli.ui import _end_with_parent
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], preexec_fn=_end_with_parent)
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.wait()
    parent.stdout.close()
    try:
        assert _ends(child, within=10)
    finally:
        if child.is_running():
            child.kill()


def _ends(process: psutil.Process, *, within: float) -> bool:
    """Whether it ends in time; one that nobody has buried yet has ended too."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False
