"""Writing rows as vendors' files: CSV, JSON lines, JSON documents and zips that never differ.

Belongs here: bytes. Every query that is written names its order, and a zip's members carry the
world's clock, so the same world gives the same bytes.
"""

import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from dagster_project.demo.stage import Stage
from dagster_project.engines.duckdb.session import quoted


def write_csv(stage: Stage, file: Path, sql: str, *, quote_all: bool = False) -> Path:
    """The query's rows with a header line; ``sql`` must order them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    quoting = ", force_quote *" if quote_all else ""
    stage.connection.execute(
        f"copy ({sql}) to '{quoted(str(file))}' (format csv, header true{quoting})"
    )
    return file


def write_lines(stage: Stage, file: Path, sql: str) -> Path:
    """One line per row of a query with one text column; ``sql`` must order them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    cursor = stage.connection.execute(sql)
    with file.open("w", encoding="utf-8", newline="\n") as out:
        while rows := cursor.fetchmany(50_000):
            out.writelines(f"{line}\n" for (line,) in rows)
    return file


def write_text(file: Path, text: str) -> Path:
    """A small file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
    return file


def write_parquet(stage: Stage, file: Path, sql: str) -> Path:
    """A query as Parquet; ``sql`` must order its rows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    stage.connection.execute(
        f"copy ({sql}) to '{quoted(str(file))}' (format parquet, compression zstd)"
    )
    return file


def pack(archive: Path, members: Iterable[tuple[str, Path]], *, at: datetime) -> Path:
    """Move files into a zip, under the given names, dated ``at``."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=2) as out:
        for name, file in members:
            entry = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with file.open("rb") as source, out.open(entry, "w") as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
            file.unlink()
    return archive
