"""``c360 evaluate``: how good clusters are, against a truth or by their own links."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from dagster_project.cli.inputs import FILE, opened_input, read_input, require_writable_folder
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted

if TYPE_CHECKING:
    import duckdb

    from dagster_project.identity.measuring.scorecard import Scorecard


@click.command()
@click.argument("clusters", metavar="CLUSTERS")
@click.option("--truth", metavar="COLUMN", help="Column that says which records are one.")
@click.option("--against", metavar="INPUT", help="Table that has the truth, by record id.")
@click.option(
    "--links", metavar="FILE", help="Compared pairs, as `c360 resolve --links` writes."
)
@click.option("--json", "json_file", type=FILE, help="Write the figures to a file too.")
def evaluate(
    clusters: str,
    *,
    truth: str | None,
    against: str | None,
    links: str | None,
    json_file: Path | None,
) -> None:
    """Score CLUSTERS (record_id, customer_id) against a truth, or without one by their links."""
    if truth is None and links is None:
        raise click.UsageError(
            "name the column with the truth (--truth), or the links to estimate from (--links)"
        )
    if json_file is not None:
        require_writable_folder(json_file.parent)
    from dagster_project.identity.tabular.judge_table import read_links, read_said

    figures: dict[str, Any] = {}
    with opened_input(clusters) as connection:
        read_said(connection, clusters)
        if links is not None:
            read_input(connection, links)
            read_links(connection, links)
        if truth is not None:
            figures |= _score(connection, truth, against, clusters, has_links=links is not None)
        if links is not None:
            figures |= _estimate(connection)
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _estimate(connection: "duckdb.DuckDBPyConnection") -> dict[str, Any]:
    """Say what the links expect of the clusters."""
    from dagster_project.identity.measuring.estimate import estimate_quality

    estimate = estimate_quality(
        connection,
        "select link.record_id_l as l, link.record_id_r as r, "
        "l.customer_id as customer_l, r.customer_id as customer_r, link.chance "
        "from link inner join said as l on link.record_id_l = l.record_id "
        "inner join said as r on link.record_id_r = r.record_id where link.chance is not null",
    )
    table = Table(title="as the model has it, without any truth", title_justify="left")
    for heading in ("", "range of 95 of 100 cases"):
        table.add_column(heading)
    table.add_row("precision", str(estimate.precision or "–"))
    table.add_row("recall among compared pairs", str(estimate.recall or "–"))
    console.print(table)
    return {
        "estimated_precision": asdict(estimate.precision) if estimate.precision else None,
        "estimated_recall": asdict(estimate.recall) if estimate.recall else None,
    }


def _score(
    connection: "duckdb.DuckDBPyConnection",
    truth: str,
    against: str | None,
    clusters: str,
    *,
    has_links: bool,
) -> dict[str, Any]:
    """Score against the truth and print it."""
    from dagster_project.identity.measuring.scorecard import score
    from dagster_project.identity.tabular.judge_table import judge_against, judge_within

    if against is None:
        judged = judge_within(connection, truth, clusters)
    else:
        read_input(connection, against)
        judged = judge_against(connection, truth, against)
    for count, what in (
        (judged.without_truth, "without a truth: not judged"),
        (judged.without_customer, "with a truth and no customer: each stands alone"),
        (judged.unknown, "missing in the table with the truth: not judged"),
    ):
        if count:
            console.print(f"note: {counted(count, 'record')} {what}", style="yellow")
    card = score(connection, compared="from link" if has_links else None)
    print_scorecard(card)
    return scorecard_figures(card)


def print_scorecard(card: "Scorecard") -> None:
    """The figures of one clustering as tables."""
    table = Table(title=counted(card.records, "record"), title_justify="left")
    for heading in ("", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if not heading else "right")
    table.add_row(
        "pairs", *map(shown, (card.pairs.precision, card.pairs.recall, card.pairs.f1))
    )
    table.add_row(
        "B-cubed", *map(shown, (card.b_cubed_precision, card.b_cubed_recall, card.b_cubed_f1))
    )
    console.print(table)
    console.print(
        f"{counted(card.pairs.said, 'pair')} said, {card.pairs.true:,} true, {card.pairs.both:,} both"
    )
    if card.candidates:
        console.print(
            f"blocking recall {shown(card.candidates.recall)}: {card.candidates.found:,} of "
            f"{card.candidates.true:,} true pairs are among {card.candidates.pairs:,} compared "
            f"({card.candidates.pairs / max(card.records, 1):.1f} per record)"
        )
    sizes = Table(title="clusters by size", title_justify="left")
    for heading in ("records", "said", "true"):
        sizes.add_column(heading, justify="right")
    for size, said, true in size_classes(card.sizes):
        sizes.add_row(size, f"{said:,}", f"{true:,}")
    console.print(sizes)


def size_classes(sizes: dict[int, tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Sizes up to ten by themselves, larger ones by powers of two."""
    classes: dict[tuple[int, int], tuple[int, int]] = {}
    for size, (said, true) in sorted(sizes.items()):
        power = (size - 1).bit_length()
        key = (size, size) if size <= 10 else (max(11, 2 ** (power - 1) + 1), 2**power)
        before = classes.get(key, (0, 0))
        classes[key] = (before[0] + said, before[1] + true)
    return [
        (f"{low}" if low == high else f"{low}–{high}", said, true)
        for (low, high), (said, true) in classes.items()
    ]


def shown(share: float | None) -> str:
    """A share with four decimals; a dash where there is none."""
    return "–" if share is None else f"{share:.4f}"


def scorecard_figures(card: "Scorecard") -> dict[str, Any]:
    """The figures for a file."""
    figures: dict[str, Any] = {
        "records": card.records,
        "pairs_said": card.pairs.said,
        "pairs_true": card.pairs.true,
        "pairs_both": card.pairs.both,
        "precision": card.pairs.precision,
        "recall": card.pairs.recall,
        "f1": card.pairs.f1,
        "b_cubed_precision": card.b_cubed_precision,
        "b_cubed_recall": card.b_cubed_recall,
        "b_cubed_f1": card.b_cubed_f1,
        "sizes": {str(size): counts for size, counts in card.sizes.items()},
    }
    if card.candidates:
        figures["candidate_pairs"] = card.candidates.pairs
        figures["blocking_recall"] = card.candidates.recall
    return figures
