"""Bluesky's API pages as files: feeds, posts, profiles, notifications, threads, and snapshots.

A snapshot (as AT-proto's tests write them) is an object of pages or entities under free names.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Batch
from dagster_project.sources.api_batches import Entity
from dagster_project.sources.bluesky_rows import (
    LOGGED_IN_ONLY,
    is_withheld,
    post_row,
    post_shape,
    profile_row,
    profile_shape,
)
from dagster_project.sources.json_rows import open_json, peek_values, read_values
from dagster_project.sources.members import Member
from dagster_project.sources.page_files import distinct, left_out_of, newest_time, page_batch
from dagster_project.sources.remainder import OTHER_VALUES, Remainder

_PROFILE = frozenset({"did", "handle"})
_POST = frozenset({"uri", "cid", "author", "record", "indexedAt"})
_DETAILS = frozenset({"description", "followersCount", "indexedAt"})
_WRAPPERS = ("feed", "posts", "profiles", "notifications", "thread", "actors")
_DEEPEST = 3  # a snapshot holds pages, a page a list, a list entities


def sniff(member: Member) -> tuple[str, ...] | None:
    """``profile`` and ``post`` as the page holds them; ``None`` when it is not Bluesky's."""
    values = peek_values(member.path, _is_known)[:50]
    found = [entity for value in values for entity in _entities(value, Remainder())]
    if not found:
        return None
    has_posts = any(_is_post(entity) for entity in found)
    return ("profile", "post") if has_posts else ("profile",)


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch of profiles, those of authors included, and one of posts if there are any."""
    file = open_json(member, workdir)
    entities = [
        entity
        for value in read_values(file, _is_known)
        for entity in _entities(value, file.rest)
    ]
    views = [entity for entity in entities if _is_view(entity)]
    withheld = [view for view in views if is_withheld(view)]
    kept = [view for view in entities if not (_is_view(view) and is_withheld(view))]
    shown = [post_row(view) for view in kept if _is_post(view)]
    posts = distinct(shown)
    file.rest.leave_out("repeats of a post", len(shown) - len(posts))
    file.rest.leave_out("posts shown to logged-in people only", len(withheld))
    profiles = distinct(profile_row(profile) for profile in _profiles(kept))
    newest = newest_time(view["indexedAt"] for view in views) or newest_time(
        entity.get("indexedAt") for entity in entities
    )
    streams = [(profile_shape(source.brand_accounts), profiles)]
    if "post" in (sniff(member) or ()):
        streams.append((post_shape(), posts))
    left_out = left_out_of(file)
    for shape, rows in streams:
        yield page_batch(
            shape,
            rows,
            member=member,
            source=source,
            file=file,
            workdir=workdir,
            newest=newest,
            notes=_withheld_note(len(withheld)) if shape.spec.stream == "post" else (),
            left_out=left_out,
        )
        left_out = ()


def _is_known(value: Any) -> bool:
    return isinstance(value, dict) and any(True for _ in _entities(value, Remainder()))


def _entities(value: Any, rest: Remainder, depth: int = 0) -> Iterator[Entity]:
    """Posts, notifications and profiles of a page, wherever pages keep them."""
    if isinstance(value, list):
        for item in value:
            yield from _entities(item, rest, depth)
    elif isinstance(value, dict):
        yield from _entities_of_object(value, rest, depth)


def _entities_of_object(value: Entity, rest: Remainder, depth: int) -> Iterator[Entity]:
    if _is_view(value) or value.keys() >= _PROFILE:
        yield value
    elif _is_view(value.get("post")):
        yield from _of_feed_or_thread(value)
    elif any(isinstance(value.get(name), list | dict) for name in _WRAPPERS):
        for name in _WRAPPERS:
            inner = value.get(name)
            items = inner if isinstance(inner, list) else [inner] if inner else []
            yield from rest.accounted(
                items, lambda item: _entities(item, rest, depth), _what_it_is
            )
    elif depth < _DEEPEST:
        for inner in value.values():
            yield from _entities(inner, rest, depth + 1)


def _what_it_is(item: Any) -> str:
    return "objects that are no post or profile" if isinstance(item, dict) else OTHER_VALUES


def _of_feed_or_thread(item: Entity) -> Iterator[Entity]:
    """A feed's item with what it answers, or a thread view with all above and below it."""
    waiting: list[Any] = [item]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        if _is_view(node):
            yield node
        answered = node.get("reply")
        if isinstance(answered, dict):
            waiting.extend([answered.get("root"), answered.get("parent")])
        if not _is_view(node):
            waiting.extend([*(node.get("replies") or ()), node.get("parent"), node.get("post")])


def _is_view(value: Any) -> bool:
    """A post view, or a notification, which has the same parts and a reason."""
    return (
        isinstance(value, dict)
        and value.keys() >= _POST
        and isinstance(value["record"], dict)
        and isinstance(value["author"], dict)
        and value["author"].keys() >= _PROFILE
    )


def _is_post(value: Entity) -> bool:
    """Likes and follows come as notifications too; a post's record has a text."""
    return _is_view(value) and "text" in value["record"]


def _profiles(entities: list[Entity]) -> Iterator[Entity]:
    """Every profile of a page, and of authors of whom it has no more than that, the name."""
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        profile = entity["author"] if _is_view(entity) else entity
        found.setdefault(profile["did"], []).append(profile)
    for profiles in found.values():
        detailed = [p for p in profiles if p.keys() & _DETAILS]
        yield from detailed or profiles[:1]


def _withheld_note(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (
        f"{counted(count, 'post')} not stored: shown by the author to logged-in people only "
        f"({LOGGED_IN_ONLY})",
    )
