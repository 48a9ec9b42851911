"""Earlier generations in little room: what one lacks and has beyond the next, instead of a copy.

The generation in force and the one before it are whole files. An older one is folded: of each
table it keeps the rows that the next generation no longer has (``gone``) and those it got
(``came``), or the whole table where most rows changed. ``extract`` puts one together again.
Does not belong here: when a generation is folded or dropped; ``publication`` says that.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.config.access import share_as
from dagster_project.domain.errors import StateError
from dagster_project.engines.duckdb.digests import Relation, digest, identifier, row_hash
from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.engines.durable import sync_folder, sync_tree
from dagster_project.publish.delta import SINCE
from dagster_project.publish.generations import ProductFolder
from dagster_project.publish.manifest import (
    Manifest,
    PublishedTable,
    read_manifest,
    write_manifest_table,
)
from dagster_project.publish.tables import link_or_copy

FOLDED = "differs"
"""Folder of a folded generation, in place of its DuckDB file and ``parquet/``."""

_WHOLE_FROM = 0.5
"""From this share of changed rows on, the whole table is kept: it is no bigger and simpler."""


def fold(
    folder: ProductFolder, generation: Path, *, options: EngineOptions | None = None
) -> None:
    """Replace a generation's files by what differs from the next one, which must be whole.

    A kill leaves the generation whole, or folded with files that ``finish_folding`` removes.
    """
    here, following = read_manifest(generation), read_manifest(_next(folder, generation))
    if here is None or following is None or is_folded(generation):
        return
    aside = generation / f".{FOLDED}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    known = {t.table: t for t in following.tables}
    with session(options=options) as connection:
        for table in here.tables:
            before = generation / "parquet" / f"{table.table}.parquet"
            after = folder.path / following.generation / "parquet" / f"{table.table}.parquet"
            then = known.get(table.table)
            if then is None:
                _keep_whole(before, aside, table.table)
            elif then.digest == table.digest or _keep_since(
                here, following, folder, aside, table
            ):
                continue
            else:
                _keep_difference(connection, before, after, aside, table)
    share_as(folder.path, aside)
    sync_tree(aside)
    aside.rename(generation / FOLDED)
    sync_folder(generation)
    finish_folding(generation)


def is_folded(generation: Path) -> bool:
    """Whether a generation is kept as differences."""
    return (generation / FOLDED).is_dir()


def finish_folding(generation: Path) -> None:
    """Remove what a folded generation no longer needs, and what an unfinished folding left."""
    shutil.rmtree(generation / f".{FOLDED}", ignore_errors=True)
    if is_folded(generation):
        for name in ("parquet", SINCE):
            shutil.rmtree(generation / name, ignore_errors=True)
        for file in generation.glob("*.duckdb"):
            file.unlink()


def extract(
    folder: ProductFolder,
    generation: str,
    target: Path,
    *,
    options: EngineOptions | None = None,
) -> Path:
    """Write ``target``, a DuckDB file with the tables of any kept generation; returns it.

    ``StateError`` when a generation is not kept, or its content is not what it says.
    """
    chain = _chain(folder, generation)
    manifest = chain[-1].manifest
    with session(options=options) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute(f"attach '{quoted(str(target))}' as product")
        for table in manifest.tables:
            connection.execute(
                f"create table product.{identifier(table.table)} as {_rows_of(chain, table.table)} "
                "order by all"
            )
            _check(connection, manifest, table)
        write_manifest_table(
            connection, "product", consumer=manifest.consumer, generation=generation,
            as_of=manifest.as_of, content=manifest.content_hash, tables=manifest.tables,
        )  # fmt: skip
        connection.execute("checkpoint product")
        connection.execute("detach product")
    return target


def _keep_since(
    here: Manifest,
    following: Manifest,
    folder: ProductFolder,
    aside: Path,
    table: PublishedTable,
) -> bool:
    """Share the rows that went and came as the next generation wrote them down, if it did."""
    since = folder.path / following.generation / SINCE
    names = [f"{table.table}.{kind}.parquet" for kind in ("gone", "came")]
    if following.before != here.generation or not all((since / n).is_file() for n in names):
        return False
    for name in names:
        link_or_copy(since / name, aside / name)
    return True


@dataclass(frozen=True)
class _Step:
    """One generation on the way back in time, newest first."""

    path: Path
    manifest: Manifest


def _keep_difference(
    connection: duckdb.DuckDBPyConnection,
    before: Path,
    after: Path,
    aside: Path,
    table: PublishedTable,
) -> None:
    old, new = _relation(connection, before), _relation(connection, after)
    if old.columns != new.columns:
        _keep_whole(before, aside, table.table)
        return
    for name, file, relation in (("before", before, old), ("after", after, new)):
        connection.execute(
            f"create or replace temp table {name}_hashes as "
            f"select {row_hash(relation)} as row_hash from {_parquet(file)}"
        )
    rows, gone, is_exact = connection.execute(_WEIGH).fetchall()[0]
    if not is_exact or gone > _WHOLE_FROM * rows:
        _keep_whole(before, aside, table.table)
        return
    for kind, file, others in (("gone", before, "after"), ("came", after, "before")):
        connection.execute(
            f"""
            copy (
                from {_parquet(file)}
                where {row_hash(old)} not in (select row_hash from {others}_hashes)
            ) to '{quoted(str(aside / f"{table.table}.{kind}.parquet"))}'
            (format parquet, compression zstd)
            """
        )


_WEIGH = """
    with gone as (
        select count(*) as n, coalesce(sum(row_hash::hugeint), 0) as total
        from before_hashes
        where row_hash not in (select row_hash from after_hashes)
    ),
    came as (
        select count(*) as n, coalesce(sum(row_hash::hugeint), 0) as total
        from after_hashes
        where row_hash not in (select row_hash from before_hashes)
    ),
    sums as (
        select
            (select count(*) from before_hashes) as before_n,
            (select count(*) from after_hashes) as after_n,
            (select coalesce(sum(row_hash::hugeint), 0) from before_hashes) as before_total,
            (select coalesce(sum(row_hash::hugeint), 0) from after_hashes) as after_total
    )
    select
        before_n,
        gone.n,
        before_n = after_n - came.n + gone.n
            and before_total = after_total - came.total + gone.total
    from sums, gone, came
