"""The landing zone: batches land exactly once, whole, as append-only Parquet.

Belongs here: writing a batch aside and renaming it into place, entering it in the ledger,
repairing what a killed run left, putting read files away.
Does not belong here: whether a load is good; that is the gate's word (``quality``).
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.config.access import make_private
from dagster_project.config.sources import SourceConfig
from dagster_project.consent.masking import values_of
from dagster_project.consent.objections import Objections, kept_out_sql
from dagster_project.consent.originals import replace as replace_file
from dagster_project.consent.originals import rewritten
from dagster_project.consent.tombstones import Tombstones
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import StateError
from dagster_project.domain.loads import Batch, LeftOut, Load, LoadState
from dagster_project.domain.root import Root
from dagster_project.domain.streams import PROVENANCE, Delivery
from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.engines.duckdb.storage import full_disk_explained
from dagster_project.engines.durable import sync_file
from dagster_project.landing.files import place_for, rename_durably
from dagster_project.landing.ledger import ERASED_ROWS, Clock, Ledger
from dagster_project.landing.narrower import absent_columns, narrower_note
from dagster_project.landing.people import (
    BY_TOMBSTONE,
    Named,
    find_named,
    named_keys,
    write_without,
)
from dagster_project.landing.quarantine import quarantine_file
from dagster_project.landing.twice_encoded import twice_encoded_note

FORMAT = 1
"""Version of a load's folder: ``rows.parquet`` beside ``load.json``."""

OBJECTED_ROWS = "rows of people who object to it"
"""What is said of rows that were kept out."""

ROWS = "rows.parquet"
MANIFEST = "load.json"

Reached = Callable[[str], None]
"""Told the name of every point where a kill would be most awkward; chaos tests kill there."""

POINTS = (
    "landing: temporary file written",
    "landing: renamed, not in the ledger",
    "landing: in the ledger",
    "landing: file put away",
)
"""The points ``reached`` hears of, in order."""


@dataclass(frozen=True)
class Recovery:
    """What a killed run had left, and was put right."""

    leftovers_removed: int = 0
    loads_entered: int = 0
    loads_reopened: int = 0


def load_id_of(source: str, stream: str, content_id: str) -> str:
    """The same content of the same stream is the same load, whenever it comes."""
    return sha256(f"{source}|{stream}|{content_id}".encode()).hexdigest()[:16]


