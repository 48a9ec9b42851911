"""The summary's part on input: what was read, what is held back, what wants a look.

Belongs here: words for the terminal, from the run's journal and from what the ledger holds back.
Does not belong here: what was resolved and published (``summary``).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from dagster_project.domain.counts import counted
from dagster_project.domain.held_back import Held, HeldBack, group_alike, sum_up
from dagster_project.domain.loads import LoadState

Entry = dict[str, Any]

MOST_NOTES = 12
"""Notes printed; the report has all of them."""

MOST_HELD = 30
"""Things held back that are printed one by one; the report has all of them."""

_STYLES = {
    Held.REFUSED: "red",
    Held.UNREAD: "yellow",
    Held.QUARANTINED: "yellow",
    Held.CONSENT: "bold red",
}


def print_read(console: Console, loads: list[Entry]) -> None:
    """Where every row that came in is, and what was judged again."""
    new = [load for load in loads if load["is_new"]]
    again = [load for load in loads if load["is_judged_again"]]
    console.print()
    if new:
        console.print(_read_table(new))
        _print_left_out(console, new)
    elif not again:
        console.print("No new input: 0 rows loaded.", style="bold")
    if again:
        console.print("\n[bold]Judged again[/] [dim](rows that landed before)[/]", markup=True)
    for load in again:
        console.print(f"  {load['source']}: {load['origin']}: {_let_in(load)}")


def _let_in(load: Entry) -> str:
    rows = load["let_in"]
    if load["state"] == LoadState.REFUSED:
        return f"refused, {counted(-rows, 'row')} taken out" if rows else "refused still"
    if rows < 0:
        return f"{counted(-rows, 'row')} taken out, {load['quarantined']:,} quarantined"
    waiting = f", {load['quarantined']:,} quarantined still" if load["quarantined"] else ""
    return f"{counted(rows, 'row')} let in{waiting}"


def _read_table(loads: list[Entry]) -> Table:
    """Per source and stream: rows in = landed + quarantined + refused + left out."""
    table = Table(title="Read", title_justify="left", box=None, pad_edge=False)
    for name in ("source", "stream"):
        table.add_column(name)
    for name in ("loads", "rows in", "landed", "quarantined", "refused", "left out"):
        table.add_column(name, justify="right")
    grouped: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for load in loads:
        grouped[load["source"], load["stream"]].append(load)
    for (source, stream), group in sorted(grouped.items()):
        counts = [sum(column) for column in zip(*map(rows_of, group), strict=True)]
        refused = any(load["state"] == LoadState.REFUSED for load in group)
        table.add_row(
            source,
            stream,
            f"{len(group):,}",
            f"{counts[0]:,}",
            f"{counts[1]:,}",
            *(_or_dash(count) for count in counts[2:3]),
            _of_refused(counts[3], group) if refused else "–",
            _or_dash(counts[4]),
        )
    totals = [sum(column) for column in zip(*map(rows_of, loads), strict=True)]
    table.add_row("", "total", f"{len(loads):,}", *(f"{n:,}" for n in totals), style="bold")
    return table


def _of_refused(rows: int, group: Iterable[Entry]) -> str:
    """Rows of refused loads; a load that was refused before a row could be read counts too."""
    loads = sum(load["state"] == LoadState.REFUSED for load in group)
    return f"{rows:,}" if rows else f"0 ({counted(loads, 'load')})"


def rows_of(load: Entry) -> tuple[int, int, int, int, int]:
    """A load's rows: in, landed (staging reads them), quarantined, refused, left out by name."""
    accepted = load["state"] == LoadState.ACCEPTED
    quarantined = load["quarantined"] if accepted else 0
    return (
        load["rows_in"],
        load["rows"] - quarantined if accepted else 0,
        quarantined,
        0 if accepted else load["rows"],
        load["rows_in"] - load["rows"],
    )


def _print_left_out(console: Console, loads: list[Entry]) -> None:
    """What the rows are that were left out, by their kind."""
    kinds: dict[tuple[str, str], int] = defaultdict(int)
    for load in loads:
        for what, rows in load["left_out"]:
            kinds[load["source"], what] += rows
    for (source, what), rows in sorted(kinds.items()):
        console.print(f"  left out     {source}: {what} ({rows:,})", style="dim", markup=False)


def print_held_back(
    console: Console,
    held: tuple[HeldBack, ...],
    *,
    began: datetime,
    report: str,
    regate: str,
    dismiss: str,
) -> None:
    """Everything that is not solved: what this run met, and what has waited since earlier ones."""
    new = [h for h in held if h.since is None or h.since >= began]
    old = [h for h in held if h.since is not None and h.since < began]
    if new:
        console.print("\n[bold]Held back[/]", markup=True)
        _print_each(console, new, report)
    if old:
        first = min(h.since for h in old if h.since)
        console.print(
            f"\n[bold]Still held back[/]: {sum_up(old)} (since {first:%Y-%m-%d})", markup=True
        )
        _print_each(console, old, report)
    if any(h.how in (Held.REFUSED, Held.QUARANTINED) for h in held):
        console.print(
            f"  After mending a rule or the register: `{regate}`; to take one for settled: "
            f"`{dismiss}`. The last good loads stay in force.",
            style="dim",
            markup=False,
        )
    if any(h.how is Held.UNREAD and not h.is_api for h in held):
        console.print(
            "  Files not read: mend, replace or remove them in the inbox; every run tries again.",
            style="dim",
        )


def _print_each(console: Console, each: list[HeldBack], report: str) -> None:
    held = group_alike(each)
    for h in held[:MOST_HELD]:
        style = _STYLES[h.how]
        console.print(f"  [{style}]{h.how:<11}[/]  ", end="", markup=True)
        if h.how is Held.UNREAD:
            console.print(f"{h.what}: {'; '.join(h.reasons)}", markup=False)
            continue
        console.print(f"{h.source}: {_of_load(h)}", markup=False)
        for reason in h.reasons:
            console.print(f"               {reason}", markup=False)
    if len(held) > MOST_HELD:
        console.print(
            f"  … and {len(held) - MOST_HELD:,} more in {report}", style="dim", markup=False
        )


def _of_load(h: HeldBack) -> str:
    if h.how is Held.QUARANTINED:
        return f"{counted(h.rows, 'row')} of {h.what}"
    return h.what


def print_remarks(console: Console, looks: list[str], notes: list[str], *, report: str) -> None:
    """What somebody should look at, apart from what is only worth knowing."""
    _print_notes(console, "[bold yellow]Needs a look[/]", looks, report)
    _print_notes(console, "[bold]Worth knowing[/] [dim](nothing to mend)[/]", notes, report)


def _print_notes(console: Console, title: str, notes: list[str], report: str) -> None:
    if not notes:
        return
    console.print(f"\n{title}", markup=True)
    for note in notes[:MOST_NOTES]:
        console.print(f"  {note}", markup=False)
    if len(notes) > MOST_NOTES:
        more = len(notes) - MOST_NOTES
        console.print(f"  … and {more} more, per load in {report}", style="dim", markup=False)


def _or_dash(count: int) -> str:
    return f"{count:,}" if count else "–"
