"""Erasure: all requests in one pass over every place, finished after any interruption.

``preview`` finds whom and what is meant and touches nothing. ``erase`` writes that down, keeps
tombstones first, so that nothing comes back in between, and goes through the places one file at a
time. ``finish_erasures`` goes on with what a kill left. Call all of them with the writer lock held
and no session open on the warehouse.

The next run builds the warehouse anew from what is left; until then figures of groups still count
those who are gone.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dagster_project.config.privacy import LegalHold, Privacy
from dagster_project.config.sources import SourceConfig
from dagster_project.consent.tombstones import Tombstone, Tombstones
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.landing.ledger import Ledger
from dagster_project.privacy.databases import count_hits
from dagster_project.privacy.journal import Journal, Reached, unfinished
from dagster_project.privacy.landed import add_rows_of_records, find_landed, loads_by_stream
from dagster_project.privacy.people import Found, check_limits, find_people
from dagster_project.privacy.receipt import Receipt, build_receipt, write_receipt
from dagster_project.privacy.removal import remove_everywhere, remove_files
from dagster_project.privacy.requests import Request
from dagster_project.privacy.retention import (
    Expired,
    add_versions_of_events,
    cutoffs,
    find_expired,
)

RETENTION = "retention"
"""Kind of a plan that takes out what is too old, of whomever it is."""


@dataclass(frozen=True)
class Company:
    """A root and what is known of it: its register, streams, secret and limits."""

    root: Root
    sources: tuple[SourceConfig, ...]
    streams: tuple[StreamSpec, ...]
    rules: Privacy = field(default_factory=Privacy)
    options: EngineOptions | None = None
    key: str | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def holds_in_force(self) -> dict[str, LegalHold]:
        """Legal holds as of now, by their names."""
        return self.rules.holds_on(self.clock().date())


@dataclass(frozen=True)
class Preview:
    """What would go: per request what was found, rows by stream, rows of tables."""

    found: tuple[Found, ...]
    records: tuple[str, ...]
    landed: dict[str, int]
    mentions: dict[str, int]
    warehouse: dict[str, int]
    shared: int
    """Values the people hold that somebody else holds as well: those stay."""


def preview(company: Company, requests: Sequence[Request]) -> Preview:
    """Find whom and what is meant; nothing is touched."""
    with work_session(company) as work:
        found = plan(work, company, requests)
        database = company.root.database
        return Preview(
            found=found,
            records=tuple(
                r
                for (r,) in work.execute(
                    "select distinct record_id from gone_record order by record_id"
                ).fetchall()
            ),
            landed=_by_stream(work, "gone_row"),
            mentions=_by_stream(work, "touched_row"),
            warehouse=count_hits(work, database) if database.is_file() else {},
            shared=_shared(work),
        )


def erase(
    company: Company,
    requests: Sequence[Request],
    *,
    name: str,
    agree: Callable[[tuple[Found, ...]], None] = lambda found: None,
    reached: Reached = lambda point: None,
) -> Receipt:
    """Carry requests out, all of them in one pass. ``name`` is the erasure's own, not used before.

    ``agree`` is told what was found before anything is touched; what it raises stops it.
    """
    finish_erasures(company, reached=reached)
    folder = company.root.state / "erasure" / name
    if folder.exists() or _receipt_file(company.root, name).exists():
        raise Customer360Error("there is an erasure of this name", name, "take another name")
    with work_session(company) as work:
        found = plan(work, company, requests)
        agree(found)
        journal = Journal(folder, reached=reached)
        journal.keep_plan(work, _document(company, requests, found))
        return _carry_out(work, company, journal, reached)


def preview_retention(company: Company) -> Expired:
    """What is past its retention; nothing is touched."""
    with work_session(company) as work:
        return _plan_retention(work, company)


def retain(
    company: Company, *, name: str, reached: Reached = lambda point: None
) -> Receipt | None:
    """Take out what is past its retention; nothing where nothing is."""
    finish_erasures(company, reached=reached)
    with work_session(company) as work:
        expired = _plan_retention(work, company)
        if not expired:
            return None
        journal = Journal(company.root.state / "erasure" / name, reached=reached)
        document = _document(company, [], []) | {
            "kind": RETENTION,
            "files": list(expired.files),
        }
        journal.keep_plan(work, document)
        return _carry_out(work, company, journal, reached)


def finish_erasures(
    company: Company, *, reached: Reached = lambda point: None
) -> tuple[Receipt, ...]:
    """Go on with erasures that were interrupted; costs one look where there is none."""
    receipts = []
    for folder in unfinished(company.root.state):
        with work_session(company) as work:
            receipts.append(
                _carry_out(work, company, Journal(folder, reached=reached), reached)
            )
    return tuple(receipts)


def plan(
    work: duckdb.DuckDBPyConnection, company: Company, requests: Sequence[Request]
) -> tuple[Found, ...]:
    """Make the tables of a plan: whom requests mean, and which landed rows are about them."""
    root, holds = company.root, company.holds_in_force()
    for request in requests:
        check_limits(request, company.sources)
    with attached_warehouse(work, root) as catalog:
        found = find_people(work, catalog, requests, company.sources, holds.values())
    loads = loads_by_stream(Ledger(root), company.streams)
    countries = {source.name: source.country for source in company.sources}
    find_landed(work, root, loads, countries)
    return found


def _plan_retention(work: duckdb.DuckDBPyConnection, company: Company) -> Expired:
    root, holds = company.root, company.holds_in_force()
    since = cutoffs(company.sources, company.streams, holds, company.clock())
    with attached_warehouse(work, root) as catalog:
        expired = find_expired(work, catalog, root, since, holds)
    if expired.rows or expired.records:
        loads = loads_by_stream(Ledger(root), company.streams)
        add_rows_of_records(work, root, loads)
        add_versions_of_events(work, root, loads)
        expired = replace(expired, rows=_by_stream(work, "gone_row"))
    return expired


def _carry_out(
    work: duckdb.DuckDBPyConnection, company: Company, journal: Journal, reached: Reached
) -> Receipt:
    noted = journal.read_plan(work)
    started = datetime.fromisoformat(str(noted["started_at"]))
    tombstones = 0
    if noted.get("kind") == RETENTION:
        remove_files(company.root, noted["files"], journal)
    else:
        tombstones = _keep_tombstones(work, company, journal.folder.name, started)
        reached("erasure: tombstones kept")
    remove_everywhere(work, company.root, company.sources, company.streams, journal)
    receipt = build_receipt(
        work, journal, noted, tombstones=tombstones, finished_at=company.clock()
    )
    write_receipt(_receipt_file(company.root, journal.folder.name), receipt)
    reached("erasure: receipt written")
    shutil.rmtree(company.root.warehouse / "spill", ignore_errors=True)
    journal.close()
    return receipt


def _keep_tombstones(
    work: duckdb.DuckDBPyConnection, company: Company, name: str, at: datetime
) -> int:
    """All keys but of records known by an address alone: that counts if nobody shares it."""
    rows = work.execute(
        "select distinct key, source from gone_key "
        "where not regexp_matches(key, '^id[|][^:]*:(recipient|case_requester|requester):') "
        "order by key, source"
    ).fetchall()
    store = Tombstones(company.root, key=company.key)
    store.add(work, (Tombstone(key, source, name, at) for key, source in rows))
    return len(rows)


def _document(
    company: Company, requests: Sequence[Request], found: Iterable[Found]
) -> dict[str, object]:
    """What the receipt will say of the requests; it names no person."""
    held = sorted(company.holds_in_force())
    return {
        "started_at": company.clock().isoformat(),
        "requests": [
            {
                "scope": str(request.scope),
                "sources": list(request.sources),
                "purposes": list(request.purposes),
                "reason": request.reason,
                "requested_by": request.requested_by,
                "confirmed_by": request.confirmed_by,
                "records": each.records,
                "customers": len(each.customers),
            }
            for request, each in zip(requests, found, strict=True)
        ],
        "legal_holds": held,
    }


@contextmanager
def work_session(company: Company) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session of its own, whose spilled rows lie where the last step removes them."""
    options = company.options or EngineOptions()
    spill = company.root.warehouse / "spill"
    with session(options=replace(options, spill=spill)) as work:
        work.execute("set preserve_insertion_order = true")
        yield work


