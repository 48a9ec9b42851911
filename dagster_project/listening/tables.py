"""Texts of a file in, judgements of them out: one row per row, in the file's order."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.duckdb.output_file import write_atomically
from dagster_project.listening.label_model import BATCH, LabelModel


def read_texts(file: Path, columns: Sequence[str]) -> Iterator[tuple[list[str], ...]]:
    """Columns of a CSV or Parquet file as texts, a batch of rows at a time; nothing is ''.

    Raises:
        Customer360Error: the file cannot be read, or has no such column.
    """
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = true")
        try:
            relation = (
                connection.read_parquet(str(file))
                if file.suffix.lower() == ".parquet"
                else connection.read_csv(str(file), all_varchar=True, header=True)
            )
            missing = [name for name in columns if name not in relation.columns]
            if missing:
                raise Customer360Error(
                    f"the file has no column {', '.join(missing)}",
                    str(file),
                    f"use one of: {', '.join(relation.columns)}",
                )
            wanted = ", ".join(f"coalesce({identifier(name)}::varchar, '')" for name in columns)
            reader = relation.project(wanted).fetch_arrow_reader(BATCH)
            for batch in reader:
                yield tuple(column.to_pylist() for column in batch.columns)
        except duckdb.Error as error:
            raise Customer360Error(
                "the file cannot be read as a table", str(file), "write it as CSV or Parquet"
            ) from error


def classify_file(model: LabelModel, file: Path, column: str, out: Path) -> int:
    """Write ``label`` and ``confidence`` for every row of a file; returns how many.

    A row without text has neither: there is nothing to judge.
    """
    judged = [_judged(model, texts) for (texts,) in read_texts(file, [column])]
    with duckdb.connect() as connection:
        connection.register("judged", pa.Table.from_batches(judged, _SCHEMA))
        write_atomically(connection, "from judged", out)
    return sum(len(batch) for batch in judged)


_SCHEMA = pa.schema({"label": pa.string(), "confidence": pa.float32()})


def _judged(model: LabelModel, texts: Sequence[str]) -> pa.RecordBatch:
    filled = [text for text in texts if text.strip()]
    said = iter(zip(*model.judge(filled), strict=True))
    rows = [next(said) if text.strip() else (None, None) for text in texts]
    return pa.record_batch(
        [
            pa.array([label for label, _ in rows], pa.string()),
            pa.array([sure for _, sure in rows], pa.float32()),
        ],
        schema=_SCHEMA,
    )
