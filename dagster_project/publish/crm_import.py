"""CSV files that a CRM loads back: customers that changed since the generation before.

What was exported last is remembered as hashes in ``state/crm_import/<consumer>/``, one file per
generation, so that it survives ``published/``. It is written before the link flips and the older
one is removed afterwards: a kill in between repeats changes, and never loses one.
Does not belong here: which fields a company wants; ``config/consumers.yml`` says that.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.config.consumers import Consumer, CrmImport, GoldenColumn
from dagster_project.domain.errors import ConfigError
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.digests import Relation, identifier
from dagster_project.engines.duckdb.session import quoted
from dagster_project.engines.durable import sync_file, sync_folder
from dagster_project.publish.generations import serial_of
from dagster_project.publish.tables import copy_csv

CUSTOMER_ID = "customer_id"

CUSTOMERS, XREF, RECORDS = (
    "marts.customer_360",
    "marts.customer_xref",
    "intermediate.int_contact_records",
)
"""Tables an import file is made of: customers, which records they have, which of those live."""


@dataclass(frozen=True)
class Baselines:
    """What each generation was compared with; lies in ``state/<kind>/<consumer>/``.

    ``kind``: import files of CRMs, or ``releases`` of insight views.
    """

    root: Root
    consumer: str
    kind: str = "crm_import"

    @property
    def folder(self) -> Path:
        """``state/crm_import/<consumer>/``, say."""
        return self.root.state / self.kind / self.consumer

    def files(self) -> tuple[Path, ...]:
        """Baselines there are, oldest first; more than one only after a kill."""
        return tuple(sorted(self.folder.glob("[0-9]*.parquet")))

    def last_serial(self) -> int:
        """Serial of the newest generation that has a baseline; 0 without one."""
        return max((serial_of(f.name) for f in self.files()), default=0)

    def tidy(self, current: str | None) -> None:
        """Keep the baseline of the generation in force; of none, the oldest, which loses nothing."""
        files = self.files()
        kept = next((f for f in files if f.stem == current), files[0] if files else None)
        for file in files:
            if file != kept:
                file.unlink()
        for leftover in self.folder.glob(".*.parquet"):
            leftover.unlink()

    def in_force(self) -> Path | None:
        """The baseline to compare with, after ``tidy``."""
        files = self.files()
        return files[0] if files else None

    def keep(self, built: Path, generation: str) -> None:
        """Store a new generation's baseline durably, beside the one still in force."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{generation}.parquet"
        shutil.move(built, aside)
        sync_file(aside)
        aside.rename(self.folder / f"{generation}.parquet")
        sync_folder(self.folder)


def import_file(source: str) -> str:
    """Name of the file that one CRM source loads back."""
    return f"crm_import_{source}.csv"


def check_columns(consumer: Consumer, relations: tuple[Relation, ...]) -> None:
    """``ConfigError`` when an import asks for a column that ``customer_360`` does not have."""
    customers = next((r for r in relations if r.name == CUSTOMERS), None)
    known = set(customers.column_names) if customers else set()
    for vendor, wanted in consumer.crm_import.items():
        asked = [
            *wanted.columns.values(),
            *wanted.never_when,
            *(golden.field for golden in wanted.golden.values()),
        ]
        unknown = [column for column in asked if column not in known]
        if unknown:
            raise ConfigError(
                f"consumer {consumer.name}, crm_import {vendor}: customer_360 has no column "
                f"{unknown[0]}",
                "config/consumers.yml",
                "correct the column's name; docs/data-dictionary.md lists them",
            )


def write_imports(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    *,
    consumer: Consumer,
    relations: tuple[Relation, ...],
    baseline: Path | None,
    folder: Path,
    new_baseline: Path,
) -> dict[str, int]:
    """Write ``crm_import_<source>.csv`` per CRM source, and the baseline that follows it.

    Returns rows per file. Records the CRM has merged or deleted are left out: it would refuse
    them. Of a customer that opted out the row says so and nothing else; a withdrawal is a change
    like any other, and so is another customer id after a merge. Withdrawals stand first, then rows
    are ordered by the CRM's id.
    """
    connection.execute(
        "create or replace temp table exported "
        "(source varchar, native_id varchar, hash varchar, filled varchar)"
    )
    _read_baseline(connection, baseline)
    kinds = dict(next(r for r in relations if r.name == CUSTOMERS).columns)
    rows: dict[str, int] = {}
    for vendor, wanted in consumer.crm_import.items():
        for source in _sources_of(connection, warehouse, vendor, wanted.record_type):
            name = import_file(source)
            rows[name] = _write_import(
                connection, warehouse, source, wanted,
                vendor=vendor, kinds=kinds, file=folder / name,
            )  # fmt: skip
    connection.execute(
        f"copy (from exported order by source, native_id) to '{quoted(str(new_baseline))}' "
        "(format parquet, compression zstd)"
    )
    return rows


