"""A data product without some people: a new generation of the one in force, and no older one.

The new generation is made of the one in force, not of the warehouse: what a gate holds back there
stays held back. Older ones are dropped, for they are kept as differences that would have to be
told again for every one. What a CRM was told last is remembered without them as well.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from dagster_project.consent.masking import Values
from dagster_project.consent.originals import replace as replace_file
from dagster_project.consent.originals import rewritten
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.digests import RUN_CLOCKS, list_relations
from dagster_project.engines.duckdb.session import quoted
from dagster_project.privacy.databases import list_tables, rewrite_database
from dagster_project.publish.crm_import import Baselines
from dagster_project.publish.delta import hash_rows
from dagster_project.publish.generations import (
    ProductFolder,
    generation_name,
    serial_of,
    withdraw,
)
from dagster_project.publish.manifest import (
    Manifest,
    PublishedTable,
    content_hash,
    read_manifest,
    write_manifest_table,
)
from dagster_project.publish.product import NEW_BASELINE
from dagster_project.publish.tables import link_or_copy, write_csv, write_parquet

_OF_PEOPLE = frozenset({"customer_id", "record_id"})
"""A product with such a column has rows of people."""


@dataclass(frozen=True)
class Built:
    """The generation that was built aside, not yet in force; rows gone and masked by table."""

    name: str
    removed: dict[str, int]
    masked: dict[str, int]


def products_of_people(work: duckdb.DuckDBPyConnection, root: Root) -> tuple[str, ...]:
    """Consumers whose product in force has rows of people."""
    found = []
    for path in sorted(root.published.glob("*")):
        current = ProductFolder(root, path.name).current() if path.is_dir() else None
        if current is None:
            continue
        file = current / f"{path.name}.duckdb"
        work.execute(f"attach '{quoted(str(file))}' as looked_at (read_only)")
        tables = list_tables(work, "looked_at")
        work.execute("detach looked_at")
        if any(_OF_PEOPLE & set(table.columns) for table in tables):
            found.append(path.name)
    return tuple(found)


def take_down_masked(work: duckdb.DuckDBPyConnection, root: Root) -> tuple[str, ...]:
    """Remove products whose rows cannot be told apart by who they are about; returns their names.

    Their ids are keyed hashes. The next run publishes them anew, of what is left.
    """
    masked: list[str] = []
    kept: list[str] = []
    for path in sorted(p for p in root.published.glob("*") if p.is_dir()):
        current = ProductFolder(root, path.name).current()
        columns: set[str] = set()
        if current is not None:
            work.execute(
                f"attach '{quoted(str(current / f'{path.name}.duckdb'))}' as looked_at (read_only)"
            )
            columns = {c for t in list_tables(work, "looked_at") for c in t.columns}
            work.execute("detach looked_at")
        is_masked = bool({"customer_key", "record_key"} & columns)
        (masked if is_masked else kept).append(path.name)
    withdraw(root, listed=kept)
    return tuple(masked)


def build_without(
    work: duckdb.DuckDBPyConnection, root: Root, consumer: str, values: Values
) -> Built | None:
    """Build a generation without them in ``.partial``; none where the one in force names nobody."""
    folder = ProductFolder(root, consumer)
    current = folder.current()
    manifest = read_manifest(current)
    if current is None or manifest is None:
        return None
    partial = folder.begin()
    file = partial / f"{consumer}.duckdb"
    done = rewrite_database(
        work, current / file.name, file, values, always=_was_told(work, root, consumer, current)
    )
    if done is None:
        folder.discard()
        return None
    tables = _describe(work, file, manifest)
    content = content_hash(manifest.rules_hash, tables)
    name = generation_name(_next_serial(folder), manifest.as_of, content)
    _write_files(
        work,
        current,
        partial,
        consumer=consumer,
        manifest=manifest,
        tables=tables,
        values=values,
    )
    work.execute(f"attach '{quoted(str(file))}' as product")
    write_manifest_table(
        work, "product", consumer=consumer, generation=name, as_of=manifest.as_of,
        content=content, tables=tables,
    )  # fmt: skip
    work.execute("checkpoint product")
    work.execute("detach product")
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)
    _write_baseline(work, root, consumer, current.name, partial / NEW_BASELINE)
    replace(
        manifest,
        generation=name,
        content_hash=content,
        tables=tables,
        inputs=None,
        before=None,
        engine=duckdb.__version__,
    ).write(partial)
    removed = {t: n for t, n in done.removed.items() if t != "main._manifest"}
    return Built(name, removed, done.masked)


def put_in_force(root: Root, consumer: str, name: str) -> None:
    """Finish a generation that ``build_without`` built; at any point it may be done again."""
    folder, baselines = ProductFolder(root, consumer), Baselines(root, consumer)
    baseline = folder.partial / NEW_BASELINE
    waiting = folder.path / f".partial{NEW_BASELINE}"
    if baseline.exists():
        baseline.rename(waiting)
    if folder.partial.is_dir() and not (folder.path / name).exists():
        folder.settle(name)
    if waiting.exists():
        baselines.keep(waiting, name)
    folder.flip(name)
    folder.finish(keep=1)
    baselines.tidy(name)
    folder.tidy()


def drop_older(root: Root, consumer: str) -> None:
    """Keep the generation in force alone: it names nobody, and older ones are not looked through."""
    folder = ProductFolder(root, consumer)
    current = folder.current()
    if current is not None:
        folder.finish(keep=1)
        Baselines(root, consumer).tidy(current.name)


def _was_told(
    work: duckdb.DuckDBPyConnection, root: Root, consumer: str, current: Path
) -> bool:
    """Whether a CRM was told of a record that goes."""
    file = Baselines(root, consumer).folder / f"{current.name}.parquet"
    if not file.is_file():
        return False
    rows = work.execute(
        f"select count(*) from read_parquet('{quoted(str(file))}') as told semi join gone_record "
        f"on {_IS_TOLD}"
    ).fetchall()
    return bool(rows[0][0])


_IS_TOLD = """gone_record.source = told.source
and regexp_extract(gone_record.record_id, '^[^:]*:[^:]*:(.*)$', 1) = told.native_id"""


def _describe(
    work: duckdb.DuckDBPyConnection, file: Path, manifest: Manifest
) -> tuple[PublishedTable, ...]:
    """Rows and content hash of every table, as publishing would find them."""
    loose = {t.table: t.loose for t in manifest.tables}
    work.execute(f"attach '{quoted(str(file))}' as product (read_only)")
    relations = list_relations(work, "product", ignored=RUN_CLOCKS - {"run_id"})
    tables = tuple(
        replace(hash_rows(work, "product", r), loose=loose.get(r.table, 0)) for r in relations
    )
    work.execute("detach product")
    return tables


def _write_files(
    work: duckdb.DuckDBPyConnection,
    current: Path,
    partial: Path,
    *,
    consumer: str,
    manifest: Manifest,
    tables: tuple[PublishedTable, ...],
    values: Values,
) -> None:
    """Parquet and CSV: anew where the table is another, else the file of before."""
    before = manifest.digests()
    work.execute(
        f"attach '{quoted(str(partial / f'{consumer}.duckdb'))}' as product (read_only)"
    )
    relations = {r.table: r for r in list_relations(work, "product")}
    for table in tables:
        for kind in ("parquet", "csv"):
            name = f"{kind}/{table.table}.{kind}"
            if not (current / name).is_file():
                continue
            if before.get(table.table) == table.digest:
                link_or_copy(current / name, partial / name)
            elif kind == "parquet":
                write_parquet(work, "product", table.table, partial / name)
            else:
                write_csv(work, "product", relations[table.table], partial / name)
    work.execute("detach product")
    customers = {c for (c,) in work.execute("select customer_id from gone_customer").fetchall()}
    values = replace(values, ids=values.ids | customers)  # a vendor's own ids may be too short
    for file in sorted(current.glob("*.csv")):
        copied = partial / file.name
        shutil.copyfile(file, copied)
        found = rewritten(copied, values)
        if found is not None:
            replace_file(copied, found[0])


def _write_baseline(
    work: duckdb.DuckDBPyConnection, root: Root, consumer: str, current: str, target: Path
) -> None:
    """What a CRM was told, less the records that go."""
    file = Baselines(root, consumer).folder / f"{current}.parquet"
    if not file.is_file():
        return
    work.execute(
        f"""
        copy (
            select told.* from read_parquet('{quoted(str(file))}') as told
            anti join gone_record on {_IS_TOLD}
            order by source, native_id
        ) to '{quoted(str(target))}' (format parquet, compression zstd)
        """
    )


def _next_serial(folder: ProductFolder) -> int:
    newest = max((serial_of(g.name) for g in folder.generations()), default=0)
    return max(newest, Baselines(folder.root, folder.consumer).last_serial()) + 1
