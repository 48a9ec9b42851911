"""What the commands of ``c360`` share: grouped help with whole sentences, examples, options.

Belongs here: how help looks, and in which order a newcomer meets the commands.
Does not belong here: anything a command does.
"""

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dagster_project.domain.errors import Customer360Error

ROOT = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    help="The company's root. Default: $C360_ROOT, else the demo's data/.",
)

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Start": ("demo", "init", "check", "run", "show", "find", "sql", "ui", "doctor"),
    "Steward": ("review", "explain", "preview", "merge", "split", "judgements"),
    "Tables": ("resolve", "evaluate", "clocks", "listen", "benchmark"),
    "Compliance": ("desk",),
    "Privacy": (
        "register",
        "consent",
        "rectify",
        "export-person",
        "erase",
        "retain",
        "unmask",
        "audit",
    ),
    "Operate": ("regate", "dismiss", "diff", "compact", "reset"),
}
"""Every command under the heading of ``c360 --help`` it stands under, as a first day goes."""

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "": (
        "c360 init ~/quay && $EDITOR ~/quay/config/sources.yml",
        "c360 check export.csv --root ~/quay",
        "c360 run --root ~/quay",
        "c360 show ada@example.org --root ~/quay",
        'c360 sql "select count(*) from customer_360" --root ~/quay',
    ),
    "demo": ("c360 demo --people 500 --out world", "c360 run --root world"),
    "init": ("c360 init ~/quay",),
    "check": (
        "c360 check WE_00D000000000001_1.ZIP --root ~/quay",
        "c360 check contacts.csv --source hubspot_apac",
    ),
    "run": ("c360 run --root ~/quay", "c360 run --demo --people 500 --root world"),
    "show": (
        "c360 show ada@example.org",
        "c360 show +33612345678",
        "c360 show @ada_kestrel",
        "c360 show salesforce_emea:contact:003000000000001AAA",
    ),
    "find": (
        'c360 find --name "Ada Kestrel" --email ada@example.org',
        "c360 find --phone +33612345678 --birth-date 1971-02-03",
        "c360 find --file attendees.csv --out who.csv",
    ),
    "sql": (
        "c360 sql",
        'c360 sql "select full_name, email from customer_360 limit 5"',
        'c360 sql --format csv "from customer_360" > customers.csv',
        'c360 sql --consumer finance "show tables"',
    ),
    "ui": ("c360 ui --root ~/quay --port 3001",),
    "doctor": ("c360 doctor --root ~/quay",),
    "review": ("c360 review --limit 5", "c360 review --out queue.csv"),
    "explain": ("c360 explain customer CUSTOMER_ID", "c360 explain pair RECORD_ID RECORD_ID"),
    "explain customer": ("c360 explain customer CUSTOMER_ID --root ~/quay",),
    "explain model": ("c360 explain model --picture charts",),
    "explain pair": ("c360 explain pair RECORD_ID RECORD_ID --picture pair.svg",),
    "explain why-not": ("c360 explain why-not CUSTOMER_ID CUSTOMER_ID --show-values",),
    "preview": ("c360 preview --out moves.parquet",),
    "merge": (
        'c360 merge RECORD_ID RECORD_ID --author you@example.org --reason "same person, by phone"',
    ),
    "split": (
        'c360 split CUSTOMER_ID RECORD_ID --author you@example.org --reason "father and son"',
    ),
    "judgements": ("c360 judgements", "c360 judgements --withdraw 3"),
    "resolve": (
        "c360 resolve people.csv --out customers.csv",
        "c360 resolve crm.duckdb:main.people --out customers.parquet --links links.parquet",
    ),
    "evaluate": ("c360 evaluate customers.csv --truth person --against people.csv",),
    "listen": (
        "c360 listen classify posts.csv --text text --region DE --out found.parquet",
        "c360 listen train labelled.csv --text text --label department --out departments.npz",
        "c360 listen classify posts.csv --text text --model departments.npz --out labels.parquet",
    ),
    "listen train": (
        "c360 listen train labelled.csv --text text --label department --out departments.npz",
    ),
    "listen classify": (
        "c360 listen classify posts.csv --text text --region DE --out found.parquet",
        "c360 listen classify posts.csv --text text --model departments.npz --out labels.parquet",
    ),
    "listen evaluate": ("c360 listen evaluate",),
    "clocks": ("c360 clocks cases.csv --out clocks.csv",),
    "benchmark": ("c360 benchmark identity --rivals splink",),
    "benchmark identity": ("c360 benchmark identity --sets febrl4 --rivals splink --seeds 1",),
    "benchmark increments": ("c360 benchmark increments --records 10000 --batch 1000",),
    "desk": (
        "c360 desk list --overdue",
        'c360 desk decide 12 --to in_review --author you@example.org --reason "looking at it"',
        "c360 desk sample",
    ),
    "desk list": ("c360 desk list --kind privacy_breach", "c360 desk list --owner legal --all"),
    "desk show": ("c360 desk show 12", "c360 desk show 12 --show-values"),
    "desk decide": (
        'c360 desk decide 12 --to confirmed --author you@example.org --reason "address of a customer"',
        'c360 desk decide 13 --to duplicate --of 12 --author you@example.org --reason "the same post"',
    ),
    "desk sample": (
        "c360 desk sample",
        'c360 desk sample 4 --clean --author you@example.org --reason "praise"',
        'c360 desk sample 5 --missed threat --author you@example.org --reason "veiled"',
    ),
    "register": ("c360 register --out register",),
    "consent": (
        "c360 consent record --identifier ada@example.org --channel email --status withdrawn "
        '--author you@example.org --reason "letter of 1 October"',
        "c360 consent show --identifier ada@example.org --at 2026-10-01",
    ),
    "consent record": (
        "c360 consent record --identifier x:@ada_kestrel --channel all --status withdrawn "
        '--author you@example.org --reason "direct message"',
    ),
    "consent show": ("c360 consent show --customer CUSTOMER_ID",),
    "rectify": (
        "c360 rectify --customer CUSTOMER_ID --field family_name --value Hale "
        "--author you@example.org --reason married",
        "c360 rectify --customer CUSTOMER_ID --field family_name --undo "
        '--author you@example.org --reason "wrong person"',
    ),
    "export-person": ("c360 export-person --identifier ada@example.org --out ada",),
    "erase": (
        "c360 erase --identifier ada@example.org --preview",
        "c360 erase --identifier ada@example.org --connected --confirm",
        "c360 erase --queue --confirm",
        "c360 erase --identifier ada@example.org --verify",
    ),
    "unmask": (
        "c360 unmask --consumer care --key 3f2a9c… --reason 'call back' --request",
        "c360 unmask --consumer care --key 3f2a9c… --approve",
    ),
    "retain": ("c360 retain --preview", "c360 retain --confirm"),
    "audit": ("c360 audit verify --root ~/quay", "c360 audit list --limit 20"),
    "audit verify": ("c360 audit verify --head HEAD",),
    "audit list": ("c360 audit list --customer CUSTOMER_ID",),
    "regate": ("c360 regate --root ~/quay",),
    "dismiss": (
        "c360 dismiss --root ~/quay",
        "c360 dismiss contacts-2026-10-01.csv --root ~/quay",
    ),
    "diff": ("c360 diff ~/quay ~/restored",),
    "compact": ("c360 compact --root ~/quay",),
    "reset": ("c360 reset --root world --confirm",),
}
"""What each command's help ends with, by the words after ``c360``."""

