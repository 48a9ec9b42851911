"""``c360 find``: who somebody is, by what is known of them. Values only masked, or when asked for.

Prints to the terminal of whoever asks. That somebody was looked for is recorded, and whom the answer
named; nothing of the question.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from dagster_project.cli.inputs import FILE, read_input, require_outputs
from dagster_project.cli.options import ROOT, SHOWN
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.sources.catalogue import STREAMS

if TYPE_CHECKING:
    from dagster_project.identity.lookup.answers import Answer, Found, Weak
    from dagster_project.identity.lookup.questions import Asked
    from dagster_project.identity.lookup.resolver import Resolver
    from dagster_project.settings import Settings

FOUND, NOBODY, SEVERAL = 0, 1, 2
"""Exit statuses, as those of ``c360 show``."""

_NETWORK = re.compile(r"^([a-z]+):(?!//)(.+)$")


@click.command()
@click.option("--name", help="The name, in whatever order.")
@click.option("--email", "emails", multiple=True, help="May be repeated.")
@click.option("--phone", "phones", multiple=True, help="May be repeated.")
@click.option(
    "--handle",
    "handles",
    multiple=True,
    metavar="NETWORK:HANDLE",
    help="As x:ada_kestrel; of any network without one. May be repeated.",
)
@click.option("--url", "urls", multiple=True, help="A page of theirs. May be repeated.")
@click.option("--birth-date", type=click.DateTime(["%Y-%m-%d"]), help="As 1971-02-03.")
@click.option("--street", help="With the number.")
@click.option("--postcode")
@click.option("--city")
@click.option("--country", help="Two letters; also that of telephone numbers without a prefix.")
@click.option("--organisation", help="Their employer.")
@click.option(
    "--file",
    metavar="FILE",
    help="Ask for every row of a CSV or Parquet file, or of FILE.duckdb:TABLE.",
)
@click.option("--out", type=FILE, help="With --file: where the answers go, .parquet or .csv.")
@ROOT
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How many customers are told of one question; of a file without --out, how many rows.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line per question.")
@SHOWN
def find(
    *,
    file: str | None,
    out: Path | None,
    root: Path | None,
    limit: int,
    as_json: bool,
    show_values: bool,
    **known: Any,
) -> None:
    """Tell which customer somebody is: by name, e-mail, phone, handle and what else is known.

    Compares with every record as a run would, against the last resolution; resolves and writes
    nothing. Exits with 1 when nobody is likely, with 2 when several are.
    """
    is_known = any(known.values())
    if out is not None and file is None:
        raise click.UsageError("--out is for the answers of a --file")
    if file is not None and is_known:
        raise click.UsageError("ask for a person, or for the rows of a --file")
    if file is not None:
        answer_file(root, file, out, limit=limit, as_json=as_json)
        return
    if not is_known:
        raise click.UsageError(
            "say what is known of the person: --name, --email, --phone, --handle, --birth-date, "
            "--postcode, --city …"
        )
    sys.exit(answer_one(root, known, limit=limit, as_json=as_json, shown=show_values))


@contextmanager
def _opened(root: Path | None) -> "Iterator[tuple[Settings, Resolver]]":
    """The last resolution of a root, ready to be asked."""
    from dagster_project.config.identity import read_identity
    from dagster_project.config.roots import open_root
    from dagster_project.identity.evidence.file import evidence_file
    from dagster_project.identity.lookup.resolver import opened_resolver
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    spec = read_identity(settings.config_dir / "identity.yml")
    evidence = evidence_file(settings.root.warehouse)
    with opened_resolver(evidence, spec, threads=settings.threads) as resolver:
        yield settings, resolver


@contextmanager
def _quiet(*, as_json: bool) -> Iterator[None]:
    """Say nothing beside JSON."""
    console.quiet = as_json
    try:
        yield
    finally:
        console.quiet = False


def answer_one(
    root: Path | None, known: dict[str, Any], *, limit: int, as_json: bool, shown: bool
) -> int:
    """Ask for one person and print the answer; returns the exit status."""
    from dagster_project.identity.lookup.answers import Verdict

    with _opened(root) as (settings, resolver):
        answer = resolver.find(_asked(known, settings, resolver))
        _refuse_unreadable(answer.weak)
        told = [one.customer_id for one in answer.customers[:limit]]
        record(settings, "find", told, verdict=str(answer.verdict), values_shown=shown)
        if as_json:
            click.echo(json.dumps(_as_facts(answer, limit)))
        else:
            _print_answer(resolver, answer, limit=limit, shown=shown)
    return {Verdict.NOBODY: NOBODY, Verdict.AMBIGUOUS: SEVERAL}.get(answer.verdict, FOUND)


def answer_file(
    root: Path | None, file: str, out: Path | None, *, limit: int, as_json: bool
) -> None:
    """Ask for every row of a table: what its columns mean is inferred, as ``c360 resolve`` does."""
    from dagster_project.engines.duckdb.output_file import write_atomically
    from dagster_project.identity.lookup.tables import ANSWERS_OF_ROWS, write_table_questions

    if out is not None:
        require_outputs(file, (out,))
    with _quiet(as_json=as_json), _opened(root) as (settings, resolver):
        connection = resolver.work.connection
        read_input(connection, file)
        countries = _countries(settings)
        inferred, note = write_table_questions(
            connection,
            resolver.spec,
            default_country=countries[0] if len(countries) == 1 else None,
        )
        _print_columns(inferred, note)
        resolver.answer_written()
        _record_answers(settings, connection)
        if out is not None:
            write_atomically(connection, ANSWERS_OF_ROWS, out)
        if as_json:
            _print_json_rows(connection)
            return
        _print_rows(connection, None if out is not None else limit)
        if out is not None:
            console.print(f"[green]✓[/] {escape(str(out))}", markup=True)


def _record_answers(settings: "Settings", connection: Any) -> None:
    """How many were looked for; whom the answers named, up to so many that a line can hold them."""
    rows, named = connection.execute(
        "select count(*), count(distinct customer_id) from work.verdict"
    ).fetchall()[0]
    customers = connection.execute(
        "select distinct customer_id from work.verdict where customer_id is not null "
        f"order by customer_id limit {MOST_NAMED}"
    ).fetchall()
    record(
        settings, "find", [str(row[0]) for row in customers],
        questions=int(rows), found=int(named),
    )  # fmt: skip


MOST_NAMED = 1_000
"""Customers that a line of the audit log names."""


def _asked(known: dict[str, Any], settings: "Settings", resolver: "Resolver") -> "Asked":
    """The question that the options make."""
    from dagster_project.identity.lookup.questions import Asked

    born: datetime | None = known["birth_date"]
    countries = [known["country"]] if known["country"] else _countries(settings)
    return Asked(
        full_name=known["name"],
        birth_date=born.date() if born else None,
        organisation=known["organisation"],
        country=known["country"],
        emails=tuple(email.strip().removeprefix("mailto:") for email in known["emails"]),
        phones=tuple(n for phone in known["phones"] for n in _phones(phone, countries)),
        handles=tuple(h for handle in known["handles"] for h in _handles(handle, resolver)),
        urls=known["urls"],
        street=known["street"],
        city=known["city"],
        postal_code=known["postcode"],
        default_country=countries[0] if len(countries) == 1 else None,
    )


def _countries(settings: "Settings") -> list[str]:
    """Of the register's sources; none where it cannot be read: it is not what is asked about."""
    from dagster_project.config.sources import read_sources

    try:
        sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    except Customer360Error:
        return []
    return list(dict.fromkeys(s.country for s in sources if s.country))


