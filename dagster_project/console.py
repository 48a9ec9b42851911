"""What the commands print: progress while a run lasts, and a summary a person can use.

Belongs here: words for the terminal. Does not belong here: anything a run does.
"""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dagster_project.config.roots import (
    RootKind,
    empty_root,
    init_company_root,
    kind_of,
    make_inbox_folders,
    open_root,
    prepare_root,
)
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.held_back import Held, sum_up
from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT, Settings, own_command, read_settings, root_option
from dagster_project.terminal import terminal

if TYPE_CHECKING:
    from dagster_project.defs.instance import StepSeen
    from dagster_project.landing.attention import Attention

REFUSED = 3
"""Exit status of ``--strict`` when a load was refused."""

console = terminal()


def run_and_report(
    root: Path | None,
    *,
    demo: bool,
    people: int,
    seed: int,
    strict: bool,
    as_of: datetime | None,
    retrain: bool = False,
    accept_moves: bool = False,
) -> int:
    """Run the main job and print its summary; returns the exit status.

    The root is held from the start: two first runs at once would otherwise make Dagster's store,
    or the demo world, under each other's hands.
    """
    from dagster_project.engines.duckdb.writer_lock import writer_lock

    settings = read_settings(root, as_of=as_of.replace(tzinfo=UTC) if as_of else None)
    if demo:
        _prepare_demo(settings)
    open_root(settings.root)
    with writer_lock(settings.root, "c360 run", on_wait=say_waiting):
        if demo:
            _ensure_demo(settings, people=people, seed=seed)
        return _run_and_report(
            settings, strict=strict, retrain=retrain, accept_moves=accept_moves
        )


def _run_and_report(
    settings: Settings, *, strict: bool, retrain: bool, accept_moves: bool
) -> int:
    _make_inbox_folders(settings)
    console.print(
        f"[bold]Customer 360[/] · root {escape(_shown(settings.root.path))}", markup=True
    )
    started = time.monotonic()
    console.print("starting Dagster, dbt and the register …", style="dim")
    from dagster_project.definitions import run
    from dagster_project.summary import print_summary

    with StepProgress() as progress:
        outcome = run(
            settings, retrain=retrain, accept_moves=accept_moves, on_step=progress.show
        )
    refused = print_summary(console, settings, outcome, seconds=time.monotonic() - started)
    for problem in outcome.undelivered:
        console.print(f"! nobody was told: {problem}", style="yellow", markup=False)
    if not outcome.success:
        return 1
    return REFUSED if strict and refused else 0


def init_root(directory: Path) -> None:
    """Make a company's root, or say that it was there, and what comes next."""
    root = Root(directory.resolve())
    was_there = kind_of(root) is not None
    written = init_company_root(root, PROJECT / "config")
    if was_there:
        _make_inbox_folders(read_settings(root.path))
        added = (
            f"added what was missing: {', '.join(written)}"
            if written
            else "nothing was touched"
        )
        console.print(f"{directory} was a root already; {added}.")
        return
    command = own_command("run", "--root", directory)
    check = own_command("check", "FILE", "--root", directory)
    console.print(
        f"A root is ready in {directory}.\n"
        f"  1. describe your sources in {directory / 'config' / 'sources.yml'}\n"
        f"  2. put their files into {directory / 'inbox'}/<source>/ (make that folder; a run makes "
        f"it too); {check} says what one would be read as\n"
        f"  3. {command}",
        markup=False,
    )


def _make_inbox_folders(settings: Settings) -> None:
    """Where files of a source go is there before its first file is."""
    from dagster_project.config.sources import read_sources
    from dagster_project.sources.catalogue import STREAMS

    sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    make_inbox_folders(settings.root, [s.name for s in sources if s.api is None])