def _read_baseline(connection: duckdb.DuckDBPyConnection, baseline: Path | None) -> None:
    if baseline is None:
        connection.execute("create or replace temp table baseline as from exported limit 0")
        return
    connection.execute(
        "create or replace temp table baseline as select * from exported limit 0; "
        "insert into baseline by name "
        f"select * from read_parquet('{quoted(str(baseline))}')"
    )


def _sources_of(
    connection: duckdb.DuckDBPyConnection, warehouse: str, vendor: str, record_type: str
) -> list[str]:
    found = connection.execute(
        f"select distinct source from {warehouse}.{XREF} "
        "where vendor = ? and record_type = ? and is_current order by source",
        [vendor, record_type],
    ).fetchall()
    return [source for (source,) in found]


def _write_import(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    source: str,
    wanted: CrmImport,
    *,
    vendor: str,
    kinds: dict[str, str],
    file: Path,
) -> int:
    targets = {
        h: _written(column, wanted, kinds[column]) for h, column in wanted.columns.items()
    }
    targets |= {h: _golden_target(golden, wanted) for h, golden in wanted.golden.items()}
    fields = ", ".join(f"{target} as {identifier(h)}" for h, target in targets.items())
    known = ", ".join(
        f"{_is_known(golden)} as {identifier(f'_known {h}')}"
        for h, golden in wanted.golden.items()
    )
    parts = ", ".join(f"coalesce({identifier(h)}, chr(30))" for h in targets)
    filled = ", ".join(
        f"case when {identifier(h)} is not null then {_literals((h,))} end"
        for h in wanted.columns
    )
    connection.execute(
        f"""
        create or replace temp table import_rows as
        with eligible as (
            select
                '{quoted(source)}' as _source,
                regexp_extract(x.record_id, '^[^:]*:[^:]*:(.*)$', 1) as _native_id,
                {_is_held_back(wanted)} as _is_held_back,
                {fields}{", " if known else ""}{known}
            from {warehouse}.{XREF} as x
            inner join {warehouse}.{CUSTOMERS} as c using (customer_id)
            inner join {warehouse}.{RECORDS} as r using (record_id)
            {_golden_joins(warehouse, wanted, vendor)}
            where
                x.is_current
                and x.source = '{quoted(source)}'
                and x.record_type = '{quoted(wanted.record_type)}'
                and r.deleted_at is null
                and r.merged_into is null
        )
        select
            *,
            md5(concat_ws(chr(31), {parts})) as _hash,
            concat_ws(chr(31), {filled}) as _filled
        from eligible
        """
    )
    connection.execute(
        "insert into exported select _source, _native_id, _hash, _filled from import_rows"
    )
    cells = ", ".join(
        [
            *(f"{_cell(h, wanted)} as {identifier(h)}" for h in wanted.columns),
            *(
                f"case when not {identifier(f'_known {h}')} then {identifier(h)} end as {identifier(h)}"
                for h in wanted.golden
            ),
        ]
    )
    columns = ((wanted.id_header, "VARCHAR"), *((h, "VARCHAR") for h in targets))
    return copy_csv(
        connection,
        f"""
        select _native_id as {identifier(wanted.id_header)}, {cells}, import_rows._is_held_back
        from import_rows
        left join baseline
            on import_rows._source = baseline.source
            and import_rows._native_id = baseline.native_id
        where baseline.hash is null or baseline.hash <> import_rows._hash
        """,
        columns,
        file,
        order_by=f"_is_held_back desc, {identifier(wanted.id_header)}",
    )


def _cell(header: str, wanted: CrmImport) -> str:
    """SQL: what is written of a column; the CRM's word for empty where it has lost its value."""
    name = identifier(header)
    if wanted.clear_with is None:
        return name
    was_filled = f"list_contains(string_split(coalesce(baseline.filled, ''), chr(31)), {_literals((header,))})"
    return (
        f"case when {name} is null and {was_filled} and not import_rows._is_held_back "
        f"then {_literals((wanted.clear_with,))} else {name} end"
    )


