"""The summary at the end of a run: what was read, held back, resolved and published.

Reads the run's journal and the ledger only; they hold counts, names of sources and rules, never values.
"""

import shlex
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.cli.account_summary import print_accounts
from dagster_project.cli.deal_summary import print_unknown_deals
from dagster_project.cli.intake_summary import print_held_back, print_read, print_remarks
from dagster_project.definitions import RunOutcome
from dagster_project.defs.journal import Journal
from dagster_project.demo.golden import judge_golden_values
from dagster_project.domain.counts import counted
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.attention import Attention
from dagster_project.settings import PROJECT, Settings, own_command, root_option

Entry = dict[str, Any]


def print_summary(
    console: Console, settings: Settings, outcome: RunOutcome, *, seconds: float
) -> int:
    """Print the summary of a run; returns how many of its loads were refused."""
    journal = Journal(outcome.journal)
    loads = journal.entries("load")
    report = _shown(settings.root.audit / "verdicts.html")
    print_read(console, loads)
    print_held_back(
        console,
        Attention(settings.root).held_back(),
        began=datetime.now(UTC) - timedelta(seconds=seconds),
        report=report,
        regate=own_command("regate", *root_option(settings.root)),
        dismiss=own_command("dismiss", "FILE", *root_option(settings.root)),
    )
    print_remarks(
        console,
        [entry["note"] for entry in journal.entries("look")],
        [entry["note"] for entry in journal.entries("note")],
        report=report,
    )
    identity = journal.entries("identity")
    _print_identity(console, identity)
    if identity and not identity[-1].get("unchanged"):
        _print_golden_values(console, settings.root)
    print_accounts(console, journal.entries("accounts"))
    print_unknown_deals(console, settings.root)
    _print_publications(console, settings, journal.entries("publication"))
    _print_end(console, settings, outcome, seconds)
    return sum(load["state"] == "refused" for load in loads if load["is_new"])


def _print_golden_values(console: Console, root: Root) -> None:
    """Of a demo world: values that are wrong though a record of the customer knew better."""
    truth = root.path / "truth"
    if not (truth / "persons.parquet").exists() or not root.database.exists():
        return
    with session(root.database, read_only=True) as connection:
        found = judge_golden_values(connection, truth)
    console.print(
        "  Golden values against the demo's truth, wrong though a record knew better:"
    )
    for quality in found:
        share = quality.wrong / quality.shown if quality.shown else 0.0
        console.print(
            f"    {quality.field.replace('_', ' '):<12} {quality.wrong:,} of {quality.shown:,} "
            f"({share:.1%})"
        )


def _print_identity(console: Console, entries: list[Entry]) -> None:
    if not entries:
        return
    entry = entries[-1]
    console.print("\n[bold]Customers[/]", markup=True)
    if entry.get("unchanged"):
        console.print("  unchanged since the last run")
        return
    report = entry["report"]
    known = report["records"] + report["withdrawn"] + report["not_customers"]
    console.print(
        f"  {counted(known, 'contact record')} = {report['records']:,} of customers + "
        f"{report['withdrawn']:,} withdrawn + "
        f"{report['not_customers']:,} of brand accounts, employees and organisations"
    )
    console.print(
        f"  {counted(report['records'], 'record')} → {counted(report['customers'], 'customer')}"
    )
    evaluation = entry["quality"]
    if not evaluation["has_truth"]:
        console.print(
            "  as the model has it, without any truth: precision "
            f"{evaluation.get('precision_range') or '–'}, recall among compared pairs "
            f"{evaluation.get('recall_range') or '–'}"
        )
    else:
        console.print(
            f"  precision {_share(evaluation['precision'])}, recall "
            f"{_share(evaluation['recall'])} over pairs of records, against the demo world's truth"
        )
    if evaluation["has_truth"]:
        console.print(
            f"  of the pairs that share any evidence: recall "
            f"{_share(evaluation['recall_with_evidence'])} "
            f"({counted(evaluation['pairs_without_evidence'], 'pair shares', 'pairs share')} none)"
        )
        for kinds, figures in evaluation["by_sources"].items():
            console.print(
                f"    {kinds:<16} precision {_share(figures['precision'])}, "
                f"recall {_share(figures['recall'])}, {counted(figures['true_pairs'], 'true pair')}"
            )
        _print_hard_cases(console, evaluation["hard_cases"])
    for warning in report.get("warnings", ()):
        console.print(f"  [yellow]warning[/] {escape(warning)}", markup=True)


