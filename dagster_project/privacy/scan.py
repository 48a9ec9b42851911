"""Looks for values in every byte of a folder: raw, decompressed, and decoded where a file is a table.

Belongs here: finding, for proof. Does not belong here: removing; it shares no rule with that.
"""

import bz2
import gzip
import lzma
import re
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import duckdb
import numpy as np

from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.duckdb.session import quoted, session

_UNPACK: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ\x00", lzma.decompress),
)


@dataclass(frozen=True)
class Hit:
    """Where one of the values stands; ``within``: the archive's member or the table."""

    file: Path
    within: str
    values: int


class Needles:
    """Values to look for, in any case; short ones are left out: they are other things too."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values = frozenset(v.strip().lower() for v in values if len(v.strip()) >= 5)
        self._wanted = sorted(value.encode() for value in self.values)

    def find(self, data: bytes, *, whole: bool) -> set[bytes]:
        """Which of them stand in bytes of lower case. ``whole``: not as a part of another's word."""
        found: set[bytes] = set()
        for value, place in self._places(data):
            if value not in found and not (whole and _is_part(data, place, place + len(value))):
                found.add(value)
        return found

    def _places(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        if len(self._wanted) > _FEW:
            for windows in self._windows:
                yield from windows.places(data)
            return
        for value in self._wanted:
            place = data.find(value)
            while place >= 0:
                yield value, place
                place = data.find(value, place + 1)

    @cached_property
    def _windows(self) -> tuple["_Windows", ...]:
        by_width: dict[int, list[bytes]] = {}
        for value in self._wanted:
            by_width.setdefault(min(len(value), 8), []).append(value)
        return tuple(_Windows(width, values) for width, values in by_width.items())


_FEW = 20
"""Up to so many values each is searched for by itself."""


class _Windows:
    """Many values at once: of each the few bytes that fewest of them share, at every place.

    Strings of a DuckDB block stand one behind the other, so words cannot be looked up; and an
    alternation of thousands is tried one by one by ``re``.
    """

    def __init__(self, width: int, values: list[bytes]) -> None:
        self._mask = np.uint64((1 << 8 * width) - 1)
        shared = Counter(part for v in values for part in {*_parts(v, width)})
        self._wanted: dict[int, list[tuple[bytes, int]]] = {}
        for value in values:
            rarest = min(_parts(value, width), key=lambda part: shared[part])
            self._wanted.setdefault(int.from_bytes(rarest, "little"), []).append(
                (value, value.index(rarest))
            )
        self._maybe = np.zeros(1 << _BITS, dtype=bool)
        self._maybe[_hashed(np.array([*self._wanted], dtype=np.uint64))] = True

    def places(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """The values that stand in some bytes, and where each begins."""
        padded = data + bytes(16)
        for start in range(8):
            windows = np.frombuffer(padded, "<u8", (len(data) - start) // 8 + 1, start)
            windows = windows & self._mask
            for place in np.flatnonzero(self._maybe[_hashed(windows)]).tolist():
                for value, offset in self._wanted.get(int(windows[place]), ()):
                    begin = start + 8 * place - offset
                    if begin >= 0 and data[begin : begin + len(value)] == value:
                        yield value, begin


def _is_part(data: bytes, begin: int, end: int) -> bool:
    """Whether the word goes on: ``kayan@example.org`` is not ``yan@example.org``."""
    before, after = data[begin - 1 : begin] if begin else b"", data[end : end + 2]
    return bool(_WORD_ENDS.fullmatch(before)) or bool(_WORD_GOES_ON.match(after))


_WORD_ENDS = re.compile(rb"[0-9a-z_.+\x80-\xff-]")
_WORD_GOES_ON = re.compile(rb"[0-9a-z_\x80-\xff]|[.-][0-9a-z]")

_BITS = 22
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: the golden ratio of 64 bits


def _hashed(windows: "np.typing.NDArray[np.uint64]") -> "np.typing.NDArray[np.uint64]":
    return (windows * _SPREAD) >> np.uint64(64 - _BITS)


def _parts(value: bytes, width: int) -> Iterator[bytes]:
    return (value[start : start + width] for start in range(len(value) - width + 1))


def scan(folder: Path, values: Iterable[str]) -> tuple[Hit, ...]:
    """Every file below a folder that holds one of the values, in whatever form."""
    needles = Needles(values)
    hits: list[Hit] = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            hits += _scan_file(file, needles)
    return tuple(hits)


def _scan_file(file: Path, needles: Needles) -> Iterator[Hit]:
    data = file.read_bytes()
    seen: set[bytes] = set()
    is_table = False
    for within, text in _tables(file, data):
        is_table = True
        seen |= needles.find(text, whole=False)
        found = needles.find(text, whole=True)
        if found:
            yield Hit(file, within, len(found))
    texts = [("", data.lower())] if is_table else _texts(data, "")
    for within, text in texts:
        # strings of a block stand one behind the other: there a word's end says nothing
        found = needles.find(text, whole=not is_table) - seen
        if found:
            yield Hit(file, within or "bytes", len(found))


def _texts(data: bytes, within: str) -> Iterator[tuple[str, bytes]]:
    """Bytes as they are, as text in every encoding they may have, and what is packed in them."""
    yield within, data.lower()
    if any(data[:200_000].translate(None, _ASCII)):
        yield within, _lower(data.decode("utf-8", "replace"))
    if b"\x00" in data[:200]:
        yield within, _lower(data.decode("utf-16-le", "replace"))
        yield within, _lower(data.decode("utf-16-be", "replace"))
    if b"\\u00" in data or b"\\/" in data:
        plain = re.sub(rb"\\u00([0-7][0-9a-fA-F])", lambda m: bytes([int(m[1], 16)]), data)
        yield within, _lower(plain.replace(b"\\/", b"/").decode("utf-8", "replace"))
    if b"%40" in data:
        yield within, data.replace(b"%40", b"@").lower()
    for magic, unpack in _UNPACK:
        if data.startswith(magic):
            try:
                yield from _texts(unpack(data), f"{within}!")
            except (OSError, EOFError, lzma.LZMAError, ValueError):
                return
    if data[:2] == b"PK":
        yield from _members(data, within)


def _members(data: bytes, within: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from _texts(archive.read(name), f"{within}!{name}")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError):
        return


def _tables(file: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    if data[:4] == b"PAR1":
        with session() as connection:
            yield from _rows(connection, "rows", f"read_parquet('{quoted(str(file))}')")
    elif data[8:12] == b"DUCK":
        with session() as connection:
            connection.execute(f"attach '{quoted(str(file))}' as looked_at (read_only)")
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() "
                "where database_name = 'looked_at'"
            ).fetchall():
                place = ".".join(map(identifier, ("looked_at", schema, table)))
                yield from _rows(connection, f"{schema}.{table}", place)
    elif data.startswith(b"SQLite format 3"):
        yield from _sqlite(file)


def _rows(
    connection: duckdb.DuckDBPyConnection, within: str, source: str
) -> Iterator[tuple[str, bytes]]:
    columns = [name for name, *_ in connection.execute(f"describe from {source}").fetchall()]
    listed = ", ".join(f"{identifier(column)}::varchar" for column in columns)
    connection.execute(f"select lower(concat_ws(chr(10), {listed})) from {source}")
    while rows := connection.fetchmany(20_000):
        yield within, "\n".join(text for (text,) in rows).encode()


def _sqlite(file: Path) -> Iterator[tuple[str, bytes]]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        names = [
            name
            for (name,) in connection.execute(
                "select name from sqlite_master where type='table'"
            )
        ]
        for name in names:
            rows = connection.execute(f'select * from "{name}"').fetchall()
            values = (value for row in rows for value in row if value is not None)
            yield name, _lower("\n".join(map(str, values)))
    finally:
        connection.close()


def _lower(text: str) -> bytes:
    return text.lower().encode("utf-8", "replace")


_ASCII = bytes(range(128))
