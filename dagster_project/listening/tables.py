"""Texts of a file in, judgements of them out: one row per row, in the file's order."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.duckdb.output_file import write_atomically

BATCH = 10_000
"""Texts that are judged at a time: features are kept of no more."""

_LONGEST = 256 * 1024 * 1024
"""Bytes of one row, at most."""

_MARKS = (",", ";", "\t", "|")


def read_texts(file: Path, columns: Sequence[str]) -> Iterator[tuple[list[str], ...]]:
    """Columns of a CSV, JSON-lines or Parquet file as texts, a batch at a time; nothing is ''.

    Raises:
        Customer360Error: the file cannot be read, or has no such column.
    """
    if file.stat().st_size == 0:
        raise Customer360Error("the file is empty", str(file), "name a file with a table in it")
    if file.suffix.lower() in (".parquet", ".jsonl", ".ndjson", ".json"):
        yield from _read_in_engine(file, columns)
    else:
        yield from _read_csv(file, columns)


def _read_in_engine(file: Path, columns: Sequence[str]) -> Iterator[tuple[list[str], ...]]:
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = true")
        try:
            relation = (
                connection.read_parquet(str(file))
                if file.suffix.lower() == ".parquet"
                else connection.read_json(
                    str(file),
                    maximum_object_size=_LONGEST,
                    sample_size=-1,
                    convert_strings_to_integers=False,
                )
            )
            _require(file, columns, relation.columns)
            wanted = ", ".join(f"coalesce({identifier(name)}::varchar, '')" for name in columns)
            for batch in relation.project(wanted).fetch_arrow_reader(BATCH):
                yield tuple(column.to_pylist() for column in batch.columns)
        except duckdb.Error as error:
            raise Customer360Error(
                "the file cannot be read as a table",
                str(file),
                "write it as CSV, JSON lines or Parquet",
            ) from error


def _read_csv(file: Path, columns: Sequence[str]) -> Iterator[tuple[list[str], ...]]:
    """By the library that reads any text in quotes: a sniffer is led astray by what people write."""
    csv.field_size_limit(_LONGEST)
    try:
        with file.open(encoding=_encoding(file), newline="") as opened:
            mark = _separator(opened.readline(), columns)
            opened.seek(0)
            rows = csv.reader(opened, delimiter=mark)
            header = next(rows, [])
            _require(file, columns, header)
            places = [header.index(name) for name in columns]
            while batch := list(islice(rows, BATCH)):
                filled = [row for row in batch if row]
                yield tuple(
                    [row[place] if place < len(row) else "" for row in filled]
                    for place in places
                )
    except UnicodeError as error:
        raise Customer360Error(
            "the file is not written in UTF-8",
            str(file),
            "save it as “CSV UTF-8”, or as Parquet",
        ) from error
    except csv.Error as error:
        raise Customer360Error(
            f"the file cannot be read as a table ({error})",
            str(file),
            "write it as CSV, JSON lines or Parquet",
        ) from error


def _encoding(file: Path) -> str:
    with file.open("rb") as opened:
        begin = opened.read(2)
    return "utf-16" if begin in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _separator(header: str, columns: Sequence[str]) -> str:
    """The mark that parts the header into the wanted columns; a comma where none does."""
    for mark in _MARKS:
        names = next(csv.reader(io.StringIO(header), delimiter=mark), [])
        if all(name in names for name in columns):
            return mark
    return max(_MARKS, key=header.count) if any(map(header.count, _MARKS)) else ","


def _require(file: Path, columns: Sequence[str], there: Sequence[str]) -> None:
    missing = [name for name in columns if name not in there]
    if missing:
        raise Customer360Error(
            f"the file has no column {', '.join(missing)}",
            str(file),
            f"use one of: {', '.join(there)}",
        )


def classify_file(
    judge: Callable[[Sequence[str]], pa.RecordBatch], file: Path, column: str, out: Path
) -> tuple[int, int]:
    """Write what ``judge`` says of every row of a file: how many there are, and without a text."""
    judged = []
    empty = 0
    for (texts,) in read_texts(file, [column]):
        judged.append(judge(texts))
        empty += sum(not text.strip() for text in texts)
    with duckdb.connect() as connection:
        connection.register("judged", pa.Table.from_batches(judged or [judge([])]))
        write_atomically(connection, "from judged", out)
    return sum(len(batch) for batch in judged), empty


_LABELS = pa.schema({"label": pa.string(), "confidence": pa.float32()})


def label_rows(
    judge: Callable[[Sequence[str]], tuple[Sequence[str], Iterable[float]]],
    texts: Sequence[str],
) -> pa.RecordBatch:
    """``label`` and ``confidence`` of every text; a row without text has neither."""
    said = iter(zip(*judge([text for text in texts if text.strip()]), strict=True))
    rows = [next(said) if text.strip() else (None, None) for text in texts]
    return pa.record_batch(
        [
            pa.array([label for label, _ in rows], pa.string()),
            pa.array([sure for _, sure in rows], pa.float32()),
        ],
        schema=_LABELS,
    )
