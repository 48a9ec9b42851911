"""``c360``: the command line, thin. Every command starts something that also runs without it."""

import atexit
import gc
import sys
from datetime import datetime
from pathlib import Path

import click

from dagster_project.command_line import ROOT, Commands, add_examples
from dagster_project.config.access import keep_private
from dagster_project.identity_commands import IDENTITY_COMMANDS
from dagster_project.reading_commands import READING_COMMANDS
from dagster_project.steward_commands import COMMANDS

RARELY = (100_000, 20, 50)
"""How seldom garbage is looked for: importing Dagster, dbt and GX makes millions of objects that
stay, and looking through them took an eighth of the imports and a twentieth of a run."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="customer360", prog_name="c360")
def main() -> None:
    """Customer 360: one customer from CRM exports, social networks and e-mail engagement."""
    keep_private()
    gc.set_threshold(*RARELY)
    atexit.register(gc.freeze)  # else the last look through all objects takes two CPU seconds


@main.command()
@ROOT
@click.option(
    "--demo", is_flag=True, help="Build the demo world first, if it is not there yet."
)
@click.option(
    "--people",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    help="Size of the demo world.",
)
@click.option("--seed", default=360, show_default=True, help="Seed of the demo world.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a load was refused.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Build the marts as of this time (UTC). Default: the newest event that landed.",
)
@click.option("--retrain", is_flag=True, help="Learn the matching model anew.")
@click.option(
    "--accept-moves",
    is_flag=True,
    help="Carry on even if many known records change their customer (see `c360 preview`).",
)
def run(
    root: Path | None,
    *,
    demo: bool,
    people: int,
    seed: int,
    strict: bool,
    as_of: datetime | None,
    retrain: bool,
    accept_moves: bool,
) -> None:
    """Run the whole pipeline: read, gate, resolve, build, check, publish.

    Exits with 0 also when loads were refused (3 with --strict), with 1 when a step failed, and
    with 2, before any work, when the register names no source.
    """
    from dagster_project.console import run_and_report
    from dagster_project.doctor import nothing_to_read, print_findings

    if not demo and (findings := nothing_to_read(root)):
        print_findings(findings)
        sys.exit(2)

    sys.exit(
        run_and_report(
            root,
            demo=demo,
            people=people,
            seed=seed,
            strict=strict,
            as_of=as_of,
            retrain=retrain,
            accept_moves=accept_moves,
        )
    )


@main.command()
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
    from dagster_project.console import write_demo

    write_demo(out, people=people, seed=seed, only_contacts=only == "contacts")


@main.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def init(directory: Path) -> None:
    """Make a company's own root in DIRECTORY, with a config/ to edit."""
    from dagster_project.console import init_root

    init_root(directory)


@main.command()
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
    from dagster_project.console import open_ui

    sys.exit(open_ui(root, port=port))


@main.command()
@ROOT
def doctor(root: Path | None) -> None:
    """Say what is wrong with the installation, the root or its configuration."""
    from dagster_project.doctor import examine, print_findings

    sys.exit(print_findings(examine(root)))


@main.command()
@ROOT
def regate(root: Path | None) -> None:
    """Judge refused loads and quarantined rows again, after a rule or the register has changed."""
    from dagster_project.console import regate_root

    regate_root(root)


@main.command()
@click.argument("what", nargs=-1)
@click.option("--undo", is_flag=True, help="Hold it back again.")
@ROOT
def dismiss(what: tuple[str, ...], root: Path | None, *, undo: bool) -> None:
    """Take refused loads and quarantined rows for settled: they are named no more, and stay unread.

    WHAT is a load's id or the name of its file, as the summary and audit/verdicts.html have them;
    without one, what is held back is listed. A new decision on a load brings it back.
    """
    from dagster_project.console import dismiss_held_back

    sys.exit(dismiss_held_back(root, what, undo=undo))


@main.command()
@click.argument("left", type=click.Path(exists=True, path_type=Path))
@click.argument("right", type=click.Path(exists=True, path_type=Path))
def diff(left: Path, right: Path) -> None:
    """Compare two roots (or DuckDB files) by content: exits with 1 when a table differs."""
    from dagster_project.console import diff_roots

    sys.exit(diff_roots(left, right))


@main.command()
@ROOT
def compact(root: Path | None) -> None:
    """Merge small loads and rewrite a warehouse that has grown."""
    from dagster_project.console import compact_root

    compact_root(root)


@main.command()
@ROOT
@click.option("--confirm", is_flag=True, help="Really do it; without it, say what would go.")
@click.option("--demo-only", is_flag=True, help="Do nothing unless the root is the demo's.")
def reset(root: Path | None, *, confirm: bool, demo_only: bool) -> None:
    """Remove everything a root holds except its config/: loads, customers, publications."""
    from dagster_project.console import reset_root

    sys.exit(reset_root(root, confirm=confirm, demo_only=demo_only))


for _command in (*READING_COMMANDS, *COMMANDS, *IDENTITY_COMMANDS):
    main.add_command(_command)

add_examples(main)


if __name__ == "__main__":
    main()
