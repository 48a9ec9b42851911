"""Instagram: media with their comments, comment pages, webhook changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.envelopes import edge_of, items_of
from dagster_project.sources.json_rows import (
    Row,
    Shape,
    batches_of,
    open_json,
    peek_values,
    pick,
    read_values,
)
from dagster_project.sources.members import Member
from dagster_project.sources.remainder import OTHER_VALUES, Remainder
from dagster_project.sources.vendor_fields import INSTAGRAM_COMMENT, INSTAGRAM_MEDIA

VENDOR = "instagram"

_MEDIA_ONLY = frozenset(
    {"media_type", "media_product_type", "caption", "comments_count", "media_url"}
)


def sniff(member: Member) -> tuple[str, ...] | None:
    """``media`` and ``comment`` as the file holds them; ``None`` when it is not Instagram's."""
    found: dict[str, None] = {}
    for value in peek_values(member.path, _is_known)[:50]:
        found.update(dict.fromkeys(_streams_of(value)))
    return tuple(sorted(found, reverse=True)) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """Media and comments of a file, each as one batch."""
    file = open_json(member, workdir, may_be_twice_encoded=True)
    reading = _Reading(file.rest)
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=_SHAPES,
        rows=(row for value in read_values(file, _is_known) for row in reading.rows(value)),
        expected=("comment", *(sniff(member) or ())),
        notes=reading.notes,
    )


_ASK = (
    "ask the Graph API for it (fields=id,timestamp,caption,media_"
    "type,text,username,from) and save the new answer"
)
_SHAPES = (
    Shape(stream_of(VENDOR, "media"), newest=("timestamp",), is_sparse=True, ask_for=_ASK),
    Shape(stream_of(VENDOR, "comment"), newest=("timestamp",), is_sparse=True, ask_for=_ASK),
)


def _is_known(value: Any) -> bool:
    return any(_streams_of(value))


def _is_webhook(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("object") == "instagram"
        and isinstance(value.get("entry"), list)
    )


def _streams_of(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    if _is_webhook(value):
        yield "comment"
        return
    if value.get("data") == []:
        yield "comment"  # an empty page is a page
    for item in _items(value, Remainder()):
        kind = _kind_of(item)
        if kind:
            yield kind
        if kind == "media" and pick(item, "comments", "data"):
            yield "comment"


def _items(value: Any, rest: Remainder) -> Iterator[Any]:
    """Media and comments of a page; also of an account's own object with its media inside."""
    for item in items_of(value, "data", rest):
        inner = pick(item, "media", "data") or pick(item, "business_discovery", "media", "data")
        yield from inner if isinstance(inner, list) and inner else [item]


def _kind_of(item: Any) -> str | None:
    if not isinstance(item, dict) or not {"id", "timestamp"} <= item.keys():
        return None
    if _MEDIA_ONLY & item.keys():
        return "media"
    return "comment" if "text" in item else None


class _Reading:
    """Rows of pages and webhooks; what is neither media nor comment is counted."""

    def __init__(self, rest: Remainder) -> None:
        self._rest = rest
        self._unfinished = 0

    def notes(self) -> Iterator[str]:
        """What is worth a warning."""
        if self._unfinished:
            lists = counted(self._unfinished, "list of comments goes", "lists of comments go")
            yield f"{lists} on in pages this file does not hold"

    def rows(self, value: Any) -> Iterator[tuple[str, Row]]:
        """Pairs of a stream and its row."""
        if _is_webhook(value):
            for entry in value["entry"]:
                yield from self._rest.accounted(
                    self._changes(entry), _of_change, lambda _found: "changes of no comment"
                )
        else:
            items = _items(value, self._rest)
            yield from self._rest.accounted(items, self._of_item, _what_it_is)

    def _changes(self, entry: Any) -> Iterator[tuple[Row, Row]]:
        if not isinstance(entry, dict):
            self._rest.leave_out(OTHER_VALUES)
            return
        for name in ("messaging", "standby"):
            if isinstance(entry.get(name), list):
                self._rest.leave_out("private messages", len(entry[name]))
        for change in self._rest.children_in(entry, "changes", what="changes of another kind"):
            yield entry, change

    def _of_item(self, item: Any) -> Iterator[tuple[str, Row]]:
        kind = _kind_of(item)
        if kind == "media":
            self._rest.object_in(item, "owner")
            row = _media_row(item)
            row["_extra"] = self._rest.extra_of(item, INSTAGRAM_MEDIA) or None
            yield kind, row
            yield from self._thread(item, "comments", item["id"], None)
        elif kind == "comment":
            yield from self._comment(item, pick(item, "media", "id"), None)

    def _thread(
        self, above: Row, edge_name: str, media_id: Any, parent: Any
    ) -> Iterator[tuple[str, Row]]:
        edge = edge_of(above, edge_name, self._rest)
        self._unfinished += pick(edge, "paging", "next") is not None
        what = "comments of another kind"
        for comment in self._rest.children_in(edge, "data", what=what):
            if "id" in comment:
                yield from self._comment(comment, media_id, parent)
            else:
                self._rest.leave_out(what)

    def _comment(self, comment: Row, media_id: Any, parent: Any) -> Iterator[tuple[str, Row]]:
        for part in ("from", "media"):
            self._rest.object_in(comment, part)
        row = _row(comment, media_id, parent)
        row["_extra"] = self._rest.extra_of(comment, INSTAGRAM_COMMENT) or None
        yield "comment", row
        yield from self._thread(comment, "replies", media_id, comment["id"])


def _what_it_is(item: Any) -> str:
    return "objects that are no media or comment" if isinstance(item, dict) else OTHER_VALUES


def _media_row(item: Row) -> Row:
    return {
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


def _of_change(found: tuple[Row, Row]) -> Iterator[tuple[str, Row]]:
    entry, change = found
    is_comment = change.get("field") in ("comments", "live_comments")
    if is_comment and pick(change, "value", "id"):
        comment = change["value"]
        # a webhook's comment carries no time of its own: its entry's stands in
        timed = {"timestamp": entry.get("time"), **comment}
        yield "comment", _row(timed, pick(comment, "media", "id"), None)


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
