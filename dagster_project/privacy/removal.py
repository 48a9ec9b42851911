"""Goes through every place and takes people out of it; each step may be done again.

Belongs here: one function per way of ``places.How``. Does not belong here: whom it is about.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from dagster_project.compliance.desk import Desk
from dagster_project.config.sources import SourceConfig
from dagster_project.consent.masking import Values
from dagster_project.consent.originals import rewritten
from dagster_project.domain.loads import Load
from dagster_project.domain.root import Root
from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.accounts.evidence import accounts_evidence
from dagster_project.identity.evidence.file import evidence_file
from dagster_project.identity.ledger.state import accounts_state
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.quarantine import quarantine_file
from dagster_project.privacy.databases import Table, look_at, rewrite_database, shown
from dagster_project.privacy.journal import ASIDE, Journal, Noted
from dagster_project.privacy.landed import (
    loads_by_stream,
    rows_file,
    values_for,
    write_file_without,
)
from dagster_project.privacy.places import How, files_of
from dagster_project.privacy.published import (
    build_without,
    drop_older,
    products_of_people,
    put_in_force,
    take_down_masked,
)


def remove_everywhere(
    work: duckdb.DuckDBPyConnection,
    root: Root,
    sources: Sequence[SourceConfig],
    streams: Iterable[StreamSpec],
    journal: Journal,
) -> None:
    """Take the people of the plan out of every place of a root."""
    remove_from_landing(work, root, streams, journal)
    remove_from_quarantine(work, root, streams, journal)
    remove_from_databases(work, root, journal)
    remove_from_published(work, root, journal)
    remove_from_originals(work, root, sources, journal)
    remove_from_stores(work, root, journal)
    remove_from_desk(work, root, journal)
    remove_from_texts(work, root, journal)
    remove_leftovers(root, journal)


def remove_from_landing(
    work: duckdb.DuckDBPyConnection, root: Root, streams: Iterable[StreamSpec], journal: Journal
) -> None:
    """Loads' files without their rows, and the ledger's counts with them."""
    ledger = Ledger(root)
    lost = {
        load: int(rows)
        for load, rows in work.execute(
            "select load_id, count(*) from gone_row group by load_id"
        ).fetchall()
    }
    masked = {
        load: int(rows)
        for load, rows in work.execute(
            "select load_id, count(*) from touched_row group by load_id"
        ).fetchall()
    }
    for spec, loads in loads_by_stream(ledger, streams).items():
        for file, own in _by_file(root, loads).items():
            removed = sum(lost.get(load.load_id, 0) for load in own)
            touched = sum(masked.get(load.load_id, 0) for load in own)
            if not (removed or touched):
                continue

            def make(
                aside: Path,
                spec: StreamSpec = spec,
                own: list[Load] = own,
                counts: tuple[int, int] = (removed, touched),
            ) -> tuple[int, int]:
                write_file_without(work, root, spec, own, aside)
                return counts

            item = file.relative_to(root.path).as_posix()
            journal.rewrite("landing", item, file, make)
            _count_again(work, ledger, file, [x for x in own if x.load_id in lost | masked])


def remove_from_quarantine(
    work: duckdb.DuckDBPyConnection, root: Root, streams: Iterable[StreamSpec], journal: Journal
) -> None:
    """Lists of rows held back, and the ledger's counts with them."""
    ledger = Ledger(root)
    affected = {r for (r,) in work.execute("select distinct load_id from gone_row").fetchall()}
    for load in ledger.loads():
        file = quarantine_file(root, load)
        if load.load_id not in affected or not file.is_file():
            continue

        def make(aside: Path, file: Path = file) -> tuple[int, int] | None:
            return _quarantine_without(work, file, aside)

        journal.rewrite("quarantine", file.relative_to(root.path).as_posix(), file, make)
        left = 0
        if file.is_file():
            left = _count(
                work,
                f"select count(distinct _row) from read_parquet('{quoted(str(file))}')",
            )
        ledger.note_erased(load.load_id, quarantined=left)


def remove_from_databases(
    work: duckdb.DuckDBPyConnection, root: Root, journal: Journal
) -> None:
    """Ids and judgements, then the warehouse; the evidence goes as a whole."""
    values = values_for(work)
    work.execute(
        "create or replace temp table state_cell as select record_id as value, 'id' as kind "
        "from gone_record union select customer_id, 'id' from gone_customer where is_whole"
    )
    for place, file, cells in (
        ("identity state", root.state / "identity.duckdb", "state_cell"),
        ("identity state", accounts_state(root.state) / "identity.duckdb", "state_cell"),
        ("warehouse", root.database, "gone_cell"),
    ):
        if not file.is_file():
            continue
        tables: dict[str, int] = {}

        def make(
            aside: Path, file: Path = file, cells: str = cells, tables: dict[str, int] = tables
        ) -> tuple[int, int] | None:
            done = rewrite_database(work, file, aside, values, cells=cells)
            if done is None:
                return None
            tables |= done.removed
            return sum(done.removed.values()), sum(done.masked.values())

        item = file.relative_to(root.path).as_posix()
        journal.rewrite(place, item, file, make)
        _note_tables(journal, place, item, tables)
    if _count(work, "select count(*) from gone_record"):
        for file in (evidence_file(root.warehouse), accounts_evidence(root.warehouse)):
            _remove(journal, "evidence", file)


