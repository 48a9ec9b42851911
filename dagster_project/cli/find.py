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
from dagster_project.cli.told_answers import (
    as_facts,
    print_answer,
    print_columns,
    print_json_rows,
    print_rows,
)
from dagster_project.domain.errors import Customer360Error
from dagster_project.sources.catalogue import STREAMS

if TYPE_CHECKING:
    from dagster_project.identity.lookup.answers import Weak
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
@click.option(
    "--spec",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="With --file: what its columns mean, as `c360 resolve --write-spec` writes it.",
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
    spec: Path | None,
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
    if file is None and (out is not None or spec is not None):
        raise click.UsageError("--out and --spec are for the rows of a --file")
    if file is not None and is_known:
        raise click.UsageError("ask for a person, or for the rows of a --file")
    if file is not None:
        answer_file(root, file, spec=spec, out=out, limit=limit, as_json=as_json)
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
            click.echo(json.dumps(as_facts(answer, limit)))
        else:
            print_answer(resolver, answer, limit=limit, shown=shown)
    return {Verdict.NOBODY: NOBODY, Verdict.AMBIGUOUS: SEVERAL}.get(answer.verdict, FOUND)


def answer_file(
    root: Path | None,
    file: str,
    *,
    spec: Path | None,
    out: Path | None,
    limit: int,
    as_json: bool,
) -> None:
    """Ask for every row of a table; without ``spec`` its columns are understood as by ``c360 resolve``."""
    from dagster_project.engines.duckdb.output_file import write_atomically
    from dagster_project.identity.lookup.tables import (
        ANSWERS_OF_ROWS,
        infer_persons,
        write_table_questions,
    )
    from dagster_project.identity.tabular.input_table import columns_of
    from dagster_project.identity.tabular.spec import read_table_spec

    if out is not None:
        require_outputs(file, (out,))
    with _quiet(as_json=as_json), _opened(root) as (settings, resolver):
        connection = resolver.work.connection
        read_input(connection, file)
        countries = _countries(settings)
        table = (
            read_table_spec(spec, tuple(columns_of(connection)))
            if spec
            else infer_persons(connection, resolver.spec)
        )
        note = write_table_questions(
            connection,
            table,
            default_country=countries[0] if len(countries) == 1 else None,
        )
        print_columns(table, note)
        resolver.answer_written()
        _record_answers(settings, connection)
        if out is not None:
            write_atomically(connection, ANSWERS_OF_ROWS, out)
        if as_json:
            print_json_rows(connection)
            return
        print_rows(connection, None if out is not None else limit)
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
