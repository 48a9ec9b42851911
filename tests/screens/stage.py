"""The root that is looked at, and Dagster on it: a demo world of its own, a port of its own.

Its processes are ended by their ids; nothing outside the folder and the pictures is written.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[2]
PEOPLE = 300
READY_SECONDS = 180
RUN_SECONDS = 900

LATER = (
    "x_quay/twitter-2026-11-15-quaybrand.zip",
    "hubspot_apac/hubspot-crm-exports-old-view-2026-11-14.csv",
)
"""Files of the demo world that come after the first run: one with news, one that a gate refuses."""

LOGIN_PAGE = "facebook_quay/page_feed_2026-11-16.csv"
"""What is often saved in place of an export."""


@dataclass
class Stage:
    """A demo root, the commands on it and its Dagster."""

    root: Path
    port: int = 0  # any that is free
    log: Path = field(init=False)
    _ui: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.log = self.root.with_name(f"{self.root.name}-screens.log")
        self.port = self.port or free_port()

    def build(self) -> None:
        """The demo world, run once on the command line without the files that come later."""
        self.c360("demo", "--people", str(PEOPLE), "--out", str(self.root))
        aside = self.root / "later"
        for name in LATER:
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / "inbox" / name).rename(aside / name)
        self.c360("run", "--root", str(self.root))

    def deliver(self) -> None:
        """The files that come later, and a web page in place of an export."""
        for name in LATER:
            shutil.move(self.root / "later" / name, self.root / "inbox" / name)
        page = (
            "<!doctype html><html><head><title>Log in</title></head><body>Log in</body></html>"
        )
        (self.root / "inbox" / LOGIN_PAGE).write_text(page, encoding="utf-8")

    def c360(self, *arguments: str) -> str:
        """What a command of ours prints."""
        done = subprocess.run(
            [sys.executable, "-m", "dagster_project.cli", *arguments],
            cwd=PROJECT,
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"c360 {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def open_ui(self) -> None:
        """Start ``c360 ui`` and wait until it answers."""
        with self.log.open("wb") as log:
            self._ui = subprocess.Popen(
                [
                    *(sys.executable, "-m", "dagster_project.cli", "ui"),
                    *("--root", str(self.root), "--port", str(self.port)),
                ],
                cwd=PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started = time.monotonic()
        while time.monotonic() - started < READY_SECONDS:
            if self._ui.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.5)
        raise RuntimeError(f"c360 ui does not answer: {self.log.read_text()[-2000:]}")

    def url(self, path: str) -> str:
        """The address of a page of Dagster."""
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        """End Dagster and whatever it has started, by their ids."""
        if self._ui is None or self._ui.poll() is not None:
            return
        family = [*psutil.Process(self._ui.pid).children(recursive=True)]
        self._ui.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._ui.wait(timeout=30)
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self._ui.wait(timeout=30)


def free_port() -> int:
    """A port of the loopback nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
