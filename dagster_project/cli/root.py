"""``c360 init``, ``regate``, ``dismiss``, ``diff``, ``compact``, ``reset``: a root as a whole."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from dagster_project.cli.options import ROOT
from dagster_project.cli.terminal import console, say_waiting, shown
from dagster_project.config.roots import (
    RootKind,
    empty_root,
    init_company_root,
    kind_of,
    make_inbox_folders,
    open_root,
)
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.held_back import Held, sum_up
from dagster_project.domain.root import Root

if TYPE_CHECKING:
    from dagster_project.landing.attention import Attention
    from dagster_project.settings import Settings


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def init(directory: Path) -> None:
    """Make a company's own root in DIRECTORY, with a config/ to edit."""
    init_root(directory)


@click.command()
@ROOT
def regate(root: Path | None) -> None:
    """Judge refused loads and quarantined rows again, after a rule or the register has changed."""
    regate_root(root)


@click.command()
@click.argument("what", nargs=-1)
@click.option("--undo", is_flag=True, help="Hold it back again.")
@ROOT
def dismiss(what: tuple[str, ...], root: Path | None, *, undo: bool) -> None:
    """Take refused loads and quarantined rows for settled: they are named no more, and stay unread.

    WHAT is a load's id or the name of its file, as the summary and audit/verdicts.html have them;
    without one, what is held back is listed. A new decision on a load brings it back.
    """
    sys.exit(dismiss_held_back(root, what, undo=undo))


@click.command()
@click.argument("left", type=click.Path(exists=True, path_type=Path))
@click.argument("right", type=click.Path(exists=True, path_type=Path))
def diff(left: Path, right: Path) -> None:
    """Compare two roots (or DuckDB files) by content: exits with 1 when a table differs."""
    sys.exit(diff_roots(left, right))


@click.command()
@ROOT
def compact(root: Path | None) -> None:
    """Merge small loads and rewrite a warehouse that has grown."""
    compact_root(root)


@click.command()
@ROOT
@click.option("--confirm", is_flag=True, help="Really do it; without it, say what would go.")
@click.option("--demo-only", is_flag=True, help="Do nothing unless the root is the demo's.")
def reset(root: Path | None, *, confirm: bool, demo_only: bool) -> None:
    """Remove everything a root holds except its config/: loads, customers, publications."""
    sys.exit(reset_root(root, confirm=confirm, demo_only=demo_only))


def init_root(directory: Path) -> None:
    """Make a company's root, or say that it was there, and what comes next."""
    from dagster_project.settings import PROJECT, own_command, read_settings

    root = Root(directory.resolve())
    was_there = kind_of(root) is not None
    written = init_company_root(root, PROJECT / "config")
    if was_there:
        make_folders_of_sources(read_settings(root.path))
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


def make_folders_of_sources(settings: "Settings") -> None:
    """Where files of a source go is there before its first file is."""
    from dagster_project.config.sources import read_sources
    from dagster_project.sources.catalogue import STREAMS

    sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    make_inbox_folders(settings.root, [s.name for s in sources if s.api is None])


def regate_root(root: Path | None) -> None:
    """Judge again what was held back, and say what changed."""
    from dagster_project.settings import own_command, read_settings, root_option

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
    from dagster_project.settings import own_command, read_settings, root_option

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
    from dagster_project.settings import read_settings

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


def reset_root(root: Path | None, *, confirm: bool, demo_only: bool) -> int:
    """Empty a root after confirmation."""
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    kind = open_root(settings.root)
    if demo_only and kind is not RootKind.DEMO:
        return 0
    if not confirm:
        console.print(
            f"This removes every load, customer and publication of {shown(settings.root.path)} "
            f"({kind}); its config/ stays. Say it again with --confirm."
        )
        return 2
    from dagster_project.engines.duckdb.writer_lock import writer_lock

    with writer_lock(settings.root, "c360 reset", wait_seconds=0):
        empty_root(settings.root)
    if kind is RootKind.DEMO:
        settings.root.marker.unlink(missing_ok=True)
    console.print(f"[green]✓[/] {escape(shown(settings.root.path))} is empty", markup=True)
    return 0
