"""Community forums, in the JSON of Discourse: topics with their posts, lists of topics, categories.

Other forums' exports are read once they are brought into this form: a topic has posts in the order
of their numbers, a post may reply to one of them, one may be the accepted answer.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.envelopes import items_of
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

VENDOR = "discourse"

_POST = frozenset({"id", "post_number", "topic_id"})
_TOPIC = frozenset({"id", "title", "slug"})
_CATEGORY = frozenset({"id", "name", "slug"})
_OF_TOPICS = frozenset({"posts_count", "category_id", "last_posted_at", "post_stream"})
_OF_CATEGORIES = frozenset(
    {"topic_count", "parent_category_id", "topic_url", "read_restricted"}
)

_LISTS = (
    (("topic_list", "topics"), "topic"),
    (("post_stream", "posts"), "post"),
    (("latest_posts",), "post"),
    (("posts",), "post"),
    (("topics",), "topic"),
    (("category_list", "categories"), "category"),
    (("categories",), "category"),
)
"""Where Discourse's answers keep what is a row, and the kind of it."""

_ONE = ("post", "topic", "category")
"""Members under which a webhook has one object."""


def sniff(member: Member) -> tuple[str, ...] | None:
    """The streams of an answer, an export or a webhook; ``None`` when it is no forum's."""
    found: dict[str, None] = {}
    for value in peek_values(member.path, _is_known)[:50]:
        found.update(dict.fromkeys(_streams_of(value)))
    return tuple(sorted(found)) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per stream of the file."""
    file = open_json(member, workdir)
    reading = _Reading(file.rest)
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=_SHAPES,
        rows=(row for value in read_values(file, _is_known) for row in reading.rows(value)),
        expected=sniff(member) or (),
    )


_ASK = "save the answers of /t/ID.json, /latest.json, /posts.json and /categories.json whole"
_SHAPES = (
    Shape(stream_of(VENDOR, "category"), newest=("updated_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "topic"), newest=("bumped_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "post"), newest=("updated_at",), ask_for=_ASK),
)


def _kind_of(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    keys = item.keys()
    if keys >= _POST and {"cooked", "raw"} & keys:
        return "post"
    if keys >= _TOPIC and _OF_TOPICS & keys:
        return "topic"
    return "category" if keys >= _CATEGORY and _OF_CATEGORIES & keys else None


def _is_known(value: Any) -> bool:
    return any(_streams_of(value))


def _streams_of(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    kind = _kind_of(value)
    if kind:
        yield kind
    for path, of in _LISTS:
        items = pick(value, *path)
        if isinstance(items, list) and any(_kind_of(item) == of for item in items):
            yield of
    for name in _ONE:
        if kind is None and _kind_of(value.get(name)) == name:
            yield name


class _Reading:
    """Rows of answers; what is neither topic, post nor category is counted."""

    def __init__(self, rest: Remainder) -> None:
        self._rest = rest

    def rows(self, value: Row) -> Iterator[tuple[str, Row]]:
        """Pairs of a stream and its row."""
        kind = _kind_of(value)
        if kind:
            yield from self._of(value)
        is_empty = kind is None
        for path, _ in _LISTS:
            items = pick(value, *path)
            if isinstance(items, list) and items:
                is_empty = False
                above = pick(value, *path[:-1])
                listed = items_of(above, path[-1], self._rest, beside=frozenset(above))
                yield from self._rest.accounted(listed, self._of, _what_it_is)
        for name in _ONE:
            if kind is None and _kind_of(value.get(name)) == name:
                is_empty = False
                yield from self._of(value[name])
        if is_empty:
            self._rest.leave_out(OTHER_VALUES)

    def _of(self, item: Any) -> Iterator[tuple[str, Row]]:
        kind = _kind_of(item)
        if kind == "topic":
            row = _taken(item, stream_of(VENDOR, "topic").columns)
            accepted = item.get("accepted_answer")
            if isinstance(accepted, dict):
                row["accepted_answer_post_number"] = accepted.get("post_number")
            row["_raw"] = {key: v for key, v in item.items() if key != "post_stream"}
            yield kind, row
        elif kind:
            row = _taken(item, stream_of(VENDOR, kind).columns)
            yield kind, row | {"_raw": item}
            for inner in self._rest.objects_in(item, "subcategory_list"):
                yield from self._of(inner)


def _taken(item: Row, columns: tuple[str, ...]) -> Row:
    """The members that are columns; one that is not there says nothing of its column."""
    return {name: item[name] for name in columns if name in item}


def _what_it_is(item: Any) -> str:
    return "objects of a forum that are not read" if isinstance(item, dict) else OTHER_VALUES
