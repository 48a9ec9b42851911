"""``c360`` for stewards: review, merge, split, explain, preview; thin."""

from datetime import datetime
from pathlib import Path

import click

_ROOT = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    help="The company's root. Default: $C360_ROOT, else the demo's data/.",
)
_SHOWN = click.option(
    "--show-values", is_flag=True, help="Show names and contact points instead of masking them."
)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_AUTHOR = click.option("--author", required=True, help="Who decides.")
_REASON = click.option("--reason", required=True, help="Why; whoever reviews it reads this.")
_EXPIRES = click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The word counts until this day (UTC). Default: for good.",
)


def _with_its_folder(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Make the folder of a file to be written before any work is done for it."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    return file


@click.command()
@_ROOT
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many questions.",
)
@click.option(
    "--out",
    type=_NEW_FILE,
    callback=_with_its_folder,
    help="Write the queue to this CSV or Parquet file instead.",
)
def review(root: Path | None, limit: int, out: Path | None) -> None:
    """List what deserves a look, the decision worth most first."""
    from dagster_project.steward_console import print_queue

    print_queue(root, limit=limit, out=out)


@click.command()
@click.argument("left")
@click.argument("right")
@_ROOT
@_AUTHOR
@_REASON
@_EXPIRES
def merge(
    left: str,
    right: str,
    *,
    root: Path | None,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Say that LEFT and RIGHT (record or customer ids) are one customer."""
    from dagster_project.steward_console import say_merge

    say_merge(root, left, right, author=author, reason=reason, expires=expires)


@click.command()
@click.argument("customer")
@click.argument("records", nargs=-1, required=True)
@_ROOT
@_AUTHOR
@_REASON
@_EXPIRES
def split(
    customer: str,
    records: tuple[str, ...],
    *,
    root: Path | None,
    author: str,
    reason: str,
    expires: datetime | None,
) -> None:
    """Hold RECORDS (record ids) apart from all other records of CUSTOMER."""
    from dagster_project.steward_console import say_split

    say_split(root, customer, records, author=author, reason=reason, expires=expires)


@click.command()
@_ROOT
@click.option(
    "--withdraw", type=int, multiple=True, help="Take the judgement of this number back."
)
def judgements(root: Path | None, withdraw: tuple[int, ...]) -> None:
    """List what stewards have said; take a word back."""
    from dagster_project.steward_console import print_judgements

    print_judgements(root, withdrawn=withdraw)


@click.command()
@_ROOT
@click.option("--retrain", is_flag=True, help="As if the matching model were learned anew.")
@click.option(
    "--out",
    type=_NEW_FILE,
    callback=_with_its_folder,
    help="Write every record that would move to this Parquet file.",
)
def preview(root: Path | None, *, retrain: bool, out: Path | None) -> None:
    """Say which customers the present configuration would merge or split; change nothing."""
    from dagster_project.steward_console import print_preview

    print_preview(root, retrain=retrain, out=out)


@click.group()
def explain() -> None:
    """Why records are, or are not, one customer: the evidence in bits, values masked."""


@explain.command("customer")
@click.argument("identifier", metavar="ID")
@_ROOT
@_SHOWN
@click.option(
    "--picture",
    type=_NEW_FILE,
    callback=_with_its_folder,
    help="Draw its records and links into this .png, .svg or .pdf file.",
)
def explain_customer(
    identifier: str, root: Path | None, *, show_values: bool, picture: Path | None
) -> None:
    """What holds the customer ID together, and where it would come apart first."""
    from dagster_project.steward_console import print_customer

    print_customer(root, identifier, shown=show_values, picture=picture)


@explain.command("model")
@_ROOT
@click.option(
    "--picture",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the charts: match weights, score histogram, blocking rules.",
)
def explain_model(root: Path | None, picture: Path) -> None:
    """What each comparison level is worth, how scores are spread, what blocking rules bring."""
    from dagster_project.steward_console import draw_charts

    draw_charts(root, picture)


@explain.command("pair")
@click.argument("left")
@click.argument("right")
@_ROOT
@_SHOWN
@click.option(
    "--picture",
    type=_NEW_FILE,
    callback=_with_its_folder,
    help="Draw the evidence as a waterfall into this .png, .svg or .pdf file.",
)
def explain_pair(
    left: str, right: str, root: Path | None, *, show_values: bool, picture: Path | None
) -> None:
    """The evidence on two records, field by field."""
    from dagster_project.steward_console import print_pair

    print_pair(root, left, right, shown=show_values, picture=picture)


@explain.command("why-not")
@click.argument("left")
@click.argument("right")
@_ROOT
@_SHOWN
@click.option(
    "--picture",
    type=_NEW_FILE,
    callback=_with_its_folder,
    help="Draw the strongest pair's evidence as a waterfall into this .png, .svg or .pdf file.",
)
def explain_why_not(
    left: str, right: str, root: Path | None, *, show_values: bool, picture: Path | None
) -> None:
    """Why two records or customers are not one."""
    from dagster_project.steward_console import print_why_not

    print_why_not(root, left, right, shown=show_values, picture=picture)


COMMANDS = (review, merge, split, judgements, preview, explain)
"""What ``c360`` adds to its own commands."""
