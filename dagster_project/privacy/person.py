"""Everything that is held about one person, for that person: where from, why, and who received it.

Rows about the person come from landing, of every load, with file and line; what was made of them from
the warehouse. Addresses, handles and numbers of others in texts are masked, and so are names of staff.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.compliance.desk import FILE, Desk
from dagster_project.consent.masking import Values
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.streams import PROVENANCE
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.duckdb.session import quoted
from dagster_project.landing.ledger import Ledger
from dagster_project.privacy.audit_log import AuditLog
from dagster_project.privacy.erase import Company, attached_warehouse, plan, work_session
from dagster_project.privacy.landed import landed_sql, loads_by_stream, values_for
from dagster_project.privacy.requests import Request
from dagster_project.publish.generations import ProductFolder

Section = list[dict[str, Any]]

OTHERS = "[another person]"
"""What stands where somebody else is named."""

_STAFF = frozenset(
    {"contact_owner", "deal_owner", "company_owner", "assignee_name", "owner_id"}
)

_OF_MAILS = frozenset({"smtp_id", "message_id", "sg_message_id"})
"""Ids of mails, which look like addresses and are nobody's."""

_ADDRESS = re.compile(r"""[^\s<>,;:"'()\[\]/=?&]+@[\w.-]*\w""")
_HANDLE = re.compile(r"(?<![\w.])@([\w.-]*\w(?:@[\w.-]*\w)?)")
_NUMBER = re.compile(r"(?<!\w)\+\d[\d ().\-/]{6,18}\d")


@dataclass(frozen=True)
class Person:
    """The bundle: sections by name, in the order they are shown."""

    sections: Mapping[str, Section]
    customers: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not self.sections["rows as they were received"]


def collect_person(company: Company, request: Request) -> Person:
    """Gather what is held; nothing is changed."""
    with work_session(company) as work:
        found = plan(work, company, [request])[0]
        values = values_for(work)
        brand = frozenset(b.lower() for s in company.sources for b in s.brand_accounts)
        rows = _rows(work, company, values, brand)
        sections: dict[str, Section] = {
            "what the sources are for": _register(company, rows),
            "rows as they were received": rows,
        }
        with attached_warehouse(work, company.root) as catalog:
            if catalog is not None:
                sections |= _of_warehouse(work, catalog, found.customers, values, brand)
        sections["what the compliance desk found in their messages"] = _findings(work, company)
        sections["who received it"] = _received(work, company, found.customers)
        sections["who dealt with it"] = _dealt_with(company, found.customers)
    return Person(sections, found.customers)


