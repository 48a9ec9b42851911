"""What a run says of accounts at its end: counts, and against the demo's truth how good they are."""

from typing import Any

from rich.console import Console

from dagster_project.domain.counts import counted

Entry = dict[str, Any]


def print_accounts(console: Console, entries: list[Entry]) -> None:
    """The accounts of the last entry of a journal; nothing where a root has none."""
    if not entries or (
        not entries[-1].get("unchanged") and not entries[-1]["report"]["records"]
    ):
        return
    console.print("\n[bold]Accounts[/]", markup=True)
    entry = entries[-1]
    if entry.get("unchanged"):
        console.print("  unchanged since the last run")
        return
    report, quality = entry["report"], entry["quality"]
    console.print(
        f"  {counted(report['records'], 'record')} of organisations → "
        f"{counted(report['accounts'], 'account')}, "
        f"{counted(report['relations'], 'relation')} between them"
    )
    if quality["has_truth"]:
        console.print(
            f"  precision {_share(quality['precision'])}, recall {_share(quality['recall'])} over "
            "pairs of records, against the demo world's truth"
        )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