def remove_from_published(
    work: duckdb.DuckDBPyConnection, root: Root, journal: Journal
) -> None:
    """A new generation of every product with rows of people, and no older one."""
    take_down_masked(work, root)
    noted = {n.item: n.detail for n in journal.all() if n.place == "published"}
    names = sorted({*products_of_people(work, root), *noted})
    for consumer in names:
        if consumer not in noted:
            built = build_without(work, root, consumer, values_for(work))
            if built is None:
                drop_older(root, consumer)
                continue
            journal.note(
                Noted(
                    "published",
                    consumer,
                    sum(built.removed.values()),
                    sum(built.masked.values()),
                    detail=built.name,
                )
            )
            noted[consumer] = built.name
        put_in_force(root, consumer, noted[consumer])


def remove_from_originals(
    work: duckdb.DuckDBPyConnection,
    root: Root,
    sources: Sequence[SourceConfig],
    journal: Journal,
) -> None:
    """Files that vendors delivered, read or waiting."""
    vendors = {source.name: source.vendor for source in sources}
    known: dict[str | None, Values] = {}
    for place, file in files_of(root, How.ORIGINAL):
        source = _source_of(root, file, vendors)
        if source not in known:
            known[source] = values_for(work, source, vendors.get(source or ""))

        if not known[source]:
            continue

        def make(
            aside: Path, file: Path = file, values: Values = known[source]
        ) -> tuple[int, int] | None:
            found = rewritten(file, values)
            if found is None:
                return None
            data, done = found
            if data is not None:
                aside.write_bytes(data)
            return done.removed, done.masked

        journal.rewrite(place.name, file.relative_to(root.path).as_posix(), file, make)
    for place, file in files_of(root, How.TABLE):

        def without(aside: Path, file: Path = file) -> tuple[int, int] | None:
            return _parquet_without(work, file, aside)

        journal.rewrite(place.name, file.relative_to(root.path).as_posix(), file, without)


def remove_from_stores(work: duckdb.DuckDBPyConnection, root: Root, journal: Journal) -> None:
    """SQLite files, in their place: somebody may have them open. Normally none names anybody."""
    values = _beyond_numbers(values_for(work))
    for place, file in files_of(root, How.STORE):
        if file.suffix not in {".db", ".sqlite"}:
            continue
        item = file.relative_to(root.path).as_posix()
        beside = [file, *file.parent.glob(f"{file.name}-*")]
        is_noted = journal.find(place.name, item) is not None
        if not is_noted and not any(
            values.are_in(f.read_bytes().decode("latin-1")) for f in beside if f.is_file()
        ):
            continue
        if not is_noted:
            journal.note(Noted(place.name, item, 0, _mask_store(file, values, dry=True)))
        _mask_store(file, values)


def remove_from_desk(work: duckdb.DuckDBPyConnection, root: Root, journal: Journal) -> None:
    """What the compliance desk found in their messages, or in messages to them: the decisions stay."""
    values = values_for(work)
    for place, file in files_of(root, How.DESK):
        item = file.relative_to(root.path).as_posix()
        desk = Desk(file.parent)
        gone = work.execute(
            "select distinct value from gone_cell where value in (select unnest($1::varchar[]))",
            [sorted(desk.ids())],
        ).fetchall()
        if journal.find(place.name, item) is None:
            mentions = _mask_store(file, values, dry=True)
            if not (gone or mentions):
                continue
            journal.note(Noted(place.name, item, 0, len(gone) + mentions))
        desk.erase(value for (value,) in gone)
        _mask_store(file, values)


def remove_from_texts(work: duckdb.DuckDBPyConnection, root: Root, journal: Journal) -> None:
    """Reports, manifests, logs and artefacts. Normally none names anybody."""
    values = _beyond_numbers(values_for(work))
    for place, file in files_of(root, How.TEXT):

        def make(aside: Path, file: Path = file) -> tuple[int, int] | None:
            data = file.read_bytes()
            text = data.decode("utf-8", "surrogateescape")
            if not values.are_in(text):
                return None
            if b"\x00" in data:  # no text: what is made by runs is made again
                return (1, 0) if root.warehouse in file.parents else None
            masked = values.masked(text)
            if masked == text:
                return None
            aside.write_bytes(masked.encode("utf-8", "surrogateescape"))
            return 0, 1

        journal.rewrite(place.name, file.relative_to(root.path).as_posix(), file, make)


def _beyond_numbers(values: Values) -> Values:
    """What names them where figures stand: a count of bytes may have the digits of a telephone."""
    named = frozenset(i for i in values.ids if not i.isdigit())
    return replace(values, phones=frozenset(), ids=named)


