"""``python -m dagster_project.installing LOCK``: pip with one line of progress and no noise.

Runs before anything is installed, so only with what Python brings. pip's own words go to a log;
what it calls an error is shown, its warnings (of an index it passed over, say) are not.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

_PINNED = re.compile(r"^[A-Za-z0-9][\w.-]*==", re.MULTILINE)
_LAST_LINES = 15


def install(
    lock: Path, log: Path, command: Sequence[str], *, say: Callable[[str], None], every: float
) -> int:
    """Run pip on a lock file and say every so many seconds how far it is; its exit status."""
    count = len(_PINNED.findall(lock.read_text(encoding="utf-8")))
    started = time.monotonic()
    lines: Queue[str | None] = Queue()
    with subprocess.Popen(  # noqa: S603 — this very interpreter's pip
        [*command, "--requirement", str(lock)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        Thread(target=_read, args=(pip, lines), daemon=True).start()
        output = _follow(lines, count, started, say=say, every=every)
    log.write_text("".join(output), encoding="utf-8")
    if pip.returncode:
        errors = [line for line in output if line.startswith("ERROR")]
        say("".join(errors or output[-_LAST_LINES:]).rstrip())
        say(f"pip failed; all that it said stands in {log}")
    else:
        say(f"✓ {count} packages in {_elapsed(started)}")
    return pip.returncode


def _read(pip: "subprocess.Popen[str]", lines: "Queue[str | None]") -> None:
    for line in pip.stdout or ():
        lines.put(line)
    lines.put(None)


def _follow(
    lines: "Queue[str | None]",
    count: int,
    started: float,
    *,
    say: Callable[[str], None],
    every: float,
) -> list[str]:
    """Everything pip says; told meanwhile how many packages it has fetched, or that it unpacks."""
    output: list[str] = []
    fetched, phase, told = 0, "fetching", 0.0
    while True:
        try:
            line = lines.get(timeout=every)
        except Empty:
            line = ""
        if line is None:
            return output
        output.append(line)
        fetched += line.startswith("Collecting ")
        if line.startswith("Installing collected"):
            phase = "unpacking"
        if time.monotonic() - told >= every:
            told = time.monotonic()
            far = f"{min(fetched, count)} of {count} packages" if phase == "fetching" else "all"
            say(f"  {phase} {far}, {_elapsed(started)} …")


def _elapsed(started: float) -> str:
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _say(text: str) -> None:
    """On a terminal each word of progress takes the place of the one before."""
    is_progress = text.endswith("…") and sys.stdout.isatty()
    sys.stdout.write(f"\r\x1b[K{text}" + ("" if is_progress else "\n"))
    sys.stdout.flush()


def main() -> None:
    """Install what the lock file named on the command line pins."""
    command = [
        sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps",
        "--require-hashes", "--progress-bar", "off",
    ]  # fmt: skip
    lock, log = Path(sys.argv[1]), Path(sys.prefix) / "install.log"
    every = 1.0 if os.isatty(1) else 15.0
    sys.exit(install(lock, log, command, say=_say, every=every))


if __name__ == "__main__":
    main()
