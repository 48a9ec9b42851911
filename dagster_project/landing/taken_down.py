"""Posts that their network has taken down: their text leaves landing too, not only the marts.

A network's deletion is a duty (X's compliance, Meta's ``remove``, a server's 404): every landed version
loses what was written and its raw row. Ids, times and threads stay, so that answers keep their place,
and so does the deletion itself. An old export that brings the text again loses it in the same run. The
file that was read is kept as it came until its retention.

Belongs here: which streams say so and where their text is. Does not belong here: what a deletion does to
a conversation (dbt), or erasing a person (``privacy``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.domain.loads import Load, LoadState
from dagster_project.engines.duckdb.session import quoted
from dagster_project.engines.durable import sync_file, sync_folder
from dagster_project.landing.store import LandingZone, parquet_sql


@dataclass(frozen=True)
class Texts:
    """A stream of posts: where its text is, and SQL of a row that says that its post is gone.

    ``told_by``: another stream whose newest row on the post's ``id`` says so.
    """

    vendor: str
    stream: str
    columns: tuple[str, ...]
    gone: str
    told_by: str | None = None


_SAID = "nullif(trim(coalesce({}, '')), '') is not null"
_TRUE = "lower(trim(coalesce({}, ''))) in ('true', 't', 'yes', '1')"

POSTS = (
    Texts("mastodon", "status", ("content", "spoiler_text", "mentions", "tags"), _SAID.format("deleted_at")),
    Texts("bluesky", "post", ("text", "facets", "tags"), _SAID.format("deleted_at")),
    Texts("x", "post", ("text", "links"), "lower(trim(action)) = 'delete'", told_by="compliance"),
    Texts("facebook", "post", ("message", "story", "from_name"), "lower(trim(coalesce(verb, ''))) = 'remove'"),
    Texts("facebook", "comment", ("message", "from_name"), "lower(trim(coalesce(verb, ''))) = 'remove'"),
    Texts(
        "discourse", "post", ("raw", "cooked", "name"),
        f"({_SAID.format('deleted_at')} or {_TRUE.format('user_deleted')})",
    ),
)  # fmt: skip
"""Streams of posts whose vendors say when one was taken down."""

_BESIDE = ("_raw", "_extra")
"""Columns of every row that may hold the text as well."""


def take_down(zone: LandingZone, sources: Iterable[str]) -> int:
    """Empty the texts of posts whose newest word is that they are gone; how many posts were emptied.

    What is empty already costs a look at ids, and writes nothing.
    """
    emptied = 0
    for source in sources:
        for texts in POSTS:
            emptied += _take_down(zone, source, texts)
    return emptied


def _take_down(zone: LandingZone, source: str, texts: Texts) -> int:
    loads = _loads(zone, source, texts.vendor, texts.stream)
    telling = _loads(zone, source, texts.vendor, texts.told_by or texts.stream)
    if not loads or not telling:
        return 0
    work = zone.connection
    own = "id" if texts.told_by else "_native_id"
    work.execute(
        f"""
        create or replace temp table gone_post as
        select {own} as id
        from {_rows(zone, telling)}
        where {own} is not null
        group by {own}
        having arg_max({texts.gone}, (_as_of, _load_id, _row))
        """
    )
    filled = " or ".join(f'"{c}" is not null' for c in (*texts.columns, *_BESIDE))
    found = work.execute(
        f"""
        select _load_id, list(distinct _native_id)
        from {_rows(zone, loads)}
        where _native_id in (select id from gone_post) and ({filled})
        group by _load_id
        """
    ).fetchall()
    posts: dict[str, list[str]] = dict(found)
    # loads that were merged share a file
    files = {zone.rows_file(load).resolve() for load in loads if load.load_id in posts}
    for file in sorted(files):
        _empty(work, file, texts)
    return len({post for ids in posts.values() for post in ids})


def _empty(work: duckdb.DuckDBPyConnection, file: Path, texts: Texts) -> None:
    """Write a file of rows anew, its rows in their order; a kill leaves the old one or the new one."""
    aside = file.with_name(f".{file.name}.taken-down")
    emptied = ", ".join(
        f'case when _native_id in (select id from gone_post) then null else "{c}" end as "{c}"'
        for c in (*texts.columns, *_BESIDE)
    )
    work.execute(
        f"copy (select * replace ({emptied}) from read_parquet('{quoted(str(file))}') "
        f"order by _load_id, _row) to '{quoted(str(aside))}' "
        "(format parquet, compression zstd, compression_level 1)"
    )
    aside.chmod(file.stat().st_mode & 0o7777)
    sync_file(aside)
    aside.replace(file)
    sync_folder(file.parent)


def _loads(zone: LandingZone, source: str, vendor: str, stream: str) -> list[Load]:
    return [
        load
        for load in zone.ledger.loads(source=source, stream=stream)
        if load.vendor == vendor and load.rows and load.state is not LoadState.LANDED
    ]


def _rows(zone: LandingZone, loads: Sequence[Load]) -> str:
    return parquet_sql(zone.rows_file(load) for load in loads)
