"""What a few records cost once many are resolved: one as a question, some thousands as a batch.

Belongs here: holding records of the demo world back, asking and adding them, and the clock.
Does not belong here: resolving (``resolve``, ``lookup``); building the world.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

import duckdb

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.identity.lookup.questions import Asked
from dagster_project.identity.lookup.resolver import opened_resolver
from dagster_project.identity.resolve import resolve

_TABLES = ("int_contact_records", "int_contact_identifiers", "int_contact_addresses")
_START = datetime(2026, 1, 1, tzinfo=UTC)

UNTIMED = 3
"""Questions asked before the clock starts: the process is warm, and plans are kept from there on."""


@dataclass(frozen=True)
class Taken:
    """Seconds of one question or batch, by the wall and of the process's CPU time."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Increments:
    """The records that were known at first, and what each question and each batch took."""

    known: int
    questions: tuple[Taken, ...]
    batches: tuple[Taken, ...]


def percentile(taken: tuple[Taken, ...], share: float) -> Taken:
    """The least figures that ``share`` of all do not exceed, wall and CPU each by itself."""
    place = max(ceil(share * len(taken)) - 1, 0)
    return Taken(
        sorted(each.wall for each in taken)[place], sorted(each.cpu for each in taken)[place]
    )


def measure_increments(
    world: Path,
    workdir: Path,
    *,
    spec: IdentitySpec,
    batch: int,
    batches: int,
    questions: int,
    options: EngineOptions,
) -> Increments:
    """Resolve all but ``batch × batches`` records of ``world``, then ask some and add all of these."""
    state, evidence = workdir / "state", workdir / "evidence.duckdb"
    with session(workdir / "warehouse.duckdb", options=options) as connection:
        _hold_back(connection, world, batch * batches)
        known = resolve(
            connection, spec=spec, state_dir=state, run_id="known", as_of=_START,
            evidence_to=evidence,
        ).records  # fmt: skip
        asked, added = _Clock(), _Clock()
        with opened_resolver(evidence, spec, stays=True) as resolver:
            for person in _asked(connection, questions + UNTIMED):
                with asked.running():
                    resolver.find(person)
        for number in range(batches):
            ids = _add(connection, number * batch, batch)
            with added.running():
                resolve(
                    connection, spec=spec, state_dir=state, run_id=f"batch {number}",
                    as_of=_START + timedelta(days=1 + number), evidence_to=evidence,
                    announced=ids,
                )  # fmt: skip
    return Increments(known, tuple(asked.taken[UNTIMED:]), tuple(added.taken))


class _Clock:
    def __init__(self) -> None:
        self.taken: list[Taken] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.taken.append(Taken(time.perf_counter() - wall, time.process_time() - cpu))


def _hold_back(connection: duckdb.DuckDBPyConnection, world: Path, count: int) -> None:
    """Schema ``intermediate`` without ``count`` records, which stand in schema ``later``."""
    records = (
        f"read_parquet('{quoted(str(world / 'contacts' / 'int_contact_records.parquet'))}')"
    )
    for schema in ("intermediate", "later"):
        connection.execute(f"create schema {schema}")
    connection.execute(
        "create table later.picked as "
        "select record_id, row_number() over (order by md5(record_id)) - 1 as place "
        f"from {records} where kind = 'person' order by place limit {count}"
    )
    for table in _TABLES:
        file = quoted(str(world / "contacts" / f"{table}.parquet"))
        for schema, join in (("intermediate", "anti"), ("later", "semi")):
            connection.execute(
                f"create table {schema}.{table} as from read_parquet('{file}') "
                f"{join} join later.picked using (record_id)"
            )


def _asked(connection: duckdb.DuckDBPyConnection, count: int) -> Iterator[Asked]:
    """The first records held back, as a form would give them."""
    rows = connection.execute(_ASKED, [count]).fetchall()
    for given, family, full, born, firm, country, source, *points in rows:
        emails, phones, handles, urls, street, city, postal_code = points
        yield Asked(
            given, family, full, born, firm, country, source,
            emails=tuple(emails or ()),
            phones=tuple(phones or ()),
            handles=tuple((each["network"], each["handle"]) for each in handles or ()),
            urls=tuple(urls or ()),
            street=street,
            city=city,
            postal_code=postal_code,
        )  # fmt: skip


_ASKED = """
with

points as (

    select
        record_id,
        list(value_norm order by value_norm) filter (kind = 'email') as emails,
        list(value_norm order by value_norm) filter (kind = 'phone') as phones,
        list({'network': network, 'handle': value_norm} order by network, value_norm)
            filter (kind = 'handle') as handles,
        list(value_norm order by value_norm) filter (kind = 'url') as urls
    from later.int_contact_identifiers
    group by record_id

),

places as (

    select record_id, min(street) as street, min(city) as city, min(postal_code) as postal_code
    from later.int_contact_addresses
    group by record_id

)

select
    record.given_name, record.family_name, record.full_name, record.birth_date,
    record.organisation, record.country, record.source,
    points.* exclude (record_id), places.* exclude (record_id)
from later.int_contact_records as record
inner join later.picked using (record_id)
left join points using (record_id)
left join places using (record_id)
order by picked.place
limit $1
"""


def _add(connection: duckdb.DuckDBPyConnection, start: int, count: int) -> list[str]:
    """Put records that were held back where they belong; their ids."""
    picked = f"select record_id from later.picked where place between {start} and {start + count - 1}"
    for table in _TABLES:
        connection.execute(
            f"insert into intermediate.{table} from later.{table} where record_id in ({picked})"
        )
    return [str(row[0]) for row in connection.execute(picked).fetchall()]
