"""Looks for values in every byte of a folder: raw, decompressed, and decoded where a file is a table.

Belongs here: finding, for proof. Does not belong here: removing; it shares no rule with that.
"""

import bz2
import gzip
import lzma
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import duckdb

from dagster_project.engines.duckdb.session import quoted, session

_FEW = 60
"""Up to so many values each is searched for by itself; beyond, a text's words are looked up."""

_WORD = re.compile(r"[\w.+%@:=-]{4,}")
_PARTS = re.compile(r"[@:=%]|[^\w.+%@:=-]")

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

    def count_in(self, text: str) -> int:
        """How many of them stand in a text."""
        lower = text.lower()
        if len(self.values) <= _FEW:
            return sum(value in lower for value in self.values)
        return len(self.values & _words(lower))


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
    for within, text in _texts(data, ""):
        found = needles.count_in(text)
        if found:
            yield Hit(file, within or "bytes", found)
    for within, text in _tables(file, data):
        found = needles.count_in(text)
        if found:
            yield Hit(file, within, found)


def _texts(data: bytes, within: str) -> Iterator[tuple[str, str]]:
    """The bytes as text in every encoding they may have, and what is packed inside them."""
    yield within, data.decode("utf-8", "replace")
    if b"\x00" in data[:200]:
        yield within, data.decode("utf-16-le", "replace")
        yield within, data.decode("utf-16-be", "replace")
    if b"\\u00" in data or b"\\/" in data:
        plain = re.sub(rb"\\u00([0-7][0-9a-fA-F])", lambda m: bytes([int(m[1], 16)]), data)
        yield within, plain.replace(b"\\/", b"/").decode("utf-8", "replace")
    for magic, unpack in _UNPACK:
        if data.startswith(magic):
            try:
                yield from _texts(unpack(data), f"{within}!")
            except (OSError, EOFError, lzma.LZMAError, ValueError):
                return
    if data[:2] == b"PK":
        yield from _members(data, within)


def _members(data: bytes, within: str) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from _texts(archive.read(name), f"{within}!{name}")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError):
        return


def _tables(file: Path, data: bytes) -> Iterator[tuple[str, str]]:
    if data[:4] == b"PAR1":
        with session() as connection:
            rows = f"read_parquet('{quoted(str(file))}')"
            yield from _rows(connection, "rows", rows)
    elif data[8:12] == b"DUCK":
        with session() as connection:
            connection.execute(f"attach '{quoted(str(file))}' as looked_at (read_only)")
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() "
                "where database_name = 'looked_at'"
            ).fetchall():
                yield from _rows(
                    connection, f"{schema}.{table}", f'looked_at."{schema}"."{table}"'
                )
    elif data.startswith(b"SQLite format 3"):
        yield from _sqlite(file)


def _rows(
    connection: duckdb.DuckDBPyConnection, within: str, source: str
) -> Iterator[tuple[str, str]]:
    found = connection.execute(f"select * from {source}")
    while rows := found.fetchmany(20_000):
        text = "\n".join(str(value) for row in rows for value in row if value is not None)
        yield within, text


def _sqlite(file: Path) -> Iterator[tuple[str, str]]:
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
            yield (
                name,
                "\n".join(str(value) for row in rows for value in row if value is not None),
            )
    finally:
        connection.close()


def _words(text: str) -> set[str]:
    """Words of a text, whole and in their parts; each word is taken apart once."""
    found = set(_WORD.findall(text))
    words = set(found)
    for each in found:
        word = each.strip(".")
        parts = [part.strip(".") for part in _PARTS.split(word)]
        words |= {word, word.lstrip("@"), *parts}
        for start in range(len(parts) - 1):
            words.add("@".join(parts[start : start + 2]))
            words.add(":".join(parts[start:]))
    return words
