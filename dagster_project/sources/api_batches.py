"""Entities of an API on their way to a batch: written as NDJSON, read back by DuckDB.

Belongs here: what pulls of all vendors share once an answer is in hand (work files, row SQL,
content ids, windows). Does not belong here: requests (``http``) and a vendor's entities.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from dagster_project.domain.errors import SourceError
from dagster_project.domain.loads import Batch
from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.session import quoted
from dagster_project.sources.http_answers import parse_time

Known = Callable[[datetime], Iterable[str]]
"""Ids of posts that landed, were written since a time, and are not known to be deleted."""

Threads = Callable[[Sequence[str]], Mapping[str, str]]
"""The thread of each of these posts that has ever landed, by post; others are left out."""

Entity = dict[str, Any]

_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_LARGEST_ROW = 128 * 1024 * 1024  # bytes of one line; a cell of 10 MB must pass


@dataclass(frozen=True)
class Window:
    """A stretch of time to pull again: from ``since`` on, before ``until``."""

    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a time lies in the window."""
        return self.since <= at and (self.until is None or at < self.until)

    def __str__(self) -> str:
        until = self.until.isoformat() if self.until else ""
        return f"{self.since.isoformat()}/{until}"


@dataclass(frozen=True)
class Row:
    """One entity as JSON, or none for one that is gone; ``facts`` are columns beside it."""

    native_id: str
    entity: bytes | None
    facts: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, native_id: str, entity: Entity) -> "Row":
        """A row of an entity as received; text outlives the objects it was parsed into."""
        # Sorted keys: an endpoint that orders them differently has not changed the entity.
        body = orjson.dumps(entity, option=orjson.OPT_SORT_KEYS)
        return cls(native_id, body[:1] + body[1:])  # a copy lets go of orjson's wide buffer


@dataclass(frozen=True)
class RowShape:
    """How a vendor's entity becomes the columns of a stream.

    ``columns`` maps a column to SQL over ``entity`` (JSON); ``facts`` are columns that rows
    bring beside the entity. Columns in neither are null.
    """

    spec: StreamSpec
    columns: Mapping[str, str]
    facts: tuple[str, ...] = ()

    def rows_sql(self, file: Path) -> str:
        """The select over one work file, as ``Batch.rows_sql`` wants it."""
        taken = ",\n    ".join(f"{self._column(name)} as {name}" for name in self.spec.columns)
        types = {"row": "BIGINT", "native_id": "VARCHAR", "entity": "JSON"}
        types |= dict.fromkeys(self.facts, "VARCHAR")
        declared = ", ".join(f"{name}: '{kind}'" for name, kind in types.items())
        return (
            f"select\n    {taken},\n    native_id as _native_id,\n    row as _row,\n"
            "    entity::varchar as _raw,\n    null::varchar as _extra\n"
            f"from read_json('{quoted(str(file))}', format = 'newline_delimited', "
            f"columns = {{{declared}}}, maximum_object_size = {_LARGEST_ROW})"
        )

    def _column(self, name: str) -> str:
        of_entity = self.columns.get(name)
        if name not in self.facts:
            return of_entity or "null::varchar"
        return f"coalesce({name}, {of_entity})" if of_entity else name


MOST_PAGES_WITHOUT_NEWS = 50
"""Pages in a row that bring nothing new: services filter lists, and may give some empty ones."""


class Progress:
    """Ends a list that brings nothing new any more, page after page."""

    def __init__(self, what: str, where: str) -> None:
        self._what = what
        self._where = where
        self._seen: set[str] = set()
        self._idle = 0

    def see(self, ids: Iterable[str]) -> None:
        """Take note of a page; ``SourceError`` when too many in a row were known."""
        before = len(self._seen)
        self._seen.update(ids)
        self._idle = 0 if len(self._seen) > before else self._idle + 1
        if self._idle > MOST_PAGES_WITHOUT_NEWS:
            raise SourceError(
                f"{self._what} gives the same again and again",
                self._where,
                "nothing to do here: what has landed stays, and the next run asks again",
            )


def batch_of(
    shape: RowShape,
    rows: Sequence[Row],
    *,
    source: str,
    file: Path,
    as_of: datetime,
    origin: str,
    window: str = "",
    cursor: Mapping[str, str] | None = None,
    notes: Iterable[str] = (),
) -> Batch:
    """Write ``rows`` to ``file`` and describe them as a batch that leaves known rows out.

    ``as_of`` is the vendor's own time of the pull: it is part of the content id, so that a post
    that is hidden and shown again is a new load each time.
    """
    digest = write_rows(rows, file)
    return Batch(
        spec=shape.spec,
        source=source,
        content_id=content_id(window, as_of.isoformat(), digest),
        as_of=as_of,
        origin=origin,
        rows_sql=shape.rows_sql(file),
        expected_rows=len(rows),
        delivery=shape.spec.delivery,
        notes=tuple(notes),
        cursor=dict(cursor) if cursor is not None else None,
        skip_known=True,
    )


def write_rows(rows: Sequence[Row], file: Path) -> str:
    """Write rows as NDJSON, numbered from 1; returns the SHA-256 of what was written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    digest = sha256()
    with file.open("wb") as out:
        for number, row in enumerate(rows, start=1):
            head = orjson.dumps({"row": number, "native_id": row.native_id, **row.facts})
            line = head[:-1] + b',"entity":' + (row.entity or b"null") + b"}\n"
            if b"\\u0000" in line:
                line = _NUL.sub(rb"\1", line)  # readers of the files we publish choke on them
            digest.update(line)
            out.write(line)
    return digest.hexdigest()


def content_id(*parts: str) -> str:
    """One id for a cursor window, the vendor's as-of and the content."""
    return sha256("|".join(parts).encode()).hexdigest()


def text_of(path: str) -> str:
    """SQL for one value of the entity as text; nested values stay JSON."""
    return f"(entity->>'{path}')"  # the arrow binds weaker than "in" and "="


def flag_where(condition: str) -> str:
    """SQL for a condition as the text ``true`` or ``false``."""
    return f"case when coalesce({condition}, false) then 'true' else 'false' end"


def in_list(values: Iterable[str]) -> str:
    """SQL list of lower-cased text literals; never empty, so that ``in`` stays valid."""
    literals = sorted({f"'{quoted(value.lower())}'" for value in values})
    return f"({', '.join(literals) or 'null'})"


def no_threads(_posts: Sequence[str]) -> Mapping[str, str]:
    """Nothing has landed yet."""
    return {}


def look_back_start(as_of: datetime, days: int, unchecked_since: str | None) -> datetime:
    """Since when posts are asked for again: the look-back, or what a broken-off pull left."""
    start = as_of - timedelta(days=days)
    return min(start, parse_time(unchecked_since)) if unchecked_since else start


def in_chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """Consecutive slices of at most ``size`` items."""
    return (items[start : start + size] for start in range(0, len(items), size))