"""
"""Rows, rows gone, and whether gone and came explain the difference (repeated rows may not)."""


def _keep_whole(before: Path, aside: Path, table: str) -> None:
    (aside / f"{table}.whole.parquet").hardlink_to(before)


def _chain(folder: ProductFolder, generation: str) -> list[_Step]:
    """From the first whole generation at or after the wanted one, back to it."""
    steps: list[_Step] = []
    for path in reversed(folder.generations()):
        if path.name < generation:
            break
        manifest = read_manifest(path)
        if manifest is None:
            raise _broken(path)
        steps = [*steps, _Step(path, manifest)] if is_folded(path) else [_Step(path, manifest)]
    if not steps or steps[-1].path.name != generation or is_folded(steps[0].path):
        raise StateError(
            f"{folder.consumer} has no generation {generation}",
            str(folder.path),
            f"there are: {', '.join(g.name for g in folder.generations()) or 'none'}",
        )
    return steps


def _rows_of(chain: list[_Step], table: str) -> str:
    """SQL of a table's rows as the last step of the chain had them."""
    rows = f"from {_parquet(chain[0].path / 'parquet' / f'{table}.parquet')}"
    for step in chain[1:]:
        kept = step.path / FOLDED
        if (kept / f"{table}.whole.parquet").is_file():
            rows = f"from {_parquet(kept / f'{table}.whole.parquet')}"
        elif (kept / f"{table}.gone.parquet").is_file():
            came = _parquet(kept / f"{table}.came.parquet")
            gone = _parquet(kept / f"{table}.gone.parquet")
            rows = f"from (({rows}) except all (from {came})) union all (from {gone})"
    return f"from ({rows})"


def _check(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, table: PublishedTable
) -> None:
    relation = _relation(connection, f"product.{identifier(table.table)}", table.table)
    found = digest(connection, "product", relation)
    same_engine = manifest.engine == duckdb.__version__
    if found.rows != table.rows or (same_engine and found.digest != table.digest):
        raise StateError(
            f"{table.table} of {manifest.generation} is not what was published",
            manifest.consumer,
            "published/ was changed by hand; use a newer generation",
        )


def _relation(
    connection: duckdb.DuckDBPyConnection, source: Path | str, table: str = ""
) -> Relation:
    given = _parquet(source) if isinstance(source, Path) else source
    described = connection.execute(f"describe from {given}").fetchall()
    return Relation("main", table, tuple((row[0], row[1]) for row in described))


def _parquet(file: Path) -> str:
    return f"read_parquet('{quoted(str(file))}')"


def _next(folder: ProductFolder, generation: Path) -> Path | None:
    later = [g for g in folder.generations() if g.name > generation.name]
    return later[0] if later and not is_folded(later[0]) else None


def _broken(generation: Path) -> StateError:
    return StateError(
        "a generation has no readable manifest",
        str(generation),
        "remove the folder if it is not in force; the others do not need it",
    )
