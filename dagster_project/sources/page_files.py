"""Pages of a social network's API that somebody saved to a file.

Belongs here: what such files of all vendors share. Does not belong here: telling a vendor's
entities apart (``mastodon_pages``, ``bluesky_pages``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch, LeftOut
from dagster_project.sources.api_batches import Row, RowShape, write_rows
from dagster_project.sources.exports import as_of, delivery_of
from dagster_project.sources.http_answers import parse_time
from dagster_project.sources.json_rows import JsonFile
from dagster_project.sources.members import Member


def page_batch(
    shape: RowShape,
    rows: Sequence[Row],
    *,
    member: Member,
    source: SourceConfig,
    file: JsonFile,
    workdir: Path,
    newest: datetime | None,
    notes: Iterable[str] = (),
    left_out: tuple[LeftOut, ...] = (),
) -> Batch:
    """The rows of one stream of a file, dated by the newest time inside it."""
    work = workdir / f"{shape.spec.stream}.ndjson"
    write_rows(rows, work)
    return Batch(
        spec=shape.spec,
        source=source.name,
        content_id=file.text.sha256,
        as_of=as_of(member, source, newest),
        origin=member.label,
        rows_sql=shape.rows_sql(work),
        expected_rows=len(rows),
        delivery=delivery_of(shape.spec, source),
        path=member.origin,
        notes=(*file.notes, *notes),
        left_out=left_out,
    )


def left_out_of(file: JsonFile) -> tuple[LeftOut, ...]:
    """What a whole reading of a file passed over, its broken lines included."""
    broken = len(file.broken_lines)
    lines = (LeftOut("lines that are no JSON", broken),) if broken else ()
    return file.rest.left_out_by_name() + lines


def distinct(rows: Iterable[Row]) -> list[Row]:
    """Rows in their order, each content once: pages repeat what they quote."""
    return list({(row.native_id, row.entity): row for row in rows}.values())


def newest_time(texts: Iterable[object]) -> datetime | None:
    """The latest of these ISO times; what is no time is passed over."""
    times = (_time_of(text) for text in texts)
    return max((at for at in times if at is not None), default=None)


def _time_of(text: object) -> datetime | None:
    try:
        return parse_time(text) if isinstance(text, str) else None
    except ValueError:
        return None