def _print_hard_cases(console: Console, cases: list[Entry]) -> None:
    """Per kind of hard case: true pairs that were joined, and non-matches that were."""
    kinds: dict[str, dict[bool, Entry]] = defaultdict(dict)
    for case in cases:
        kinds[case["hard_case"]][case["is_match"]] = case
    table = Table(title="Hard cases", title_justify="left", box=None, pad_edge=False)
    for name in ("", "pairs of one person", "joined", "pairs of two", "wrongly joined"):
        table.add_column(name, justify="left" if not name else "right")
    for kind, found in sorted(kinds.items()):
        same, other = found.get(True), found.get(False)
        table.add_row(
            kind.replace("_", " "),
            f"{same['pairs']:,}" if same else "–",
            f"{same['joined'] / same['pairs']:.1%}" if same else "–",
            f"{other['pairs']:,}" if other else "–",
            f"{other['joined'] / other['pairs']:.1%}" if other else "–",
        )
    console.print()
    console.print(table)


def _print_publications(console: Console, settings: Settings, entries: list[Entry]) -> None:
    if not entries:
        return
    console.print("\n[bold]Published[/]", markup=True)
    for entry in entries:
        state = "new generation" if entry["changed"] else "unchanged"
        if not entry["passed"]:
            state = "refused by its gate; the last good generation stays"
        rows = sum(entry["rows"].values())
        console.print(
            f"  {entry['consumer']:<8} {counted(len(entry['rows']), 'table')}, "
            f"{counted(rows, 'row')}, {state} → "
            f"{_shown(settings.root.published / (entry['consumer'] + '.duckdb'))}",
            style=None if entry["passed"] else "red",
        )


def _print_end(
    console: Console, settings: Settings, outcome: RunOutcome, seconds: float
) -> None:
    console.print()
    if outcome.success:
        console.print(f"[green]✓ done[/] in {seconds:.0f} s", markup=True)
    else:
        console.print(
            f"[red]✗ the run failed[/] after {seconds:.0f} s; what was published before stands",
            markup=True,
        )
        for failure in outcome.failures:
            console.print(f"  {failure}", markup=False)
    console.print("Look next at")
    _print_pointers(console, settings)


def _print_pointers(console: Console, settings: Settings) -> None:
    """Where to look next, in words that can be pasted into a shell."""
    pointers = [
        (_ui_command(settings.root.path), "the run, its assets and checks, in Dagster"),
        (shlex.quote(_shown(settings.root.audit / "verdicts.html")), "what every gate said"),
        *_product_pointers(settings.root),
    ]
    width = max(len(what) for what, _ in pointers)
    for what, why in pointers:
        console.print(f"  {what:<{width}}  {why}", markup=False)


def _product_pointers(root: Root) -> Iterator[tuple[str, str]]:
    """How to look at what was published, with nothing but what is installed."""
    there = root_option(root)
    if (root.published / "crm.duckdb").exists():
        yield own_command("show", "E-MAIL", *there), "one customer: also by phone, handle or id"
        few = "select full_name, email, source_count from customer_360 limit 5"
        yield own_command("sql", few, *there), "the customers, in SQL"
    elif products := sorted(root.published.glob("*.duckdb")):
        name = products[0].stem
        yield own_command("sql", "--consumer", name, "show tables", *there), f"for {name}"


def _ui_command(root: Path) -> str:
    """``make`` where there is a Makefile, the command itself elsewhere."""
    if root == PROJECT / "data" and Path.cwd() == PROJECT:
        return "make ui"
    shown = shlex.quote(_shown(root))
    return f"make ui ROOT={shown}" if Path.cwd() == PROJECT else f"c360 ui --root {shown}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