class LandingZone:
    """Where the raw loads of one root lie; the only writer of ``landing/`` and the ledger."""

    def __init__(
        self,
        root: Root,
        *,
        options: EngineOptions | None = None,
        reached: Reached = lambda point: None,
        clock: Clock = lambda: datetime.now(UTC),
        countries: Mapping[str, str | None] | None = None,
        key: str | None = None,
        sources: Iterable[SourceConfig] = (),
    ) -> None:
        """``countries``: of each source, for numbers without a prefix; ``key``: the root's secret.

        Both matter for rows of people who were erased or object alone; ``sources``, the register,
        for those of people who object.
        """
        self.root = root
        self.ledger = Ledger(root, clock=clock)
        self._options = options
        self._reached = reached
        self._stack = ExitStack()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._tombstones = Tombstones(root, key=key)
        self._objections = Objections(root, key=key)
        self._sources = {source.name: source for source in sources}
        self._countries = countries or {}
        self._erased_in: dict[str, set[str]] = {}

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """One in-memory session for all loads of a run; opened when first needed."""
        if self._connection is None:
            self._connection = self._stack.enter_context(session(options=self._options))
        return self._connection

    def close(self) -> None:
        """End the in-memory session; the zone may be used again and opens another."""
        self._stack.close()
        self._connection = None

    def rows_file(self, load: Load) -> Path:
        """The Parquet file of a load's rows."""
        return self._folder(load.source, load.stream, load.load_id) / ROWS

    def land(self, batch: Batch) -> Load:
        """Write one batch into landing and the ledger; known content is left alone.

        Rows that cannot be read at all land as none, and the manifest says so: the gate
        refuses the load, and its file stays at hand to be read again.
        """
        load_id = load_id_of(batch.source, batch.spec.stream, batch.content_id)
        known = self.ledger.find(load_id)
        if known is not None:
            if self._tombstones.exist() and "erased" in self.ledger.manifest_of(load_id):
                self._look_for_erased(batch, load_id)
            return replace(known, is_new=False)
        return self._write(batch, load_id)

    def land_again(self, batch: Batch) -> Load:
        """Replace a refused load by a new reading of the same content."""
        load_id = load_id_of(batch.source, batch.spec.stream, batch.content_id)
        return self._write(batch, load_id)

    def put_away(self, source: str, file: Path) -> Path | None:
        """Move a file whose loads have all landed to ``inbox/loaded/<source>/``."""
        if not file.exists():
            return None
        folder = self.root.inbox / "loaded" / source
        folder.mkdir(parents=True, exist_ok=True)
        make_private(file)
        self._take_erased_out(source, file)
        if not file.exists():
            return None
        target = place_for(file, folder)
        rename_durably(file, target)
        self._reached(POINTS[3])
        return target

    def loaded_files(self, load: Load) -> tuple[Path, ...]:
        """Files in ``inbox/loaded/`` that the load may have come from."""
        name = self.ledger.manifest_of(load.load_id).get("file_name")
        folder = self.root.inbox / "loaded" / load.source
        if not name or not folder.is_dir():
            return ()
        stem, suffix = Path(name).stem, Path(name).suffix
        return tuple(
            sorted(
                file
                for file in folder.iterdir()
                if file.suffix == suffix and file.stem.split("~")[0] == stem.split("~")[0]
            )
        )

    def recover(self) -> Recovery:
        """Put right what a killed run left; call it with the writer lock held.

        ``StateError`` when the ledger knows loads whose folders are gone.
        """
        removed = self._clear_partial()
        known = self.ledger.known_ids()
        folders = {
            folder.name: folder
            for folder in sorted(self.root.landing.glob("*/*/*"))
            if not folder.relative_to(self.root.landing).parts[0].startswith(".")
        }
        missing = known - folders.keys()
        if missing:
            raise StateError(
                f"{counted(len(missing), 'load is', 'loads are')} in the ledger and not in landing/, "
                f"first {sorted(missing)[0]}",
                str(self.root.landing),
                "restore landing/ from your copy of it",
            )
        strays = [folders[name] for name in sorted(folders.keys() - known)]
        for folder in strays:
            manifest = _read_manifest(folder)
            self.ledger.enter(_load(manifest), manifest=manifest)
        return Recovery(removed, len(strays), self._reopen_without_quarantine())

    def _write(self, batch: Batch, load_id: str) -> Load:
        aside = self.root.landing / ".partial" / load_id
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        manifest = self._manifest(batch, load_id)
        try:
            with full_disk_explained(self.root.landing):
                manifest |= self._write_rows(batch, load_id, aside / ROWS)
        except duckdb.Error as unreadable:
            manifest["unreadable"] = type(unreadable).__name__
            self._write_nothing(batch, aside / ROWS)
        manifest["left_out"] += _not_landed(manifest)
        if manifest["rows"]:
            manifest["notes"] += twice_encoded_note(
                self.connection, aside / ROWS, batch.spec.columns
            )
        if batch.path is not None and manifest["rows"]:
            absent = absent_columns(self.connection, aside / ROWS)
            manifest["absent_columns"] = absent
            manifest["notes"] += narrower_note(
                self.ledger, batch.source, batch.spec.stream, batch.origin, absent
            )
        if batch.skip_known and not manifest["rows"] and "unreadable" not in manifest:
            shutil.rmtree(aside)
            return self._nothing_new(batch, manifest)
        (aside / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
        for file in (aside / ROWS, aside / MANIFEST, aside):
            sync_file(file)
        self._reached(POINTS[0])
        return self._settle(aside, batch.source, batch.spec.stream, manifest)

    def _settle(self, aside: Path, source: str, stream: str, manifest: dict[str, Any]) -> Load:
        folder = self._folder(source, stream, manifest["load_id"])
        if folder.exists():
            rename_durably(folder, aside.with_suffix(".replaced"))
        rename_durably(aside, folder)
        self._reached(POINTS[1])
        load = _load(manifest)
        self.ledger.enter(load, manifest=manifest)
        self._reached(POINTS[2])
        shutil.rmtree(aside.with_suffix(".replaced"), ignore_errors=True)
        return load

    def _manifest(self, batch: Batch, load_id: str) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "load_id": load_id,
            "source": batch.source,
            "vendor": batch.spec.vendor,
            "stream": batch.spec.stream,
            "content_id": batch.content_id,
            "as_of": batch.as_of.astimezone(UTC).isoformat(),
            "origin": batch.origin,
            "delivery": str(batch.delivery),
            "columns": list(batch.spec.columns),
            "expected_rows": batch.expected_rows,
            "parsed_rows": 0,
            "rows": 0,
            "problems": list(batch.problems),
            "notes": list(batch.notes),
            "missing_columns": list(batch.missing_columns),
            "missing_remedy": batch.missing_remedy,
            "left_out": [[left.what, left.rows] for left in batch.left_out],
            "cursor": batch.cursor,
            "file_name": batch.path.name if batch.path else None,
        }

    def _write_rows(self, batch: Batch, load_id: str, file: Path) -> dict[str, Any]:
        select = _landed_rows_sql(batch, load_id)
        is_anybody_erased = self._tombstones.exist()
        does_anybody_object = batch.source in self._sources and self._objections.exist()
        if not (batch.skip_known or is_anybody_erased or does_anybody_object):
            rows = _copy(self.connection, select, file)
            return {"parsed_rows": rows, "rows": rows}
        everything = file.with_name("all.parquet")
        parsed = _copy(self.connection, select, everything)
        counts: dict[str, Any] = {"parsed_rows": parsed, "rows": parsed}
        if is_anybody_erased:
            counts |= self._without_erased(batch, everything)
        if does_anybody_object:
            counts |= self._without_objectors(batch, everything)
        if batch.skip_known:
            unknown = self._unknown_rows_sql(batch, everything)
            counts["rows"] = _copy(self.connection, unknown, file)
            everything.unlink()
        else:
            everything.rename(file)
        return counts

    def _without_erased(self, batch: Batch, everything: Path) -> dict[str, Any]:
        """Take people who were erased out of rows that were just written; counts if there were any."""
        found = self._find_erased(batch, f"read_parquet('{quoted(str(everything))}')")
        if not found:
            return {}
        keys = named_keys(self.connection)
        self._erased_in.setdefault(str(batch.path), set()).update(keys)
        shorter = everything.with_name("living.parquet")
        rows = write_without(
            self.connection,
            f"read_parquet('{quoted(str(everything))}')",
            batch.spec,
            shorter,
            values_of(keys, source=batch.source, vendor=batch.spec.vendor),
        )
        shorter.replace(everything)
        return {"rows": rows, "erased": {"rows": found.about, "masked": found.mentioning}}

    def _without_objectors(self, batch: Batch, everything: Path) -> dict[str, Any]:
        """Take out what people object to; counts if there was any. The file that was read keeps it."""
        rows_sql = f"read_parquet('{quoted(str(everything))}')"
        self._objections.prepare(self.connection)
        kept_out = kept_out_sql(
            batch.spec,
            self._sources[batch.source],
            rows_sql,
            self._countries.get(batch.source),
        )
        if kept_out is None:
            return {}
        self.connection.execute(f"create or replace temp table kept_out as {kept_out}")
        found = self.connection.execute("select count(*) from kept_out").fetchall()[0][0]
        if not found:
            return {}
        shorter = everything.with_name("agreed.parquet")
        rows = _copy(
            self.connection,
            f"select r.* from {rows_sql} as r anti join kept_out "
            "on kept_out._load_id = r._load_id and kept_out._row = r._row "
            "order by r._load_id, r._row",
            shorter,
        )
        shorter.replace(everything)
        return {"rows": rows, "objected": int(found)}

    def _look_for_erased(self, batch: Batch, load_id: str) -> None:
        """Know again whom a file names that had landed before: it is put away without them."""
        rows = f"({_landed_rows_sql(batch, load_id)})"
        with suppress(duckdb.Error):  # what cannot be read has landed as no row, either
            if self._find_erased(batch, rows):
                self._erased_in.setdefault(str(batch.path), set()).update(
                    named_keys(self.connection)
                )

    def _find_erased(self, batch: Batch, rows_sql: str) -> Named:
        self._tombstones.prepare(self.connection)
        return find_named(
            self.connection,
            rows_sql,
            batch.spec,
            country=self._countries.get(batch.source),
            hits_sql=BY_TOMBSTONE,
        )

    def _take_erased_out(self, source: str, file: Path) -> None:
        """Take people who were erased out of a file that has been read, before it is kept."""
        keys = self._erased_in.pop(str(file), None)
        found = rewritten(file, values_of(keys, source=source)) if keys else None
        if found is not None:
            replace_file(file, found[0])

    def _unknown_rows_sql(self, batch: Batch, everything: Path) -> str:
        """Rows that differ from the newest accepted version of their key."""
        pulled = f"select * from {parquet_sql([everything])}"
        known = [
            self.rows_file(load)
            for load in self.ledger.loads(
                state=LoadState.ACCEPTED, source=batch.source, stream=batch.spec.stream
            )
            if load.rows
        ]
        if not known:
            return pulled
        return f"""
            with pulled as ({pulled}),
            newest as (
                select _native_id, arg_max(_hash, (_as_of, _load_id, _row)) as _hash
                from {parquet_sql(known)}
                where _native_id in (select _native_id from pulled)
                group by _native_id
            )
            select pulled.* from pulled anti join newest using (_native_id, _hash)
        """

    def _write_nothing(self, batch: Batch, file: Path) -> None:
        columns = [f"null::varchar as {_name(column)}" for column in batch.spec.columns]
        stamps = [f"null::{kind} as {name}" for name, kind in PROVENANCE.items()]
        _copy(self.connection, f"select {', '.join(columns + stamps)} where false", file)

    def _nothing_new(self, batch: Batch, manifest: Mapping[str, Any]) -> Load:
        if batch.cursor is not None:
            self.ledger.set_cursor(batch.source, batch.spec.stream, batch.cursor)
        return replace(_load(manifest), state=LoadState.ACCEPTED, is_new=False)

    def _clear_partial(self) -> int:
        partial = self.root.landing / ".partial"
        leftovers = sorted(partial.iterdir()) if partial.is_dir() else []
        for leftover in leftovers:
            if leftover.suffix == ".replaced":
                self._restore(leftover)
            shutil.rmtree(leftover, ignore_errors=True)
        return len(leftovers)

    def _restore(self, replaced: Path) -> None:
        """Bring a refused load back that was set aside for a new reading which never came."""
        manifest = _read_manifest(replaced)
        folder = self._folder(manifest["source"], manifest["stream"], manifest["load_id"])
        if not folder.exists():
            rename_durably(replaced, folder)

    def _reopen_without_quarantine(self) -> int:
        """Have loads judged again whose list of quarantined rows is gone: it can be rebuilt."""
        gone = [
            load
            for load in self.ledger.loads(state=LoadState.ACCEPTED)
            if load.quarantined and not quarantine_file(self.root, load).exists()
        ]
        for load in gone:
            self.ledger.reopen(load.load_id)
        return len(gone)

    def _folder(self, source: str, stream: str, load_id: str) -> Path:
        return self.root.landing / source / stream / load_id