@contextmanager
def attached_warehouse(work: duckdb.DuckDBPyConnection, root: Root) -> Iterator[str | None]:
    """The warehouse for reading, if a run has made one that knows records and customers."""
    if not root.database.is_file():
        yield None
        return
    catalog = root.database.stem
    work.execute(f"attach '{quoted(str(root.database))}' as \"{catalog}\" (read_only)")
    known = {
        (schema, table)
        for schema, table in work.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ?",
            [catalog],
        ).fetchall()
    }
    try:
        yield catalog if known >= _NEEDED else None
    finally:
        work.execute(f'detach "{catalog}"')


_NEEDED = {
    ("intermediate", "int_contact_records"),
    ("intermediate", "int_contact_identifiers"),
    ("intermediate", "int_accounts"),
    ("identity", "customer_xref"),
    ("identity", "record_identifiers"),
    ("identity", "redirects"),
}


def _by_stream(work: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    rows = work.execute(
        f"select source || '.' || stream, count(*) from {table} group by all order by all"
    ).fetchall()
    return {name: int(count) for name, count in rows}


def _shared(work: duckdb.DuckDBPyConnection) -> int:
    tables = {
        name for (name,) in work.execute("select table_name from duckdb_tables()").fetchall()
    }
    if "holding" not in tables:
        return 0
    rows = work.execute(
        "select count(distinct lower(value_norm)) from holding "
        "where record_id in (select record_id from gone_record) "
        "and lower(value_norm) in (select value from kept_value)"
    ).fetchall()
    return int(rows[0][0])


def receipt_exists(root: Root, name: str) -> bool:
    """Whether an erasure of this name has come to its end."""
    return _receipt_file(root, name).exists()


def _receipt_file(root: Root, name: str) -> Path:
    return root.audit / "erasures" / f"{name}.json"
