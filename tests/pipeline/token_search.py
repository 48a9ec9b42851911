"""Looks for a secret in every byte below some folders, in every form it may be written in."""

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

import duckdb


def forms_of(secret: str) -> set[bytes]:
    """A secret as itself, in addresses, JSON, HTML, Python, UTF-16, hex and base64 (any offset)."""
    written = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret)[1:-1])[1:-1],
        escape(secret),
        repr(secret)[1:-1],
    }
    raw = secret.encode()
    coded = {
        encode(b"x" * shift + raw)[4:-4]
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
        for shift in range(3)
    }
    return (
        {text.encode() for text in written}
        | coded
        | {
            raw.hex().encode(),
            secret.encode("utf-16-le"),
        }
    )


def files_with(secret: str, *folders: Path) -> list[str]:
    """Files whose bytes, rows or compressed values hold the secret in one of its forms."""
    forms = forms_of(secret)
    return [
        str(file)
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file() and any(form in part for part in _parts(file) for form in forms)
    ]


def _parts(file: Path) -> Iterator[bytes]:
    """A file's name and bytes, and what databases and columns keep compressed."""
    content = file.read_bytes()
    yield str(file).encode()
    yield content
    if content.startswith(b"SQLite format 3\0"):
        yield from _sqlite_values(file)
    elif file.suffix == ".parquet":
        yield from _rows(f"select cast(t as varchar) from read_parquet('{file}') as t")
    elif file.suffix == ".duckdb":
        yield from _duckdb_values(file)


def _sqlite_values(file: Path) -> Iterator[bytes]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        tables = connection.execute(
            "select name from sqlite_master where type = 'table'"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(f'select * from "{table}"'):
                for value in row:
                    data = value.encode() if isinstance(value, str) else value
                    if isinstance(data, bytes):
                        yield data
                        yield _inflated(data)


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


def _duckdb_values(file: Path) -> Iterator[bytes]:
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall()
        for schema, table in tables:
            for (row,) in connection.execute(
                f'select cast(t as varchar) from "{schema}"."{table}" as t'
            ).fetchall():
                yield str(row).encode()


def _rows(sql: str) -> Iterator[bytes]:
    for (row,) in duckdb.connect().execute(sql).fetchall():
        yield str(row).encode()
