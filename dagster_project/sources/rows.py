"""Work files between a reader and DuckDB: one JSON object per line, values as they came.

Every reader writes its rows here, and DuckDB reads them with explicit columns, all text. CSV
takes the same way: DuckDB 1.5.6's own CSV reader returned 0 rows without an error for a file
with CRLF, quoted line breaks and ``parallel=false``, and its errors quote the offending line.
Belongs here: the work file and the select over it. Does not belong here: any vendor.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any, Self

import orjson

from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.sources.presence import Presence


@dataclass(frozen=True)
class RowFile:
    """A written work file: its rows, its longest line in bytes, rows that held NULs."""

    path: Path
    rows: int
    longest: int
    nul_rows: int = 0


def write_rows(
    rows: Iterable[dict[str, Any]], path: Path, presence: Presence | None = None
) -> RowFile:
    """Write rows one per line, as ``RowWriter`` has it."""
    with RowWriter(path, presence) as writer:
        for row in rows:
            writer.write(row)
    return writer.written()


class RowWriter:
    """Writes rows one per line with their 1-based ``_row``; keys are landing columns.

    With ``presence``, ``_absent`` names the stream's columns a row has no key for.

    Values may be nested: DuckDB hands them over as JSON text. ``_raw`` and ``_extra`` are
    objects. Integers beyond 64 bits become text, NUL characters and lone surrogates are left
    out: neither survives the way through a database.
    """

    def __init__(self, path: Path, presence: Presence | None = None) -> None:
        self._path = path
        self._presence = presence
        self._rows = self._longest = self._nul_rows = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._out = path.open("wb", buffering=1 << 20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()

    def write(self, row: dict[str, Any]) -> None:
        """Write one row."""
        self._rows += 1
        absent = self._presence.absent(row) if self._presence else None
        if absent:
            row["_absent"] = absent
        row["_row"] = self._rows
        try:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError:
            line = _dump_cleaned(row)
        if b"\\u0000" in line:
            self._nul_rows += 1
            line = _dump_cleaned(row)
        self._longest = max(self._longest, len(line))
        self._out.write(line)

    def written(self) -> RowFile:
        """What was written, once all of it is."""
        return RowFile(self._path, self._rows, self._longest, self._nul_rows)


def rows_sql(
    spec: StreamSpec,
    file: RowFile,
    *,
    expressions: Mapping[str, str] | None = None,
    extras: Sequence[tuple[str, str]] = (),
    fields: Mapping[str, str] | None = None,
    id_from_content: bool = False,
) -> str:
    """A select of the stream's columns as text and of what stands beside them.

    That is ``_native_id``, ``_row``, ``_raw``, ``_extra`` and ``_absent``.

    ``expressions``: landing column → SQL over the landing columns' raw values (named alike).
    ``extras``: (field of the work file, label) of unknown columns, gathered in ``_extra``.
    ``fields``: landing column → its field in the work file, where that has another name.
    ``id_from_content``: the key column is empty and takes the value of ``_native_id``.
    """
    fields = {column: column for column in spec.columns} | dict(fields or {})
    expressions = expressions or {}
    cells = [
        f"nullif({_name(fields[column])}, '') as {_name(column)}" for column in spec.columns
    ]
    typed = [f"{expressions.get(c, _name(c))} as {_name(c)}" for c in spec.columns]
    names = [
        f"{native_id_sql(spec)} as {_name(c)}"
        if id_from_content and c in spec.key
        else _name(c)
        for c in spec.columns
    ]
    return f"""