def parquet_sql(files: Iterable[Path]) -> str:
    """A DuckDB table function over Parquet files, whose columns may have grown over time.

    A load whose rows were merged with others' (``landing.merge``) is a link to a shared file;
    its rows alone are read from there.
    """
    own: list[Path] = []
    shared: dict[Path, list[str]] = {}
    for file in files:
        if file.is_symlink():
            shared.setdefault(file.resolve(), []).append(file.parent.name)
        else:
            own.append(file)
    parts = [_read_sql(own)] if own or not shared else []
    for file, loads in shared.items():
        ids = ", ".join(f"'{quoted(load)}'" for load in loads)
        parts.append(f"(from {_read_sql([file])} where _load_id in ({ids}))")
    if len(parts) == 1:
        return parts[0]
    return "(" + " union all by name ".join(f"(from {part})" for part in parts) + ")"


def _read_sql(files: Iterable[Path]) -> str:
    names = ", ".join(f"'{quoted(str(file.resolve()))}'" for file in files)
    return f"read_parquet([{names}], union_by_name = true)"


def _landed_rows_sql(batch: Batch, load_id: str) -> str:
    """A batch's rows with every column as text and where each row came from."""
    columns = ",\n".join(f"{_name(c)}::varchar as {_name(c)}" for c in batch.spec.columns)
    content = [*(_name(c) for c in batch.spec.columns), "_raw", "_extra"]
    values = ", ".join(f"coalesce({c}::varchar, chr(30))" for c in content)
    return f"""
        with handed_over as (
            select null::varchar as _absent where false
            union all by name
            select * from ({batch.rows_sql})
        ),
        hashed as (
            select *, md5(concat_ws(chr(31), {values})) as _hash from handed_over
        )
        select
            {columns},
            '{quoted(batch.source)}' as _source,
            coalesce(nullif(trim(_native_id::varchar), ''), _hash) as _native_id,
            '{load_id}' as _load_id,
            timestamptz '{batch.as_of.astimezone(UTC).isoformat()}' as _as_of,
            '{quoted(batch.origin)}' as _file,
            _row::bigint as _row,
            _hash,
            _raw::varchar as _raw,
            _extra::varchar as _extra,
            _absent
        from hashed
    """


