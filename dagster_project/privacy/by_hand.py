"""Words on consent and corrections that somebody enters: files of the vendor ``manual``.

An entry is a row of a file in the inbox: it lands like any other, is judged, stays for good with who
entered it and why, reaches every customer who has what it names, and goes when the person is erased.
Belongs here: whom an entry names, and writing it. Does not belong here: what it does (dbt).
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.by_hand import NETWORKS
from dagster_project.domain.errors import ConfigError, Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.durable import sync_file, sync_folder

VENDOR = "manual"


@dataclass(frozen=True)
class Whom:
    """The cells of an entry that name somebody, one mapping per row, and the customers meant."""

    rows: tuple[Mapping[str, str], ...]
    customers: tuple[str, ...]


def source_for_entries(sources: Sequence[SourceConfig], wanted: str | None) -> SourceConfig:
    """The source that entries by hand belong to."""
    found = [s for s in sources if s.vendor == VENDOR and wanted in (None, s.name)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(s.name for s in found)
        raise Customer360Error(
            "more than one source takes entries", names, "name one: --source"
        )
    raise ConfigError(
        "no source takes entries by hand" if wanted is None else f"{wanted} takes none",
        "config/sources.yml",
        "add an entry with `vendor: manual`, its purpose and lawful basis (docs/privacy.md)",
    )


def whom(
    work: duckdb.DuckDBPyConnection,
    catalog: str | None,
    *,
    customer: str | None,
    named: str | None,
) -> Whom:
    """The person as an entry names them: every record of a customer, or one identifier."""
    if bool(customer) is bool(named):
        raise Customer360Error("whom is not said", "", "give --customer or --identifier")
    if customer:
        records = _records_of(work, catalog, customer)
        return Whom(tuple({"record_id": record} for record in records), (customer,))
    cells = _cells(str(named).strip())
    return Whom((cells,), _holders(work, catalog, cells))


def write_entries(
    root: Root,
    source: SourceConfig,
    stream: str,
    about: Whom,
    said: Mapping[str, str],
    *,
    now: datetime,
) -> Path:
    """Put the entries into the inbox, whole; the next run reads them."""
    folder = root.inbox / source.name
    folder.mkdir(parents=True, exist_ok=True)
    stamp = now.astimezone(UTC)
    rows = [
        {
            "entry_id": uuid4().hex,
            **cells,
            "said_at": stamp.isoformat(timespec="seconds"),
            **said,
        }
        for cells in about.rows
    ]
    file = folder / f"{stream}-{stamp:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}.csv"
    aside = root.state / f".{file.name}.partial"
    aside.parent.mkdir(parents=True, exist_ok=True)
    with aside.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    aside.chmod(0o600)
    sync_file(aside)
    aside.rename(file)
    sync_folder(folder)
    return file


def checked_value(field: str, value: str) -> str:
    """A corrected value in the form its field has; ``Customer360Error`` says what is wrong."""
    plain = " ".join(value.split())
    if not plain:
        return ""
    if field == "birth_date":
        try:
            return date.fromisoformat(plain).isoformat()
        except ValueError:
            raise Customer360Error(
                "this is no day", field, "write it like 1971-02-03"
            ) from None
    wrong = {
        "email": (r"[^@\s]+@[^@\s]+", "write it like ada@example.org"),
        "phone": (r"(\+|00)[0-9 ().\-/]{7,24}", "write it with its country: +33 6 12 34 56 78"),
        "country": (r"[A-Za-z]{2}", "write its two letters, like FR"),
    }.get(field)
    if wrong and not re.fullmatch(wrong[0], plain):
        raise Customer360Error("the value does not have its field's form", field, wrong[1])
    return plain


def golden_value(
    work: duckdb.DuckDBPyConnection, catalog: str | None, customer: str, field: str
) -> str:
    """What the field holds now; nothing without a warehouse."""
    if catalog is None:
        return ""
    found = work.execute(
        f"select {identifier(field)}::varchar from {identifier(catalog)}.marts.dim_customer "
        "where customer_id = ?",
        [customer],
    ).fetchall()
    return str(found[0][0] or "") if found else ""


def _cells(named: str) -> Mapping[str, str]:
    network, colon, handle = named.partition(":")
    if colon and network.lower() in NETWORKS:
        return {f"{network.lower()}_handle": handle}
    if named.count(":") >= 2:
        return {"record_id": named}
    if re.fullmatch(r"[^@\s]+@[^@\s]+", named):
        return {"email": named.lower()}
    if re.fullmatch(r"(\+|00)[0-9 ().\-/]{7,24}", named):
        return {"phone": named}
    raise Customer360Error(
        "it is not said what this is",
        "--identifier",
        "write an e-mail address, a number with its country (+33…), a handle with its network "
        f"({NETWORKS[0]}:@ada) or a whole record id",
    )


def _records_of(
    work: duckdb.DuckDBPyConnection, catalog: str | None, customer: str
) -> list[str]:
    rows: list[tuple[str]] = []
    if catalog is not None:
        rows = work.execute(
            f"""
            select record_id from {identifier(catalog)}.identity.customer_xref
            where valid_to is null and customer_id = coalesce(
                (
                    select redirects_to from {identifier(catalog)}.identity.redirects
                    where customer_id = $1 and redirects_to is not null
                ),
                $1
            )
            order by record_id
            """,
            [customer],
        ).fetchall()
    if not rows:
        raise Customer360Error("no customer has this id", customer, "look with `c360 show`")
    return [record for (record,) in rows]


def _holders(
    work: duckdb.DuckDBPyConnection, catalog: str | None, cells: Mapping[str, str]
) -> tuple[str, ...]:
    """Customers who have what an entry names, as far as the warehouse knows."""
    if catalog is None:
        return ()
    ((column, value),) = cells.items()
    plain = re.sub(r"^00", "+", re.sub(r"[^0-9+]", "", value)) if column == "phone" else value
    names, at = identifier(catalog), plain.lower().lstrip("@")
    found = work.execute(
        f"""
        select distinct x.customer_id
        from {names}.identity.customer_xref as x
        left join {names}.identity.record_identifiers as i using (record_id)
        where x.valid_to is null and (x.record_id = $1 or i.value_norm = $2)
        order by 1
        """,
        [value, at],
    ).fetchall()
    return tuple(customer for (customer,) in found)
