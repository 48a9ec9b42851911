"""A batch as the register of collection lets it land: no stream, and no column, without an entry.

A stream that the source's entry does not list gives no row, and its load is refused by name: `c360
regate` reads it again once it is listed. Columns that are left out land empty; so does the raw row,
which would hold them as well. Columns that no reader knows are kept in `_extra`, which no mart shows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Batch, LeftOut
from dagster_project.engines.duckdb.digests import identifier
from dagster_project.engines.duckdb.session import quoted

NOT_REGISTERED = "rows that the register does not let in"


def as_registered(batches: Iterable[Batch], source: SourceConfig) -> Iterator[Batch]:
    """Batches of one source, each no more than its entry allows."""
    for batch in batches:
        if not source.collects(batch.spec.stream):
            yield _without_rows(batch)
        else:
            columns = source.left_out(batch.spec.stream)
            yield _without_columns(batch, columns) if columns else batch


def _without_rows(batch: Batch) -> Batch:
    stream, source = batch.spec.stream, batch.source
    return replace(
        batch,
        rows_sql=f"select * from ({batch.rows_sql}) where false",
        expected_rows=0,
        missing_columns=(),
        problems=(
            f"not_registered: the register has no entry for {stream} of {source}; add it to "
            f"`collect` under sources.{source} in config/sources.yml if it may be collected, "
            "then `c360 regate`",
        ),
        left_out=(*batch.left_out, LeftOut(NOT_REGISTERED, batch.expected_rows)),
    )


def _without_columns(batch: Batch, columns: tuple[str, ...]) -> Batch:
    own = [column for column in columns if column in batch.spec.columns]
    others = [column for column in columns if column not in batch.spec.columns]
    emptied = [f"null::varchar as {identifier(column)}" for column in own]
    emptied.append("null::varchar as _raw")
    if others:
        members = ", ".join(f"'{quoted(label)}', null" for label in others)
        patched = f"json_merge_patch(_extra, json_object({members}))::varchar"
        emptied.append(
            f"case when _extra is not null then nullif({patched}, '{{}}') end as _extra"
        )
    note = (
        f"{counted(len(columns), 'column is', 'columns are')} not collected, as the register says: "
        f"{', '.join(columns)}"
    )
    return replace(
        batch,
        rows_sql=f"select * replace ({', '.join(emptied)}) from ({batch.rows_sql})",
        notes=(*batch.notes, note),
    )
