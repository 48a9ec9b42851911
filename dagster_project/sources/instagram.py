"""Instagram: media with their comments, comment pages, webhook changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.json_rows import (
    Row,
    open_json,
    peek_values,
    pick,
    read_values,
    rows_batch,
    unwrap,
)
from dagster_project.sources.members import Member

VENDOR = "instagram"

_MEDIA_ONLY = frozenset(
    {"media_type", "media_product_type", "caption", "comments_count", "media_url"}
)


def sniff(member: Member) -> tuple[str, ...] | None:
    """``media`` and ``comment`` as the file holds them; ``None`` when it is not Instagram's."""
    found: dict[str, None] = {}
    for value in peek_values(member.path)[:50]:
        found.update(dict.fromkeys(_streams_of(value)))
    return tuple(sorted(found, reverse=True)) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """Media and comments of a file, each as one batch."""
    file = open_json(member, workdir, may_be_twice_encoded=True)
    if "media" in (sniff(member) or ()):
        yield rows_batch(
            member,
            source,
            stream_of(VENDOR, "media"),
            workdir,
            (row for value in read_values(file) for row in _media(value)),
            file=file,
            newest=("timestamp",),
            is_sparse=True,
        )
    yield rows_batch(
        member,
        source,
        stream_of(VENDOR, "comment"),
        workdir,
        (row for value in read_values(file) for row in _comments(value)),
        file=file,
        newest=("timestamp",),
        is_sparse=True,
    )


def _streams_of(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    if any(True for _ in _changes(value)):
        yield "comment"
        return
    if value.get("data") == []:
        yield "comment"  # an empty page is a page
    for item in _items(value):
        kind = _kind_of(item)
        if kind:
            yield kind
        if kind == "media" and pick(item, "comments", "data"):
            yield "comment"


def _items(value: Any) -> Iterator[Any]:
    """Media and comments of a page; also of an account's own object with its media inside."""
    for item in unwrap(value, "data"):
        inner = pick(item, "media", "data") or pick(item, "business_discovery", "media", "data")
        yield from inner or [item]


def _kind_of(item: Any) -> str | None:
    if not isinstance(item, dict) or not {"id", "timestamp"} <= item.keys():
        return None
    if _MEDIA_ONLY & item.keys():
        return "media"
    return "comment" if "text" in item else None


def _media(value: Any) -> Iterator[Row]:
    for item in _items(value):
        if _kind_of(item) == "media":
            yield {
                "id": item.get("id"),
                "caption": item.get("caption"),
                "media_type": item.get("media_type"),
                "media_product_type": item.get("media_product_type"),
                "permalink": item.get("permalink"),
                "timestamp": item.get("timestamp"),
                "like_count": item.get("like_count"),
                "comments_count": item.get("comments_count"),
                "username": item.get("username"),
                "owner_id": pick(item, "owner", "id"),
                "_raw": {key: value for key, value in item.items() if key != "comments"},
            }


def _comments(value: Any) -> Iterator[Row]:
    for entry, change in _changes(value):
        # a webhook's comment carries no time of its own: its entry's stands in
        yield _row(
            {"timestamp": entry.get("time"), **change}, pick(change, "media", "id"), None
        )
    for item in _items(value):
        kind = _kind_of(item)
        if kind == "media":
            yield from _thread(pick(item, "comments", "data"), item["id"], None)
        elif kind == "comment":
            yield from _thread([item], pick(item, "media", "id"), None)


def _thread(comments: Any, media_id: str | None, parent: str | None) -> Iterator[Row]:
    for comment in comments or ():
        if isinstance(comment, dict) and "id" in comment:
            yield _row(comment, media_id, parent)
            yield from _thread(pick(comment, "replies", "data"), media_id, comment["id"])


def _row(comment: Row, media_id: str | None, parent: str | None) -> Row:
    return {
        "id": comment.get("id"),
        "media_id": pick(comment, "media", "id") or media_id,
        "parent_id": comment.get("parent_id") or parent,
        "text": comment.get("text"),
        "timestamp": comment.get("timestamp"),
        "username": comment.get("username") or pick(comment, "from", "username"),
        "from_id": pick(comment, "from", "id"),
        "from_username": pick(comment, "from", "username"),
        "hidden": comment.get("hidden"),
        "like_count": comment.get("like_count"),
        "_raw": {key: value for key, value in comment.items() if key != "replies"},
    }


def _changes(value: Any) -> Iterator[tuple[Row, Row]]:
    if not isinstance(value, dict) or value.get("object") != "instagram":
        return
    for entry in value.get("entry") or ():
        for change in entry.get("changes") or ():
            if change.get("field") in ("comments", "live_comments") and pick(
                change, "value", "id"
            ):
                yield entry, change["value"]