_OWN = {"email": "r.primary_email", "phone": "r.primary_phone"}
"""Where a record has its own value, for fields that are called otherwise in int_contact_records."""

_SOURCE_OF = dict.fromkeys(("given_name", "family_name", "full_name"), "name")
"""Fields that are chosen together with others: dim_customer names the source of both."""


def _golden_joins(warehouse: str, wanted: CrmImport, vendor: str) -> str:
    """SQL: where golden values come from, and which vendors are trusted more than this one."""
    if not wanted.golden:
        return ""
    return f"""
        inner join {warehouse}.marts.dim_customer as g using (customer_id)
        left join (
            select record_id, list(value_norm) as known_points
            from {warehouse}.identity.record_identifiers
            where kind in ('email', 'phone')
            group by record_id
        ) as points using (record_id)
        cross join (
            select coalesce(
                list(distinct field || ':' || name) filter (where priority < own), []
            ) as stronger,
            (
                select coalesce(list(name), [])
                from {warehouse}.config.sources
                where vendor = 'manual'
            ) as hands
            from (
                select
                    trust.field,
                    trust.priority,
                    sources.name,
                    max(trust.priority) filter (where trust.vendor = '{quoted(vendor)}')
                        over (partition by trust.field) as own
                from {warehouse}.config.survivorship as trust
                inner join {warehouse}.config.sources as sources using (vendor)
                where trust.rule = 'most_trusted'
            )
        ) as ranks"""


def _golden_target(golden: GoldenColumn, wanted: CrmImport) -> str:
    """SQL: the golden value, where the CRM has it already or the rule lets it be written.

    What the CRM has taken over stays the target, so that its next export brings no row.
    """
    value = f"c.{golden.field}::varchar"
    own = f"nullif(trim({_own(golden)}), '')"
    ranked = _SOURCE_OF.get(golden.field, golden.field)
    # what somebody has put right goes over what the CRM has, whichever the rule
    allowed = f"{own} is null or list_contains(ranks.hands, g.{ranked}_source)"
    if golden.write == "if_stronger":
        # email and phone are chosen by other rules: of trust they have the order of names
        field = "name" if golden.field in _OWN else ranked
        allowed += f" or list_contains(ranks.stronger, '{field}:' || g.{ranked}_source)"
    return (
        f"case when not ({_is_held_back(wanted)}) and ({_is_known(golden)} or {allowed}) "
        f"then {value} end"
    )


def _is_known(golden: GoldenColumn) -> str:
    """SQL: whether the CRM's record has the golden value, however it is written there."""
    same = f"lower(trim({_own(golden)})) = lower(c.{golden.field}::varchar)"
    if golden.field in _OWN:
        same += f" or list_contains(points.known_points, c.{golden.field})"
    return f"coalesce({same}, false)"


def _own(golden: GoldenColumn) -> str:
    return f"({_OWN.get(golden.field, f'r.{golden.field}')})::varchar"


def _written(column: str, wanted: CrmImport, kind: str) -> str:
    """SQL: a cell's text. Of a customer that is held back only who it is and why is written.

    An empty cell leaves the CRM's own value alone; a row left out would leave its old consent.
    """
    text = _as_text(f"c.{identifier(column)}", kind)
    if column == CUSTOMER_ID or column in wanted.never_when:
        return text
    return f"case when not ({_is_held_back(wanted)}) then {text} end"


def _is_held_back(wanted: CrmImport) -> str:
    """SQL: whether a column has a value for which nothing else is written. Nulls do not hold back.

    Who objects to all processing is held back whatever ``config/consumers.yml`` names.
    """
    return " or ".join(
        f"coalesce(c.{identifier(column)}::varchar in ({_literals(values)}), false)"
        for column, values in (wanted.never_when | {OBJECTION: ("withdrawn",)}).items()
    )


OBJECTION = "processing_consent"
"""The column of ``customer_360`` with the word on all processing."""


def _literals(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{quoted(value)}'" for value in values)


def _as_text(column: str, kind: str) -> str:
    """SQL: times as CRMs read them (ISO 8601, UTC), everything else as DuckDB prints it."""
    if kind.startswith("TIMESTAMP"):
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%gZ')"
    return f"{column}::varchar"