_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

_NOT_OURS = "\n  → correct its owner or mode, or name a folder that you may write to"

_OUT_OF_MEMORY = "OutOfMemoryException"
"""The engine's, by its name: importing the engine would slow down every command."""

_TOO_LITTLE = (
    "the engine's memory, or the disk it spills to, ran out"
    "\n  → raise C360_MEMORY_LIMIT (--memory in benchmarks), or make room in the folder for temporary files"
)


class Commands(click.Group):
    """Prints our own errors, and the system's, as one message and exits with 1; no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except Customer360Error as error:
            click.secho(f"error: {error}", fg="red", err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe has seen enough
                raise
            where = f" ({error.filename})" if error.filename else ""
            remedy = _NOT_OURS if error.errno in _FORBIDDEN else ""
            click.secho(f"error: {error.strerror or error}{where}{remedy}", fg="red", err=True)
            ctx.exit(1)
        except Exception as error:
            if type(error).__name__ != _OUT_OF_MEMORY:
                raise
            click.secho(f"error: {_TOO_LITTLE}", fg="red", err=True)
            ctx.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands as a first day meets them; one of no section comes last."""
        ordered = [name for names in SECTIONS.values() for name in names]
        return sorted(self.commands, key=[*ordered, *self.commands].index)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section with whole first sentences: wrapped, never cut off."""
        widest = max(len(name) for name in self.commands)
        for section, names in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (f"{name:<{widest}}", self.commands[name].get_short_help_str(limit=400))
                        for name in names
                        if name in self.commands
                    ]
                )


def add_examples(command: click.Command, path: str = "") -> None:
    """Put the examples of a command, and of the commands below it, at the end of their help."""
    lines = EXAMPLES.get(path, ())
    if lines:
        command.epilog = "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
    for name, below in getattr(command, "commands", {}).items():
        add_examples(below, f"{path} {name}".strip())


SHOWN = click.option(
    "--show-values", is_flag=True, help="Show names and contact points instead of masking them."
)

NEW_FILE = click.Path(dir_okay=False, path_type=Path)


def with_its_folder(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Make the folder of a file to be written before any work is done for it."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    return file


CONSUMER = click.option(
    "--consumer",
    default="crm",
    show_default=True,
    help="Whose data product, as config/consumers.yml names it.",
)