class StepProgress:
    """One line per finished step, a moving bar for the one at work."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> "StepProgress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, seen: "StepSeen") -> None:
        """React to one event of a step."""
        name = seen.step.replace("_", " ")
        if seen.event == "start":
            self._tasks[seen.step] = self._bar.add_task(name, total=None)
            return
        task = self._tasks.pop(seen.step, None)
        if task is not None:
            self._bar.remove_task(task)  # type: ignore[arg-type]
        mark, style = _MARKS[seen.event]
        self._bar.console.print(
            f"[{style}]{mark}[/] {name:<28} {seen.seconds:6.1f} s", markup=True
        )
        if seen.event in {"failure", "retry"}:
            self._bar.console.print(f"    {seen.message}", style=style, markup=False)


_MARKS = {
    "success": ("✓", "green"),
    "failure": ("✗", "red"),
    "skipped": ("–", "yellow"),
    "retry": ("↻", "yellow"),
}


def _prepare_demo(settings: Settings) -> None:
    """A root for the demo world; never a company's."""
    if kind_of(settings.root) is RootKind.COMPANY:
        raise Customer360Error(
            "this is a company's root; the demo world does not go into it",
            str(settings.root.path),
            "leave out --demo, or name another --root",
        )
    prepare_root(settings.root, RootKind.DEMO)


def _ensure_demo(settings: Settings, *, people: int, seed: int) -> None:
    """Build the demo world unless the root holds the same one already."""
    root = settings.root
    stamp = root.path / "truth" / "world.txt"
    wanted = f"people={people} seed={seed}\n"
    if stamp.exists():
        found = stamp.read_text(encoding="utf-8")
        if found != wanted:
            raise Customer360Error(
                f"the root holds another demo world ({found.strip()})",
                str(root.path),
                f"run `c360 reset --root {_shown(root.path)} --confirm` first",
            )
        return
    build_demo(root.path, people=people, seed=seed, only_contacts=False)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted, encoding="utf-8")


def write_demo(out: Path, *, people: int, seed: int, only_contacts: bool) -> None:
    """Write a demo world into a root of its own, to be run; never into a company's."""
    root = Root(out.resolve())
    prepare_root(root, RootKind.DEMO)
    build_demo(out, people=people, seed=seed, only_contacts=only_contacts)


def build_demo(out: Path, *, people: int, seed: int, only_contacts: bool) -> None:
    """Write a demo world and say what it holds."""
    from dagster_project.demo.world import build_world

    started = time.monotonic()
    invented = counted(people, "invented person", "invented people")
    console.print(f"building the demo world: {invented}, seed {seed} …")
    with console.status("writing the vendors' files"):
        world = build_world(out, people=people, seed=seed, only_contacts=only_contacts)
    console.print(
        f"[green]✓[/] {counted(world.records, 'contact record')}, "
        f"{counted(world.email_events, 'e-mail event')}, {counted(world.messages, 'message')}, "
        f"{counted(world.opportunities, 'deal')} and {counted(world.cases, 'case')} "
        f"in {time.monotonic() - started:.1f} s",
        markup=True,
    )


