"""Facebook: Page feeds with their comments, comment pages, webhook changes.

Comments come nested in their post, replies nested in their comment; both become rows of one
stream. A webhook tells of one change at a time: ``verb`` says what happened to the comment.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
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

VENDOR = "facebook"

_POST_ONLY = frozenset(
    [
        "updated_time",
        "story",
        "status_type",
        "is_published",
        "shares",
        "comments",
        "full_picture",
        "attachments",
        "promotable_id",
        "is_eligible_for_promotion",
    ]
)
_COMMENT_ONLY = frozenset(
    [
        "comment_count",
        "can_hide",
        "can_reply_privately",
        "can_comment",
        "can_remove",
        "is_private",
        "parent",
        "private_reply_conversation",
        "user_likes",
    ]
)
_COMMENT_ITEMS = frozenset({"comment"})
_POST_ITEMS = frozenset({"status", "post", "photo", "video", "share", "album", "note"})


def sniff(member: Member) -> tuple[str, ...] | None:
    """``post`` and ``comment`` as the file holds them; ``None`` when it is not Facebook's."""
    found: dict[str, None] = {}
    for value in peek_values(member.path)[:50]:
        found.update(dict.fromkeys(_streams_of(value)))
    return tuple(sorted(found, reverse=True)) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """Posts and comments of a file, each as one batch."""
    file = open_json(member, workdir, may_be_twice_encoded=True)
    page = _configured_page(source)
    unfinished = _Unfinished()
    if "post" in (sniff(member) or ()):
        yield rows_batch(
            member,
            source,
            stream_of(VENDOR, "post"),
            workdir,
            (row for value in read_values(file) for row in _posts(value, page)),
            file=file,
            newest=("created_time", "updated_time"),
            is_sparse=True,
        )
    yield rows_batch(
        member,
        source,
        stream_of(VENDOR, "comment"),
        workdir,
        (row for value in read_values(file) for row in _comments(value, page, unfinished)),
        file=file,
        newest=("created_time", "changed_time"),
        is_sparse=True,
        notes=unfinished.notes,
    )


class _Unfinished:
    """Lists of comments that go on in pages this file does not hold."""

    def __init__(self) -> None:
        self.lists = 0

    def see(self, edge: Any) -> None:
        self.lists += pick(edge, "paging", "next") is not None

    def notes(self) -> Iterator[str]:
        if self.lists:
            lists = counted(self.lists, "list of comments goes", "lists of comments go")
            yield f"{lists} on in pages this file does not hold"


