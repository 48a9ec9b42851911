"""``c360 demo``: an invented world in the vendors' own formats, in a root of its own."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.cli.terminal import console, shown
from dagster_project.config.roots import (
    RootKind,
    kind_of,
    prepare_root,
)
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root

if TYPE_CHECKING:
    from dagster_project.settings import Settings


@click.command()
@click.option(
    "--people",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    help="Number of invented people.",
)
@click.option("--seed", default=360, show_default=True, help="The same seed, the same bytes.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--only",
    type=click.Choice(["contacts"]),
    help="Contact records alone, for large identity runs.",
)
def demo(people: int, seed: int, out: Path, only: str | None) -> None:
    """Write a demo world: invented people in the vendors' own formats, with the truth beside it."""
    write_demo(out, people=people, seed=seed, only_contacts=only == "contacts")


def prepare_demo(settings: "Settings") -> None:
    """A root for the demo world; never a company's."""
    if kind_of(settings.root) is RootKind.COMPANY:
        raise Customer360Error(
            "this is a company's root; the demo world does not go into it",
            str(settings.root.path),
            "leave out --demo, or name another --root",
        )
    prepare_root(settings.root, RootKind.DEMO)


def ensure_demo(settings: "Settings", *, people: int, seed: int) -> None:
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
                f"run `c360 reset --root {shown(root.path)} --confirm` first",
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
