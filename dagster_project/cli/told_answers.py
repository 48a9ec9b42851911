"""Answers to ``c360 find`` as text and as JSON. Values only masked, or when asked for."""

import json
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted

if TYPE_CHECKING:
    import duckdb

    from dagster_project.identity.lookup.answers import Answer, Found
    from dagster_project.identity.lookup.resolver import Resolver
    from dagster_project.identity.tabular.spec import TableSpec


def print_answer(resolver: "Resolver", answer: "Answer", *, limit: int, shown: bool) -> None:
    """Who it is with the evidence, and who comes near."""
    from dagster_project.identity.lookup.answers import Verdict

    for value in answer.weak:
        held = f" ({counted(value.records, 'record')})" if value.records else ""
        console.print(f"note: the {value.kind}{held} {_WEAK[value.flag]}", style="yellow")
    told = answer.customers[:limit]
    needed = resolver.spec.clusters.merge_bits
    if answer.verdict is Verdict.MAILBOX:
        console.print(f"a shared mailbox: customer {answer.customer_id}, no person")
    elif answer.verdict is Verdict.NOBODY:
        console.print("[bold]nobody[/]: no customer is likely enough", markup=True)
    elif answer.verdict is Verdict.AMBIGUOUS:
        console.print("[bold]several[/]: nothing tells which of them is meant", markup=True)
    best = [one for one in told if one.bits > 0]
    for one in best if answer.verdict is Verdict.AMBIGUOUS else best[:1]:
        _print_customer(resolver, one, shown=shown)
    others = [one for one in told if one not in best] + (
        [] if answer.verdict is Verdict.AMBIGUOUS else best[1:]
    )
    if others:
        console.print("\nless likely" if best else "\nnearest", style="bold")
    for one in others:
        first = one.records[0]
        against = ", vetoed" if first.is_vetoed else ""
        if not against and first.match_weight > needed and one.bits <= 0:
            against = ", but its other records speak against it"
        console.print(
            f"  {one.customer_id}  {first.match_probability:.4f}{against}  "
            f"{_called(resolver, one, shown=shown)}\n      {first.evidence or 'nothing in common'}"
        )


_WEAK = {
    "placeholder": "is a placeholder, and tells nobody from anybody",
    "role": "is a role's and no person's own",
    "generic": "is held by many different people, and says nothing of who is meant",
    "shared": "is shared by several people, and says little",
    "no_country": "is read as bare digits: say --country, or write + and the country's code",
}
"""What is told of values that prove little, by why they do."""


def _print_customer(resolver: "Resolver", found: "Found", *, shown: bool) -> None:
    """One customer with the fields that speak for and against the record most like the question."""
    import numpy as np

    from dagster_project.identity.comparing.patterns import unpack
    from dagster_project.identity.steward.apart import bits
    from dagster_project.identity.steward.pairs import field_bits
    from dagster_project.identity.steward.values import RecordValues

    first = found.records[0]
    console.print(
        f"[bold]{escape(found.customer_id)}[/]  match probability "
        f"{found.match_probability:.4f}, {counted(len(found.records), 'record')} compared",
        markup=True,
    )
    console.print(f"  most like {first.record_id}, {bits(first.match_weight)} bits")
    values = RecordValues(resolver.work, first.rid, shown=shown)
    said = field_bits(resolver.model, unpack(np.array([first.pattern], dtype=np.int64)))
    for field, level, worth in sorted(said, key=lambda each: -abs(each[2])):
        what = f"{field.replace('_', ' ')}: {level.replace('_', ' ')}"
        console.print(f"  {bits(worth):>7}  {what:<44}  {values.of(field)}")
    rest = first.match_weight - sum(worth for _, _, worth in said)
    console.print(
        f"  {bits(rest):>7}  two records taken at random, and how rare the values are",
        style="dim",
    )


def _called(resolver: "Resolver", found: "Found", *, shown: bool) -> str:
    from dagster_project.identity.steward.customers import names_of

    first = found.records[0]
    return names_of(resolver.work, (first.rid,), shown=shown)[first.record_id]


def as_facts(answer: "Answer", limit: int) -> dict[str, Any]:
    """The answer as JSON has it, without a value of anybody."""
    return {
        "verdict": str(answer.verdict),
        "customer_id": answer.customer_id,
        "customers": [
            {
                "customer_id": found.customer_id,
                "match_probability": round(found.match_probability, 6),
                "bits": found.bits,
                "records": [
                    {
                        "record_id": record.record_id,
                        "match_weight": record.match_weight,
                        "match_probability": round(record.match_probability, 6),
                        "levels": dict(part.split("=", 1) for part in record.evidence.split()),
                        "is_vetoed": record.is_vetoed,
                    }
                    for record in found.records
                ],
            }
            for found in answer.customers[:limit]
        ],
        "weak_values": [
            {"kind": value.kind, "reason": value.flag, "records": value.records}
            for value in answer.weak
        ],
    }


def print_columns(table: "TableSpec", note: str | None) -> None:
    """What the columns of a file were taken for."""
    told = ", ".join(
        f"{name} → {column.means}"
        for name, column in table.columns.items()
        if column.means != "ignored"
    )
    console.print(f"read as {told}", style="dim")
    if note:
        console.print(f"note: {note}", style="yellow")


def print_json_rows(connection: "duckdb.DuckDBPyConnection") -> None:
    """A line of JSON per row."""
    from dagster_project.identity.lookup.tables import ANSWERS_OF_ROWS

    found = connection.execute(ANSWERS_OF_ROWS)
    names = [column[0] for column in found.description]
    for row in found.fetchall():
        click.echo(json.dumps(dict(zip(names, row, strict=True))))


def print_rows(connection: "duckdb.DuckDBPyConnection", limit: int | None) -> None:
    """How many questions came to what; and the first answers, where they go to no file."""
    from dagster_project.identity.lookup.tables import ANSWERS_OF_ROWS

    counts = connection.execute(
        "select verdict, count(*) from work.verdict group by verdict order by verdict"
    ).fetchall()
    if limit is not None:
        rows = connection.execute(
            "select record_id, verdict, customer_id, match_probability, evidence "
            f"from ({ANSWERS_OF_ROWS}) limit {limit}"
        ).fetchall()
        for record, verdict, customer, chance, evidence in rows:
            said = "" if chance is None else f"{chance:.4f}  {evidence}"
            console.print(f"  {record}  {verdict}  {customer or '–'}  {said}")
        asked = sum(int(count) for _, count in counts)
        if asked > limit:
            console.print(
                f"  … {asked - limit:,} more: take all with --out answers.csv", style="dim"
            )
    console.print(
        ", ".join(f"{verdict.replace('_', ' ')} {count:,}" for verdict, count in counts)
    )
