"""What of a social network has landed: which posts to ask for again, and their threads.

Belongs here: look-ups a pull needs so that it asks the API for no more than it must.
Does not belong here: requests (``sources``), or a post's meaning (staging).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dagster_project.landing.store import LandingZone, parquet_sql


@dataclass(frozen=True)
class PostColumns:
    """Names of a stream's columns: when written, when found deleted, and which thread."""

    stream: str
    created_at: str
    deleted_at: str
    thread: str


POSTS = {
    "mastodon": PostColumns("status", "created_at", "deleted_at", "thread_id"),
    "bluesky": PostColumns("post", "indexed_at", "deleted_at", "reply_root_uri"),
}
"""Streams of posts that are asked for again, by vendor."""


def living_posts(
    zone: LandingZone, source: str, posts: PostColumns, since: datetime
) -> list[str]:
    """Ids of posts written since a time whose newest landed row is not a deletion, sorted.

    Only posts that the API itself has handed over: one that came in a saved page may be another
    server's, and asking this one for it would mark it as deleted.
    """
    rows = _rows_sql(zone, source, posts, is_pulled=True)
    if rows is None:
        return []
    found = zone.connection.execute(
        f"""
        select _native_id
        from {rows}
        group by _native_id
        having max(try_cast({posts.created_at} as timestamptz)) >= ?
            and arg_max(coalesce({posts.deleted_at}, ''), (_as_of, _load_id, _row)) = ''
        order by _native_id
        """,
        [since],
    ).fetchall()
    return [row[0] for row in found]


def threads_of(
    zone: LandingZone, source: str, posts: PostColumns, ids: Sequence[str]
) -> Mapping[str, str]:
    """The thread of each of these posts that has ever landed; a post that starts one is its own."""
    rows = _rows_sql(zone, source, posts)
    if rows is None or not ids:
        return {}
    found = zone.connection.execute(
        f"""
        select _native_id, coalesce(max(nullif({posts.thread}, '')), _native_id)
        from {rows}
        where list_contains(?, _native_id)
        group by _native_id
        """,
        [list(ids)],
    ).fetchall()
    return dict(found)


def _rows_sql(
    zone: LandingZone, source: str, posts: PostColumns, *, is_pulled: bool = False
) -> str | None:
    loads = zone.ledger.loads(source=source, stream=posts.stream, is_pulled=is_pulled)
    files = [zone.rows_file(load) for load in loads if load.rows]
    return parquet_sql(files) if files else None
