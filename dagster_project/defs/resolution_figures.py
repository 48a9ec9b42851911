"""What Dagster shows of a resolution: numbers that plot over runs, and tables to read.

They are kept with the phase that made them: a run that leaves the customers as they are shows
them again. Counts and shares only, never a value of a record.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import duckdb

from dagster_project.defs.keys import identity_key
from dagster_project.defs.phase import Phase
from dagster_project.engines.duckdb.phases import keep_findings, kept_findings
from dagster_project.identity.ledger.naming import Moves

Facts = Mapping[str, Any]

_COUNTED = ("records", "withdrawn", "not_customers", "customers", "largest_customer")
_HAPPENED = ("created", "absorbed", "merged", "split", "retired")
_COMPARED = ("candidates", "links", "blocking_recall")
_JUDGED = ("f1", "recall_with_evidence", "b_cubed_precision", "b_cubed_recall")


def keep_figures(
    connection: duckdb.DuckDBPyConnection, report: Facts, quality: Facts
) -> dict[str, Facts]:
    """Keep the figures of a resolution; returns all that is known of the customers now.

    One that found nothing new has compared nothing: what was found out before it stands.
    """
    before = kept_figures(connection)
    if report["is_unchanged"] and before:
        counts = {name: report[name] for name in (*_COUNTED, *_HAPPENED) if report[name]}
        report = {**_nothing_happened(before["report"]), **counts}
        quality = quality if quality.get("has_truth") else before["quality"]
    figures: dict[str, Facts] = {"report": report, "quality": quality}
    keep_findings(connection, Phase.IDENTITY, [figures])
    return figures


def kept_figures(connection: duckdb.DuckDBPyConnection) -> dict[str, Facts]:
    """The figures of the last resolution, as of a run in which nothing happens; if there was one."""
    found = kept_findings(connection, Phase.IDENTITY)
    return (
        {**found[0], "report": _nothing_happened(found[0]["report"])}
        if found and "report" in found[0]
        else {}
    )


def _nothing_happened(report: Facts) -> Facts:
    return {**report, **dict.fromkeys(_HAPPENED, 0)}


def as_metadata(figures: Mapping[str, Facts]) -> dict[str, Any]:
    """Numbers first, since they plot; then the whole report as tables."""
    if not figures:
        return {}
    report, quality = figures["report"], figures["quality"]
    return {
        **_numbers(report, quality),
        "report": dg.MetadataValue.md(facts_table(report)),
        "quality": dg.MetadataValue.md(facts_table(quality)),
        "by_hard_case": dg.MetadataValue.md(_hard_cases(quality.get("hard_cases", []))),
    }


def _numbers(report: Facts, quality: Facts) -> dict[str, int | float]:
    """Precision and recall say by their name whether a truth stands behind them."""
    prefix = "" if quality.get("has_truth") else "estimated_"
    shown = {
        **{name: report.get(name) for name in (*_COUNTED, *_HAPPENED, *_COMPARED)},
        **{f"{prefix}{name}": quality.get(name) for name in ("precision", "recall")},
        **{name: quality.get(name) for name in _JUDGED},
    }
    return {name: value for name, value in shown.items() if isinstance(value, int | float)}


def _hard_cases(cases: list[dict[str, Any]]) -> str:
    """What became of the pairs of each kind of hard case, as a Markdown table."""
    lines = ["| hard case | one person? | pairs | joined |", "|---|---|---|---|"]
    lines += [
        f"| {c['hard_case']} | {'yes' if c['is_match'] else 'no'} | {c['pairs']} | {c['joined']} |"
        for c in cases
    ]
    return "\n".join(lines) if cases else "no truth beside these data"


def facts_table(facts: Facts) -> str:
    """Flat facts as a Markdown table; nested ones one level deep, lists of them left out."""
    lines = ["| figure | value |", "|---|---|"]
    for name, value in facts.items():
        if isinstance(value, dict):
            lines += [f"| {name} · {key} | {inner} |" for key, inner in value.items()]
        elif name != "hard_cases":
            lines.append(f"| {name} | {value} |")
    return "\n".join(lines)


MOVES = "moved_share_within_limit"
"""The check on how many known records change whom they belong to, of people and of accounts."""


def moves_check(table: str, moves: Moves, *, passed: bool) -> dg.AssetCheckResult:
    """What became of the check ``MOVES`` on an output of identity resolution."""
    return dg.AssetCheckResult(
        asset_key=identity_key(table),
        check_name=MOVES,
        passed=passed,
        metadata={
            "known_records": moves.known,
            "moved_records": moves.moved,
            "moved_share": round(moves.share, 4),
        },
    )