def remove_files(root: Root, files: object, journal: Journal) -> None:
    """Originals that are older than their source may keep them."""
    for item in files if isinstance(files, list) else []:
        file = root.path / str(item)
        if file.is_file() and journal.find("inbox", str(item)) is None:
            journal.note(Noted("inbox", str(item), 0, 0, is_gone=True))
        file.unlink(missing_ok=True)


def remove_leftovers(root: Root, journal: Journal) -> None:
    """What interrupted work left behind."""
    for folder in (
        root.landing / ".partial",
        root.quarantine / ".partial",
        root.warehouse / "work",
    ):
        shutil.rmtree(folder, ignore_errors=True)
    for file in root.path.rglob(f".*{ASIDE}*"):
        if journal.folder not in file.parents:
            file.unlink()


def _by_file(root: Root, loads: Iterable[Load]) -> dict[Path, list[Load]]:
    """Loads by the file that holds their rows; merged ones share it."""
    found: dict[Path, list[Load]] = {}
    for load in loads:
        found.setdefault(rows_file(root, load).resolve(), []).append(load)
    return found


def _count_again(
    work: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    file: Path,
    loads: Iterable[Load],
) -> None:
    """The ledger says how many rows a load has, and that it once had others."""
    rows = dict(
        work.execute(
            f"select _load_id, count(*) from read_parquet('{quoted(str(file))}') group by _load_id"
        ).fetchall()
    )
    for load in loads:
        ledger.note_erased(load.load_id, rows=int(rows.get(load.load_id, 0)))


def _quarantine_without(
    work: duckdb.DuckDBPyConnection, file: Path, aside: Path
) -> tuple[int, int] | None:
    source = f"read_parquet('{quoted(str(file))}')"
    stays = (
        "not exists (select 1 from gone_row where gone_row.load_id = held._load_id "
        "and gone_row.row = held._row)"
    )
    before = _count(work, f"select count(*) from {source}")
    left = _count(work, f"select count(*) from {source} as held where {stays}")
    if before == left:
        return None
    if left:
        work.execute(
            f"copy (select * from {source} as held where {stays} order by _row, rule) "
            f"to '{quoted(str(aside))}' (format parquet, compression zstd)"
        )
    return before - left, 0


def _parquet_without(
    work: duckdb.DuckDBPyConnection, file: Path, aside: Path
) -> tuple[int, int] | None:
    source = f"read_parquet('{quoted(str(file))}')"
    columns = work.execute(f"describe select * from {source}").fetchall()
    table = Table(
        "main",
        file.stem,
        tuple(name for name, *_ in columns),
        frozenset(name for name, kind, *_ in columns if kind == "VARCHAR"),
    )
    found = look_at(work, source, table)
    if not (found.going or found.cells):
        return None
    work.execute(
        f"copy (select {', '.join(shown(c, table, found) for c in table.columns)} "
        f"from {source} as t where not ({found.goes})) to '{quoted(str(aside))}' "
        "(format parquet, compression zstd)"
    )
    return found.going, sum(found.cells.values())


def _mask_store(file: Path, values: Values, *, dry: bool = False) -> int:
    """Mask the texts of a SQLite file; returns how many. ``dry``: count them only."""
    connection = sqlite3.connect(file, timeout=60, isolation_level=None)
    try:
        connection.create_function(
            "names", 1, lambda t: isinstance(t, str) and values.are_in(t)
        )
        connection.create_function("masked", 1, lambda t: values.masked(str(t)))
        tables = [
            name
            for (name,) in connection.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )
        ]
        found = 0
        connection.execute("begin immediate")
        for table in tables:
            for _, column, *_ in connection.execute(f'pragma table_info("{table}")').fetchall():
                where = f'where names("{column}")'
                if dry:
                    question = f'select count(*) from "{table}" {where}'
                    found += int(connection.execute(question).fetchone()[0])
                else:
                    change = f'update "{table}" set "{column}" = masked("{column}") {where}'
                    found += connection.execute(change).rowcount
        connection.execute("commit")
        if not dry:
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
        return found
    finally:
        connection.close()


def _remove(journal: Journal, place: str, file: Path) -> None:
    for each in (file, file.with_name(f"{file.name}.wal")):
        if each.is_file() and journal.find(place, each.name) is None:
            journal.note(Noted(place, each.name, 0, 0, is_gone=True))
        each.unlink(missing_ok=True)


def _note_tables(journal: Journal, place: str, item: str, tables: dict[str, int]) -> None:
    told = f"tables of {item}"
    if tables and journal.find(place, told) is None:
        journal.note(Noted(place, told, 0, 0, detail=json.dumps(tables)))


def _source_of(root: Root, file: Path, vendors: dict[str, str]) -> str | None:
    """The source a delivered file belongs to, by its folder; of the demo's API by the vendor's."""
    parts = file.relative_to(root.path).parts
    if parts[0] == "api":
        return next((name for name, vendor in vendors.items() if vendor == parts[1]), None)
    name = parts[2] if parts[1] == "loaded" and len(parts) > 3 else parts[1]
    return name if name in vendors else None


def _count(work: duckdb.DuckDBPyConnection, question: str) -> int:
    return int(work.execute(question).fetchall()[0][0])