def _copy(connection: duckdb.DuckDBPyConnection, select: str, file: Path) -> int:
    """Write a select to Parquet; returns its number of rows."""
    counted = connection.execute(
        f"copy ({select}) to '{quoted(str(file))}' (format parquet, compression zstd, "
        "compression_level 1)"
    ).fetchall()
    return int(counted[0][0])


def _name(column: str) -> str:
    return f'"{column}"'


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = int(manifest["format"])
    except (OSError, ValueError, KeyError):
        raise StateError(
            "a folder in landing/ is not a load",
            str(folder),
            "move it out of landing/; only the project writes there",
        ) from None
    if version > FORMAT:
        raise StateError(
            f"a load has format {version}, this version reads up to {FORMAT}",
            str(folder),
            "install the newer version of Customer 360",
        )
    return manifest


def _not_landed(manifest: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Rows a reader handed over that did not land: every one is accounted for."""
    if "unreadable" in manifest:
        return [("rows that could not be read", manifest["expected_rows"])]
    erased = int(manifest.get("erased", {}).get("rows", 0))
    objected = int(manifest.get("objected", 0))
    known = manifest["parsed_rows"] - manifest["rows"] - erased - objected
    left = [(ERASED_ROWS, erased)] if erased else []
    left += [(OBJECTED_ROWS, objected)] if objected else []
    return [*left, ("rows that have landed before as they are", known)] if known else left


def _load(manifest: Mapping[str, Any]) -> Load:
    return Load(
        load_id=manifest["load_id"],
        source=manifest["source"],
        vendor=manifest["vendor"],
        stream=manifest["stream"],
        state=LoadState.LANDED,
        as_of=datetime.fromisoformat(manifest["as_of"]),
        origin=manifest["origin"],
        rows=manifest["rows"],
        delivery=Delivery(manifest["delivery"]),
        left_out=tuple(LeftOut(what, rows) for what, rows in manifest.get("left_out", ())),
    )