def _streams_of(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    if value.get("object") == "page" and isinstance(value.get("entry"), list):
        kinds = {_kind_of_change(change) for _, change in _changes(value)}
        yield from sorted(kind for kind in kinds if kind)
        return
    if value.get("data") == []:
        yield "comment"  # an empty page is a page
    for item in _items(value):
        kind = _kind_of(item)
        if kind:
            yield kind
        if kind == "post" and pick(item, "comments", "data"):
            yield "comment"


def _items(value: Any) -> Iterator[Any]:
    """Posts and comments of a page; also of a page's own object with its feed inside."""
    for item in unwrap(value, "data"):
        edges = [pick(item, edge, "data") for edge in _EDGES]
        if any(edges):
            yield from (inner for edge in edges for inner in edge or ())
        else:
            yield item


_EDGES = ("feed", "posts", "published_posts", "visitor_posts", "tagged")


def _kind_of(item: Any) -> str | None:
    if not isinstance(item, dict) or not {"id", "created_time"} <= item.keys():
        return None
    told = len(_POST_ONLY & item.keys()) - len(_COMMENT_ONLY & item.keys())
    if "comments" in item and _COMMENT_ONLY & item.keys():
        told -= 1  # replies of a comment
    if told == 0:
        told = 1 if "permalink_url" in item and "like_count" not in item else -1
    if not {"from", "message", "story", "permalink_url", "like_count"} & item.keys():
        return None
    return "post" if told > 0 else "comment"


def _configured_page(source: SourceConfig) -> str | None:
    numeric = [account for account in source.brand_accounts if account.isdigit()]
    return numeric[0] if len(numeric) == 1 else None


def _posts(value: Any, page: str | None) -> Iterator[Row]:
    for entry, change in _changes(value):
        if _kind_of_change(change) == "post":
            yield _changed_post(entry, change["value"])
    for item in _items(value):
        if _kind_of(item) == "post":
            yield _post_row(item, page)


def _comments(value: Any, page: str | None, unfinished: _Unfinished) -> Iterator[Row]:
    for entry, change in _changes(value):
        if _kind_of_change(change) == "comment":
            yield _changed_comment(entry, change["value"])
    for item in _items(value):
        kind = _kind_of(item)
        if kind == "post":
            edge = item.get("comments")
            unfinished.see(edge)
            yield from _thread(
                pick(edge, "data"), item["id"], _page_of(item["id"], page), unfinished
            )
        elif kind == "comment":
            yield from _thread([item], _post_of(item, page), page, unfinished)


def _thread(
    comments: Any,
    post_id: str | None,
    page: str | None,
    unfinished: _Unfinished,
    parent: str | None = None,
) -> Iterator[Row]:
    for comment in comments or ():
        if not isinstance(comment, dict) or "id" not in comment:
            continue
        yield _comment_row(comment, post_id, page, parent)
        edge = comment.get("comments")
        unfinished.see(edge)
        yield from _thread(pick(edge, "data"), post_id, page, unfinished, comment["id"])


def _post_row(post: Row, page: str | None) -> Row:
    return {
        "id": post.get("id"),
        "page_id": _page_of(str(post.get("id")), page),
        "created_time": post.get("created_time"),
        "updated_time": post.get("updated_time"),
        "message": post.get("message"),
        "story": post.get("story"),
        "from_id": pick(post, "from", "id"),
        "from_name": pick(post, "from", "name"),
        "permalink_url": post.get("permalink_url"),
        "parent_id": post.get("parent_id"),
        "is_hidden": post.get("is_hidden"),
        "is_published": post.get("is_published"),
        "status_type": post.get("status_type"),
        "shares_count": pick(post, "shares", "count"),
        "_raw": {key: value for key, value in post.items() if key != "comments"},
    }


def _comment_row(
    comment: Row, post_id: str | None, page: str | None, parent: str | None
) -> Row:
    return {
        "id": comment.get("id"),
        "post_id": post_id,
        "page_id": page,
        "parent_id": pick(comment, "parent", "id") or parent,
        "created_time": comment.get("created_time"),
        "message": comment.get("message"),
        "from_id": pick(comment, "from", "id"),
        "from_name": pick(comment, "from", "name"),
        "comment_count": comment.get("comment_count"),
        "like_count": comment.get("like_count"),
        "is_hidden": comment.get("is_hidden"),
        "is_private": comment.get("is_private"),
        "permalink_url": comment.get("permalink_url"),
        "_raw": {key: value for key, value in comment.items() if key != "comments"},
    }


def _page_of(post_id: str, page: str | None) -> str | None:
    """A post's id is ``<page>_<post>``."""
    return post_id.split("_", 1)[0] if "_" in post_id else page


def _post_of(comment: Row, page: str | None) -> str | None:
    """A comment's id is ``<post>_<comment>``; the page completes the post's id."""
    post, has_post, _ = str(comment.get("id")).partition("_")
    if not has_post:
        return None
    return f"{page}_{post}" if page else post


def _changes(value: Any) -> Iterator[tuple[Row, Row]]:
    if not isinstance(value, dict) or value.get("object") != "page":
        return
    for entry in value.get("entry") or ():
        for change in entry.get("changes") or ():
            if isinstance(change, dict) and isinstance(change.get("value"), dict):
                yield entry, change


def _kind_of_change(change: Row) -> str | None:
    item = pick(change, "value", "item")
    if change.get("field") != "feed":
        return None
    if item in _COMMENT_ITEMS:
        return "comment"
    return "post" if item in _POST_ITEMS else None


def _changed_comment(entry: Row, value: Row) -> Row:
    post_id = value.get("post_id")
    parent = value.get("parent_id")
    return {
        "id": value.get("comment_id"),
        "post_id": post_id,
        "page_id": entry.get("id"),
        "parent_id": parent if parent != post_id else None,
        "created_time": value.get("created_time"),
        "message": value.get("message"),
        "from_id": pick(value, "from", "id") or value.get("sender_id"),
        "from_name": pick(value, "from", "name") or value.get("sender_name"),
        "is_hidden": {"hide": True, "unhide": False}.get(str(value.get("verb"))),
        "verb": value.get("verb"),
        "changed_time": entry.get("time"),
        "_raw": value,
    }


def _changed_post(entry: Row, value: Row) -> Row:
    return {
        "id": value.get("post_id"),
        "page_id": entry.get("id"),
        "created_time": value.get("created_time"),
        "updated_time": entry.get("time") if value.get("verb") != "add" else None,
        "message": value.get("message"),
        "from_id": pick(value, "from", "id"),
        "from_name": pick(value, "from", "name"),
        "permalink_url": value.get("link"),
        "is_hidden": {"hide": True, "unhide": False}.get(str(value.get("verb"))),
        "is_published": value.get("published"),
        "verb": value.get("verb"),
        "_raw": value,
    }
