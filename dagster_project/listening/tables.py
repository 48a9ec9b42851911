"""Texts of a file in, judgements of them out: one row per row, in the file's order."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.session import quoted
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
            wanted = ", ".join(
                f"coalesce(\"{name.replace(chr(34), chr(34) * 2)}\"::varchar, '')"
                for name in columns
            )
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
    labels: list[str | None] = []
    confidence: list[float | None] = []
    for (texts,) in read_texts(file, [column]):
        filled = [text for text in texts if text.strip()]
        said = iter(zip(*model.judge(filled), strict=True))
        for text in texts:
            label, chance = next(said) if text.strip() else (None, None)
            labels.append(label)
            confidence.append(None if chance is None else float(chance))
    _write(
        pa.table(
            {
                "label": pa.array(labels, pa.string()),
                "confidence": pa.array(confidence, pa.float32()),
            }
        ),
        out,
    )
    return len(labels)


def _write(table: pa.Table, out: Path) -> None:
    """Write a table by the file's ending, aside first and then renamed."""
    form = "format csv, header" if out.suffix.lower() == ".csv" else "format parquet"
    aside = out.with_name(f".{out.name}.partial")
    with duckdb.connect() as connection:
        connection.register("judged", table)
        try:
            connection.execute(f"copy (from judged) to '{quoted(str(aside))}' ({form})")
            aside.replace(out)
        finally:
            aside.unlink(missing_ok=True)
