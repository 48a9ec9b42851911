"""Processes of the harness: each forked from one that has everything imported, each its own group.

A run of its own interpreter spends a third of its time on imports; a fork does not, so that
kills fall on the run's work and the harness ends in reasonable time.
"""

import multiprocessing as mp
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import psutil

CONTEXT: ForkServerContext = mp.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.chaos.warm"])

GRACE_SECONDS = 20
OFFLINE = {
    "GX_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
}
"""Read by libraries when they are imported, which is before a run sets them."""


@dataclass
class Running:
    """A function at work in a process group of its own."""

    process: BaseProcess
    log: Path
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @classmethod
    def start(cls, work: Callable[..., None], *arguments: object) -> "Running":
        """Call ``work`` in a new process; what it prints goes to a log."""
        handle, name = mkstemp(prefix="c360-chaos-", suffix=".log")
        os.close(handle)
        process = CONTEXT.Process(target=_apart, args=(work, arguments, name))
        process.start()
        return cls(process, Path(name))

    def kill_after(self, seconds: float, *, whole_group: bool) -> None:
        """SIGKILL unless it ends before."""
        self.process.join(timeout=seconds)
        if self.process.is_alive():
            send = os.killpg if whole_group else os.kill
            send(self._pid, signal.SIGKILL)

    def wait(self, seconds: float) -> int | None:
        """Its exit status; one that takes too long is ended and counts as failed."""
        self.process.join(timeout=seconds)
        if self.process.is_alive():
            os.killpg(self._pid, signal.SIGKILL)
            self.process.join()
        self.seconds = time.monotonic() - self.started
        return self.process.exitcode

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.process.exitcode == -signal.SIGKILL

    def survivors(self) -> int:
        """Processes of its session that outlive it; Dagster's own watchers see it in a second."""
        deadline = time.monotonic() + GRACE_SECONDS
        while True:
            left = sum(_session_of(pid) == self._pid for pid in psutil.pids())
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.2)

    def text(self) -> str:
        """Everything it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def said(self) -> list[str]:
        """The last lines it printed."""
        return self.text().splitlines()[-15:]

    @property
    def _pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid


def run_apart(work: Callable[..., list[str]], *arguments: object) -> list[str]:
    """The lines ``work`` returns, called in a process of its own; its failure is one of them."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_answer, args=(sender, work, arguments))
    process.start()
    sender.close()
    try:
        answer: list[str] = receiver.recv()
    except EOFError:
        answer = [f"{work.__name__} failed"]
    process.join()
    return answer


def _apart(work: Callable[..., None], arguments: tuple[object, ...], log: str) -> None:
    os.setsid()
    sys.stdout.flush()
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(handle, stream)
    work(*arguments)


def _answer(sender: Any, work: Callable[..., list[str]], arguments: tuple[object, ...]) -> None:
    sender.send(work(*arguments))
    sender.close()


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None
