"""``c360 ui``: Dagster on a root's own instance."""

import ctypes
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.cli.options import ROOT
from dagster_project.config.roots import (
    open_root,
)
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    pass
from dagster_project.cli.terminal import console


@click.command()
@ROOT
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=3000,
    show_default=True,
    help="Port on 127.0.0.1.",
)
def ui(root: Path | None, port: int) -> None:
    """Open Dagster on a root's own instance: runs, assets, checks, schedules."""
    sys.exit(open_ui(root, port=port))


def open_ui(root: Path | None, *, port: int) -> int:
    """Start Dagster's web server and daemon on a root; they end when this does."""
    from dagster_project.settings import PROJECT, read_settings

    settings = read_settings(root)
    open_root(settings.root)
    from dagster_project.defs.instance import prepare_instance

    _require_port(port)
    settings.export()
    prepare_instance(settings)
    console.print(
        f"Dagster opens at [bold]http://127.0.0.1:{port}[/] in about half a minute; stop it with Ctrl-C.",
        markup=True,
    )
    # What is started in the background may ignore Ctrl-C, and Dagster's processes after it would
    # too, so that they could not be ended; a termination ends them like Ctrl-C.
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.default_int_handler)
    process = subprocess.Popen(  # noqa: S603 — our own interpreter and arguments
        [
            sys.executable,
            "-W",
            "ignore",  # of Dagster, about its own commands
            "-m",
            "dagster",
            "dev",
            "--module-name",
            "dagster_project.definitions",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--log-level",
            "warning",
        ],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 — no thread is there yet
    )
    threading.Thread(target=_say_ready, args=(process, port), daemon=True).start()
    telling = threading.Thread(target=_tell, args=(process,), daemon=True)
    telling.start()
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        return _ended(process)
    finally:
        telling.join(timeout=2)


def _end_with_parent() -> None:
    """In the child: be ended when the parent is killed, where the kernel offers that (Linux).

    Dagster would live on without anybody who reads what it prints, and its next run would fail
    over that. Started where the signal is ignored, it would not hear of it either.
    """
    if sys.platform == "linux":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        pr_set_pdeathsig = 1  # linux/prctl.h
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _tell(process: "subprocess.Popen[bytes]") -> None:
    """Pass on what asks for somebody; a run's page has the rest of what it logs."""
    for line in worth_telling(process.stdout or ()):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()


_LEVEL = re.compile(rb" - (?:\x1b\[\d+m)?(DEBUG|INFO|WARNING|ERROR|CRITICAL)(?:\x1b\[0m)? - ")

_TROUBLE = re.compile(rb"error|exception|fatal|killed|warning", re.IGNORECASE)


def worth_telling(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Of what Dagster's processes print: warnings and errors with all their lines.

    A run logs each of its events in the terminal that started it, whatever level Dagster is given.
    """
    is_told = True
    for line in lines:
        if level := _LEVEL.search(line):
            is_told = level[1] not in {b"DEBUG", b"INFO"}
            if is_told:
                yield line
        elif is_told or _TROUBLE.search(line):
            yield line


def _say_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Say once that Dagster answers; nothing if it ends before it does."""
    while process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            console.print(f"[green]✓[/] ready at [bold]http://127.0.0.1:{port}[/]", markup=True)
            return
        time.sleep(0.5)


def _require_port(port: int) -> None:
    """Say at once what Dagster would say after half a minute."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            raise Customer360Error(
                f"port {port} is taken: is Dagster open already?",
                f"127.0.0.1:{port}",
                f"open http://127.0.0.1:{port}, or choose another with `c360 ui --port`",
            ) from None


def _ended(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