def _phones(text: str, countries: list[str]) -> list[str]:
    """The numbers that the digits may be, in E.164; as written where no country tells."""
    import phonenumbers

    found = {}
    for country in (None, *countries):
        try:
            number = phonenumbers.parse(text, country and country.upper())
        except phonenumbers.NumberParseException:
            continue
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        found[e164] = phonenumbers.is_valid_number(number)
    return [n for n, valid in found.items() if valid] or list(found) or [text]


def _handles(text: str, resolver: "Resolver") -> list[tuple[str, str]]:
    """Network and handle; without a network, the handle in every network that is known."""
    networks = [
        str(row[0])
        for row in resolver.work.rows(
            "select distinct network from kept.identifier "
            "where kind = 'handle' and network <> '' order by network"
        )
    ]
    said = _NETWORK.match(text.strip())
    if said is None:
        return [(network, text.strip()) for network in networks]
    network = said[1].lower()
    if network not in networks:
        raise Customer360Error(
            f"no record has a handle of the network {network}",
            "--handle",
            f"write one of {', '.join(networks)} before the colon, or leave it out"
            if networks
            else "no record has any handle: leave it out",
        )
    return [(network, said[2])]


def _refuse_unreadable(weak: "tuple[Weak, ...]") -> None:
    """A value that is none was mistyped: better asked again than answered without it."""
    for value in weak:
        if value.flag == "malformed":
            what, how = _UNREADABLE.get(value.kind, ("value", "correct it, or leave it out"))
            raise Customer360Error(f"this is no {what}", f"--{value.kind}", how)


_UNREADABLE = {
    "email": ("e-mail address", "write it like name@example.org"),
    "phone": (
        "telephone number",
        "write its digits, with + and the country's code before them or with --country",
    ),
}

_WEAK = {
    "placeholder": "is a placeholder, and tells nobody from anybody",
    "role": "is a role's and no person's own",
    "generic": "is held by many different people, and says nothing of who is meant",
    "shared": "is shared by several people, and says little",
    "no_country": "is read as bare digits: say --country, or write + and the country's code",
}


def _print_answer(resolver: "Resolver", answer: "Answer", *, limit: int, shown: bool) -> None:
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


def _as_facts(answer: "Answer", limit: int) -> dict[str, Any]:
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


def _print_columns(inferred: Any, note: str | None) -> None:
    told = ", ".join(
        f"{column.name} → {column.spec.means}"
        for column in inferred.columns
        if column.spec.means != "ignored"
    )
    console.print(f"read as {told}", style="dim")
    if note:
        console.print(f"note: {note}", style="yellow")


def _print_json_rows(connection: Any) -> None:
    from dagster_project.identity.lookup.tables import ANSWERS_OF_ROWS

    found = connection.execute(ANSWERS_OF_ROWS)
    names = [column[0] for column in found.description]
    for row in found.fetchall():
        click.echo(json.dumps(dict(zip(names, row, strict=True))))


def _print_rows(connection: Any, limit: int | None) -> None:
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