with cells as (
    select {", ".join(cells)}, {_extra_sql(extras)} as _extra, _raw, _row, _absent
    from {scan_sql(file, [*fields.values(), *(field for field, _ in extras)])}
),
typed as (select {", ".join(typed)}, _extra, _raw, _row, _absent from cells)
select {", ".join(names)}, {native_id_sql(spec)} as _native_id, _row, _raw, _extra, _absent
from typed
"""


def scan_sql(file: RowFile, fields: Iterable[str]) -> str:
    """A DuckDB table function over a work file; every field as text but ``_row``."""
    columns = dict.fromkeys([*fields, "_raw", "_extra", "_absent"], "varchar") | {
        "_row": "bigint"
    }
    typed = ", ".join(f"'{quoted(name)}': '{kind}'" for name, kind in columns.items())
    size = max(1 << 24, file.longest + 1024)
    return (
        f"read_json('{quoted(str(file.path.resolve()))}', format = 'newline_delimited', "
        f"columns = {{{typed}}}, maximum_object_size = {size})"
    )


def native_id_sql(spec: StreamSpec) -> str:
    """The vendor's id; a hash of the key where it has parts, of the content where it is empty."""
    content = ", ".join(f"coalesce({_name(c)}, chr(30))" for c in spec.columns)
    by_content = f"'row:' || md5(concat_ws(chr(31), {content}, coalesce(_extra, chr(30))))"
    if len(spec.key) == 1:
        return f"coalesce(nullif(trim({_name(spec.key[0])}), ''), {by_content})"
    parts = ", ".join(f"coalesce({_name(column)}, '')" for column in spec.key)
    return f"md5(concat_ws(chr(31), {parts}))"


def inspect(
    file: RowFile, questions: Mapping[str, str], fields: Iterable[str]
) -> dict[str, Any]:
    """Answers of aggregate expressions over a work file, by name; one pass in DuckDB."""
    if not questions or not file.rows:
        return dict.fromkeys(questions)
    selected = ", ".join(f"{sql} as {_name(name)}" for name, sql in questions.items())
    # Spilled rows are personal data: beside the work file, which the next run clears away.
    with session(options=EngineOptions(spill=file.path.parent / "spill")) as connection:
        answer = connection.execute(
            f"select {selected} from {scan_sql(file, fields)}"
        ).fetchone()
    return dict(zip(questions, answer or (), strict=True))


def newest_questions(columns: Sequence[str], until: datetime) -> dict[str, str]:
    """For ``inspect``: the latest time text columns hold, in whatever of the known formats.

    ``until`` is when the file was written: a few later times are impossible dates; many mean
    that the file's own date is not to be trusted.
    """
    if not columns:
        return {}
    newest = f"greatest({', '.join(_instant_sql(_name(column)) for column in columns)})"
    limit = f"timestamptz '{until.isoformat()}' + interval 1 day"
    return {
        "newest": f"max({newest})",
        "newest_until": f"max({newest}) filter ({newest} <= {limit})",
        "times": f"count({newest})",
        "times_later": f"count(*) filter ({newest} > {limit})",
    }


def newest_of(facts: Mapping[str, Any]) -> datetime | None:
    """The latest possible time ``newest_questions`` found, if it found any."""
    if not facts.get("times"):
        return None
    trusted = facts["times_later"] * 10 < facts["times"]
    found = facts["newest_until"] if trusted else facts["newest"]
    return found if isinstance(found, datetime) else None


def _instant_sql(name: str) -> str:
    def where(pattern: str) -> str:
        return f"case when regexp_matches({name}, '{pattern}') then {name} end"

    return f"""coalesce(
        try_cast({where("^[0-9]{4}-[0-9]{2}-[0-9]{2}")} as timestamptz),
        to_timestamp(try_cast({where("^[0-9]{9,10}$")} as double)),
        to_timestamp(try_cast({where("^[0-9]{12,13}$")} as double) / 1000),
        try_strptime({name}, '%a %b %d %H:%M:%S %z %Y')
    )"""


def _extra_sql(extras: Sequence[tuple[str, str]]) -> str:
    if not extras:
        return "_extra"
    pairs = ", ".join(
        f"'{quoted(label)}', nullif({_name(field)}, '')" for field, label in extras
    )
    # A merge patch leaves out what is null; an empty object says nothing and becomes null.
    patched = f"json_merge_patch(coalesce(_extra, '{{}}'), json_object({pairs}))"
    return f"nullif({patched}::varchar, '{{}}')"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _dump_cleaned(row: dict[str, Any]) -> bytes:
    return json.dumps(_clean(row), ensure_ascii=False).encode() + b"\n"


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INT64 = 1 << 63


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, int) and abs(value) >= _INT64:
        return str(value)
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
