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
from dagster_project.sources.vendor_fields import FACEBOOK_COMMENT, FACEBOOK_POST

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
    for value in peek_values(member.path, _is_known)[:50]:
        found.update(dict.fromkeys(_streams_of(value)))
    return tuple(sorted(found, reverse=True)) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """Posts and comments of a file, each as one batch."""
    file = open_json(member, workdir, may_be_twice_encoded=True)
    unfinished = _Unfinished()
    reading = _Reading(_configured_page(source), file.rest, unfinished)
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=_SHAPES,
        rows=(row for value in read_values(file, _is_known) for row in reading.rows(value)),
        expected=("comment", *(sniff(member) or ())),
        notes=unfinished.notes,
    )


_ASK = (
    "ask the Graph API for it (fields=id,created_time,updated_tim"
    "e,message,from,permalink_url) and save the new answer"
)
_SHAPES = (
    Shape(
        stream_of(VENDOR, "post"),
        newest=("created_time", "updated_time"),
        is_sparse=True,
        ask_for=_ASK,
    ),
    Shape(
        stream_of(VENDOR, "comment"),
        newest=("created_time", "changed_time"),
        is_sparse=True,
        ask_for=_ASK,
    ),
)


def _is_known(value: Any) -> bool:
    return _is_webhook(value) or any(_streams_of(value))


def _is_webhook(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("object") == "page"
        and isinstance(value.get("entry"), list)
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
    if _is_webhook(value):
        kinds = {
            _kind_of_change(change)
            for entry in value["entry"]
            for _, change in _changes(entry, Remainder())
        }
        yield from sorted(kind for kind in kinds if kind)
        return
    if value.get("data") == []:
        yield "comment"  # an empty page is a page
    for item in _items(value, Remainder()):
        kind = _kind_of(item)
        if kind:
            yield kind
        if kind == "post" and pick(item, "comments", "data"):
            yield "comment"


def _items(value: Any, rest: Remainder) -> Iterator[Any]:
    """Posts and comments of a page; also of a page's own object with its feed inside."""
    for item in items_of(value, "data", rest):
        edges = [pick(item, edge, "data") for edge in _EDGES]
        lists = [edge for edge in edges if isinstance(edge, list) and edge]
        if lists:
            yield from (inner for edge in lists for inner in edge)
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


class _Reading:
    """Rows of pages and webhooks; what is neither post nor comment is counted."""

    def __init__(self, page: str | None, rest: Remainder, unfinished: _Unfinished) -> None:
        self._page = page
        self._rest = rest
        self._unfinished = unfinished

    def rows(self, value: Any) -> Iterator[tuple[str, Row]]:
        """Pairs of a stream and its row."""
        if _is_webhook(value):
            for entry in value["entry"]:
                changes = _changes(entry, self._rest)
                yield from self._rest.accounted(
                    changes, self._of_change, lambda _change: "changes of no post or comment"
                )
        else:
            items = _items(value, self._rest)
            yield from self._rest.accounted(items, self._of_item, _what_it_is)

    def _of_change(self, found: tuple[Row, Row]) -> Iterator[tuple[str, Row]]:
        entry, change = found
        kind = _kind_of_change(change)
        if kind == "post":
            yield kind, _changed_post(entry, change["value"])
        elif kind == "comment":
            yield kind, _changed_comment(entry, change["value"])

    def _of_item(self, item: Any) -> Iterator[tuple[str, Row]]:
        kind = _kind_of(item)
        if kind == "post":
            yield kind, self._post(item)
            post_id = str(item["id"])
            page = _page_of(post_id, self._page)
            yield from self._thread(item, post_id, page, None)
        elif kind == "comment":
            yield from self._comment(item, _post_of(item, self._page), self._page, None)

    def _thread(
        self, above: Row, post_id: str | None, page: str | None, parent: str | None
    ) -> Iterator[tuple[str, Row]]:
        edge = edge_of(above, "comments", self._rest)
        self._unfinished.see(edge)
        what = "comments of another kind"
        for comment in self._rest.children_in(edge, "data", what=what):
            if "id" in comment:
                yield from self._comment(comment, post_id, page, parent)
            else:
                self._rest.leave_out(what)

    def _comment(
        self, comment: Row, post_id: str | None, page: str | None, parent: str | None
    ) -> Iterator[tuple[str, Row]]:
        self._check(comment, "from", "parent")
        row = _comment_row(comment, post_id, page, parent)
        row["_extra"] = self._rest.extra_of(comment, FACEBOOK_COMMENT) or None
        yield "comment", row
        yield from self._thread(comment, post_id, page, str(comment["id"]))

    def _post(self, post: Row) -> Row:
        self._check(post, "from", "shares")
        row = _post_row(post, self._page)
        row["_extra"] = self._rest.extra_of(post, FACEBOOK_POST) or None
        return row

    def _check(self, item: Row, *parts: str) -> None:
        for part in parts:
            self._rest.object_in(item, part)


def _what_it_is(item: Any) -> str:
    return "objects that are no post or comment" if isinstance(item, dict) else OTHER_VALUES


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


def _changes(entry: Any, rest: Remainder) -> Iterator[tuple[Row, Row]]:
    """The changes of a webhook's entry; what else it tells of is counted."""
    if not isinstance(entry, dict):
        rest.leave_out(OTHER_VALUES)
        return
    for name in ("messaging", "standby"):
        if isinstance(entry.get(name), list):
            rest.leave_out("private messages", len(entry[name]))
    for change in rest.children_in(entry, "changes", what="changes of another kind"):
        if isinstance(change.get("value"), dict):
            yield entry, change
        else:
            rest.leave_out("changes of another kind")


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