def open_ui(root: Path | None, *, port: int) -> int:
    """Start Dagster's web server and daemon on a root; they end when this does."""
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
    over that.
    """
    if sys.platform == "linux":
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


def regate_root(root: Path | None) -> None:
    """Judge again what was held back, and say what changed."""
    settings = read_settings(root)
    from dagster_project.defs.ingest import regate_held_back
    from dagster_project.defs.workbench import open_workbench

    with (
        console.status("judging again"),
        open_workbench(
            settings, "regate", holder="c360 regate", on_wait=say_waiting
        ) as workbench,
    ):
        changed = regate_held_back(workbench)
        held = workbench.attention.held_back()
    for load in changed:
        console.print(
            f"{load.state}: {load.source}: {load.origin}, {counted(load.rows, 'row')}, "
            f"{load.quarantined:,} quarantined",
            markup=False,
        )
    if changed:
        console.print(
            f"[green]✓[/] {counted(len(changed), 'load')} changed; "
            f"the next `{own_command('run', *root_option(settings.root))}` builds on them",
            markup=True,
        )
    loads = [h for h in held if h.how is not Held.UNREAD]
    unread = [h for h in held if h.how is Held.UNREAD]
    if loads:
        console.print(
            f"{'still held back' if changed else 'nothing changed, still held back'}: "
            f"{sum_up(loads)}, by rules that still fail; audit/verdicts.html says why"
        )
    elif not changed:
        console.print("no load is held back")
    if unread:
        console.print(
            f"{sum_up(unread)}: that is not for this command; every run tries to read them again"
        )


def dismiss_held_back(root: Path | None, what: tuple[str, ...], *, undo: bool) -> int:
    """Take loads for settled by their id or file; without one, list what is held back."""
    settings = read_settings(root)
    open_root(settings.root)
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.landing.attention import Attention

    attention = Attention(settings.root)
    if not what:
        return _list_held_back(attention)
    with writer_lock(settings.root, "c360 dismiss", on_wait=say_waiting):
        for name in what:
            loads = attention.find(name, is_dismissed=undo)
            if not loads:
                raise Customer360Error(
                    f"no load of this id or file is {'dismissed' if undo else 'held back'}",
                    name,
                    f"`{own_command('dismiss', *root_option(settings.root))}` lists what is; "
                    "a file that was not read is taken out of the inbox instead",
                )
            for load_id, origin in loads:
                attention.dismiss(load_id, undo=undo)
                said = "held back again" if undo else "taken for settled; its rows stay unread"
                console.print(f"{origin} ({load_id}): {said}", markup=False)
    return 0


def _list_held_back(attention: "Attention") -> int:
    held = attention.held_back()
    for h in held:
        since = f" since {h.since:%Y-%m-%d}" if h.since else ""
        name = f" ({h.load_id})" if h.load_id else ""
        rows = f", {counted(h.rows, 'row')}" if h.rows else ""
        console.print(f"{h.how:<11}  {h.what}{name}{rows}{since}", markup=False)
    console.print(sum_up(held) if held else "nothing is held back")
    return 0


def diff_roots(left: Path, right: Path) -> int:
    """Compare two roots and print what differs; 0 when nothing does."""
    from dagster_project.engines.duckdb.compare import diff

    with console.status("comparing"):
        found = diff(left, right)
    for line in found.lines():
        console.print(line, markup=False)
    console.print(
        f"{counted(found.compared, 'table')} compared: "
        + ("the same" if found.same else "there are differences")
    )
    return 0 if found.same else 1


def compact_root(root: Path | None) -> None:
    """Merge small loads, rewrite a grown warehouse, and say what that gave."""
    settings = read_settings(root)
    open_root(settings.root)
    from dagster_project.defs.housekeeping import compact
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.landing.ledger import Ledger

    with (
        console.status("compacting"),
        writer_lock(settings.root, "c360 compact", on_wait=say_waiting),
    ):
        merged, warehouse = compact(
            settings.root, Ledger(settings.root), options=settings.engine
        )
    console.print(
        f"loads: {counted(merged.files_before, 'small file')} became {merged.files_after}"
        if merged.loads
        else "loads: no stream has enough small files to merge"
    )
    console.print(
        f"warehouse: {warehouse.before / 1e6:.1f} MB became {warehouse.after / 1e6:.1f} MB"
        if warehouse.rewritten
        else f"warehouse: {warehouse.before / 1e6:.1f} MB, not grown enough to rewrite"
    )


def say_waiting(holder: object) -> None:
    """Told once when another process writes the root."""
    who = holder or "another process"
    console.print(f"waiting: the root is being written by {who}", style="yellow", markup=False)


def reset_root(root: Path | None, *, confirm: bool, demo_only: bool) -> int:
    """Empty a root after confirmation."""
    settings = read_settings(root)
    kind = open_root(settings.root)
    if demo_only and kind is not RootKind.DEMO:
        return 0
    if not confirm:
        console.print(
            f"This removes every load, customer and publication of {_shown(settings.root.path)} "
            f"({kind}); its config/ stays. Say it again with --confirm."
        )
        return 2
    from dagster_project.engines.duckdb.writer_lock import writer_lock

    with writer_lock(settings.root, "c360 reset", wait_seconds=0):
        empty_root(settings.root)
    if kind is RootKind.DEMO:
        settings.root.marker.unlink(missing_ok=True)
    console.print(f"[green]✓[/] {escape(_shown(settings.root.path))} is empty", markup=True)
    return 0


def _shown(path: Path) -> str:
    """A path as the user would write it: relative where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd())) or "."
    except ValueError:
        return os.fspath(path)