def write_person(person: Person, folder: Path) -> tuple[Path, Path]:
    """Write ``person.json`` and ``person.html`` for nobody but this account."""
    if folder.exists() and any(folder.iterdir()):
        raise Customer360Error("the folder is not empty", str(folder), "name a new folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    machine, readable = folder / "person.json", folder / "person.html"
    text = json.dumps(person.sections, indent=1, ensure_ascii=False, default=str)
    for file, content in ((machine, text), (readable, _page(person))):
        file.write_text(content, encoding="utf-8")
        file.chmod(0o600)
    return machine, readable


def _rows(
    work: duckdb.DuckDBPyConnection, company: Company, values: Values, brand: frozenset[str]
) -> Section:
    found: Section = []
    for spec, loads in loads_by_stream(Ledger(company.root), company.streams).items():
        rows = work.execute(
            f"""
            select landed.* from {landed_sql(company.root, spec, loads)} as landed
            semi join gone_row on gone_row.load_id = landed._load_id and gone_row.row = landed._row
            order by landed._as_of, landed._load_id, landed._row
            """
        )
        names = [column[0] for column in rows.description or ()]
        own = {reference.column for reference in spec.people}
        for row in rows.fetchall():
            given = dict(zip(names, row, strict=True))
            found.append(
                {
                    "source": given["_source"],
                    "kind": spec.stream,
                    "file": given["_file"],
                    "row": given["_row"],
                    "load": given["_load_id"],
                    "exported at": given["_as_of"],
                    "values": {
                        name: str(value)
                        if name in own
                        else _without_others(name, str(value), values, brand)
                        for name, value in given.items()
                        if value not in {None, ""} and name not in {*PROVENANCE}
                    },
                    "further values": _further(given["_extra"], values, brand),
                }
            )
    return found


def _further(extra: str | None, values: Values, brand: frozenset[str]) -> dict[str, str]:
    """Columns that the stream does not know by name."""
    given = json.loads(extra) if extra else {}
    if not isinstance(given, dict):
        return {}
    return {
        name: _without_others(name, str(value), values, brand)
        for name, value in given.items()
        if value not in {None, ""}
    }


def _register(company: Company, rows: Section) -> Section:
    used = {row["source"] for row in rows}
    return [
        {
            "source": s.name,
            "purpose": s.purpose,
            "lawful basis": s.lawful_basis,
            "kept for days": s.retention_days,
            "notice": s.disclosure,
            "responsible": s.owner,
        }
        for s in company.sources
        if s.name in used
    ]


_QUESTIONS = {
    "who we take this person for": (
        "select field, golden_value as value, source, record_id, as_of "
        "from {c}.marts.customer_golden_values where list_contains($1, customer_id) order by all",
    ),
    "addresses, numbers and handles": (
        "select i.kind, i.network, i.value_raw as value, i.record_id, i.is_verified, "
        "i.first_seen_at, i.last_seen_at from {c}.intermediate.int_contact_identifiers as i "
        "semi join gone_record on gone_record.record_id = i.record_id order by all",
    ),
    "why these records are taken for one person": (
        "select record_id_l as record, record_id_r as other_record, "
        "case when match_probability > 0.9999 then 'over 99.99' "
        "else round(100 * match_probability, 2)::varchar end || ' %' as sure, "
        "replace(replace(replace(evidence, ' ', ', '), '=', ': '), '_', ' ') as evidence "
        "from {c}.identity.links where record_id_l in (select record_id from gone_record) "
        "and record_id_r in (select record_id from gone_record) order by all",
    ),
    "consents": (
        "select channel, purpose, status, source, evidence, occurred_at "
        "from {c}.marts.fct_consent_event where list_contains($1, customer_id) "
        "order by occurred_at",
    ),
    "messages": (
        "select direction, channel, source, body_text, created_at, deleted_at "
        "from {c}.marts.fct_message where list_contains($1, customer_id) order by created_at",
    ),
    "what was read from the messages": (
        "select columns(c -> not regexp_matches(c, '(^|_)id$|^_')) "
        "from {c}.marts.fct_message_labels where list_contains($1, customer_id) order by all",
    ),
    "segments they are in, and why": (
        "select columns(c -> not regexp_matches(c, '(^|_)id$|^_')) "
        "from {c}.marts.customer_segments where list_contains($1, customer_id) order by all",
    ),
    "what they are reckoned to be worth": (
        "select columns(c -> not regexp_matches(c, '(^|_)id$|^_')) "
        "from {c}.marts.customer_value where list_contains($1, customer_id) order by all",
    ),
    "events": (
        "select occurred_at, event_type, channel, source from {c}.marts.customer_timeline "
        "where list_contains($1, customer_id) order by occurred_at",
    ),
}


def _of_warehouse(
    work: duckdb.DuckDBPyConnection,
    catalog: str,
    customers: Sequence[str],
    values: Values,
    brand: frozenset[str],
) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    for title, (question,) in _QUESTIONS.items():
        asked = question.format(c=identifier(catalog))
        given = [list(customers)] if "$1" in asked else []
        try:
            rows = work.execute(asked, given)
        except duckdb.CatalogException:  # a run that was cut short has not made the table
            continue
        names = [column[0] for column in rows.description or ()]
        sections[title] = [
            {
                name: _without_others(name, value, values, brand)
                if name == "body_text"
                else value
                for name, value in zip(names, row, strict=True)
                if value is not None
            }
            for row in rows.fetchall()
        ]
    return sections


def _findings(work: duckdb.DuckDBPyConnection, company: Company) -> Section:
    """By which rule and when; not which member of staff decided."""
    if not (company.root.state / FILE).is_file():
        return []
    theirs = {r for (r,) in work.execute("select record_id from gone_record").fetchall()}
    return [
        {
            "rule": finding.found.rule_id,
            "kind": finding.found.kind,
            "severity": finding.found.severity,
            "message of": str(finding.found.posted_at),
            "state": str(finding.state),
        }
        for finding in Desk(company.root.state).findings()
        if theirs & {finding.found.record_id, finding.found.author_record_id}
    ]


def _received(
    work: duckdb.DuckDBPyConnection, company: Company, customers: Sequence[str]
) -> Section:
    """Products in force that hold the person, and how many rows of theirs."""
    found: Section = []
    for path in sorted(company.root.published.glob("*")):
        current = ProductFolder(company.root, path.name).current() if path.is_dir() else None
        if current is None:
            continue
        file = current / f"{path.name}.duckdb"
        work.execute(f"attach '{quoted(str(file))}' as product (read_only)")
        tables = work.execute(
            "select table_name from duckdb_columns() where database_name = 'product' "
            "and column_name = 'customer_id' order by 1"
        ).fetchall()
        for (table,) in tables:
            rows = work.execute(
                f"select count(*) from product.{identifier(table)} "
                "where list_contains($1, customer_id)",
                [list(customers)],
            ).fetchall()[0][0]
            if rows:
                found.append(
                    {
                        "consumer": path.name,
                        "table": table,
                        "rows": rows,
                        "as published": current.name,
                    }
                )
        work.execute("detach product")
    return found


def _dealt_with(company: Company, customers: Iterable[str]) -> Section:
    """What the audit log has of the person: when and what; not which member of staff."""
    log = AuditLog(company.root, key=company.key)
    return [
        {"at": entry.at, "what": entry.command}
        for customer in customers
        for entry in log.entries(customer)
    ]


def _without_others(name: str, text: str, values: Values, brand: frozenset[str]) -> str:
    if name in _STAFF:
        return "[staff]"
    if name in _OF_MAILS:
        return text
    text = _ADDRESS.sub(
        lambda m: m.group() if m.group().lower() in values.emails else OTHERS, text
    )
    text = _HANDLE.sub(
        lambda m: m.group() if _is_known(m.group(1).lower(), values, brand) else OTHERS, text
    )
    return _NUMBER.sub(
        lambda m: m.group() if re.sub(r"[^0-9]", "", m.group()) in values.phones else OTHERS,
        text,
    )


def _is_known(handle: str, values: Values, brand: frozenset[str]) -> bool:
    return handle in values.handles or handle in brand or handle in values.emails


def _page(person: Person) -> str:
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Your data</title>",
        "<style>body{font:16px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
        "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #ccc;padding:.2em .6em;"
        "text-align:left;vertical-align:top}</style>",
        "<h1>What we hold about you</h1>",
        f"<p>{html.escape(_HOW_TO_READ)}</p>",
        "<ul>",
        *(
            f'<li><a href="#{number}">{html.escape(title.capitalize())}</a> ({len(rows)})</li>'
            for number, (title, rows) in enumerate(person.sections.items())
        ),
        "</ul>",
    ]
    for number, (title, rows) in enumerate(person.sections.items()):
        parts.append(f'<h2 id="{number}">{html.escape(title.capitalize())} ({len(rows)})</h2>')
        parts.append(_table(rows) if rows else "<p>Nothing.</p>")
    return "\n".join(parts) + "\n</html>\n"


_HOW_TO_READ = (
    "A source is a system that the company collects data with; a record is one entry about you in "
    "one of them, named as source:kind:number. Rows as they were received show everything a source "
    "delivered, and from which file; what follows shows what was made of them. Where another person "
    "or a member of staff is named, that stands in square brackets. Times are UTC. The file "
    "person.json beside this one holds the same for machines."
)


def _table(rows: Section) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row.get(name))}</td>" for name in names) + "</tr>\n"
        for row in rows
    )
    return f"<table><tr>{head}</tr>\n{body}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return "<br>".join(
            f"{html.escape(name.replace('_', ' '))}: {html.escape(str(each))}"
            for name, each in value.items()
        )
    return "" if value is None else html.escape(str(value))
