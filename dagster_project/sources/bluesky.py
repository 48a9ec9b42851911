"""Bluesky: mentions, replies, quotes, the brand's own posts and their threads, over XRPC.

The lists of this API go backward only. A pull therefore reads their references down to where the
last one ended, and hands the posts over oldest first: a broken-off pull leaves no gap behind its
cursor. Clocks are ``indexedAt``, which the service sets; ``createdAt`` is whatever a client says.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Batch
from dagster_project.sources.api_batches import (
    Entity,
    Known,
    Progress,
    Row,
    Threads,
    Window,
    batch_of,
    in_chunks,
    look_back_start,
    no_threads,
)
from dagster_project.sources.bluesky_pages import read, sniff
from dagster_project.sources.bluesky_rows import (
    LOGGED_IN_ONLY,
    VENDOR,
    is_withheld,
    post_row,
    post_shape,
    profile_row,
    profile_shape,
)
from dagster_project.sources.http import (
    ApiAccess,
    ApiClient,
    Clock,
    Params,
    RetryPolicy,
    Sleep,
    utc_now,
)
from dagster_project.sources.http_answers import parse_time

__all__ = ["VENDOR", "pull", "read", "sniff"]

_PER_REQUEST = 25  # uris of getPosts, actors of getProfiles
_LARGEST_PAGE = 100
_WHOLE_THREAD = 1000  # the deepest and highest getPostThread goes
_REASONS = ("mention", "reply", "quote")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def pull(
    source: SourceConfig,
    *,
    access: ApiAccess,
    cursors: Mapping[str, Mapping[str, str]],
    window: Window | None = None,
    known: Known,
    threads: Threads = no_threads,
    workdir: Path,
    clock: Clock = utc_now,
    sleep: Sleep = time.sleep,
    policy: RetryPolicy | None = None,
    pages_per_batch: int = 250,
) -> Iterator[Batch]:
    """Batches of profiles and posts since the cursor, or of one ``window``.

    Land each batch before the next is asked for: the cursor of a batch is right once all
    batches before it have landed. Raises ``SourceError`` and ``TransientError``.
    """
    with ApiClient(
        access, source=source.name, clock=clock, sleep=sleep, policy=policy
    ) as client:
        pulling = _Pull(
            source,
            access=access,
            client=client,
            cursor=dict(cursors.get("post", {})),
            known=known,
            threads=threads,
            workdir=workdir,
        )
        yield from pulling.batches(window, pages_per_batch)


@dataclass(frozen=True, order=True)
class _Ref:
    """A post that a list names; ``is_own`` when it stands in the brand's own feed."""

    at: datetime
    uri: str
    is_own: bool = False


class _Pull:
    """What one pull has seen; a post is handed over once per pull."""

    def __init__(
        self,
        source: SourceConfig,
        *,
        access: ApiAccess,
        client: ApiClient,
        cursor: dict[str, str],
        known: Known,
        threads: Threads,
        workdir: Path,
    ) -> None:
        self._source = source
        self._access = access
        self._client = client
        self._cursor = cursor
        self._known = known
        self._threads = threads
        self._workdir = workdir
        self._seen: set[str] = set()
        self._pending: list[Row] = []
        self._oldest: str | None = None  # indexedAt among the pending
        self._authors: dict[str, Entity] = {}
        self._seen_authors: set[str] = set()
        self._unresolved: dict[
            str, set[str]
        ] = {}  # thread → posts it needs and nobody has seen
        self._asked_threads: set[str] = set()
        self._replies_said: dict[str, tuple[int, str]] = {}  # post → replies, thread
        self._replies_seen: Counter[str] = Counter()
        self._withheld = 0
        self._files = 0
        self._notes: list[str] = []

    def batches(self, window: Window | None, pages_per_batch: int) -> Iterator[Batch]:
        reply = self._client.get(
            "/xrpc/app.bsky.actor.getProfile", {"actor": self._access.account.lstrip("@")}
        )
        self._own, self._as_of = reply.body, reply.at
        self._seen_authors.add(self._own["did"])
        known = set(self._known(self._start(window)))
        self._known_uris = known
        refs = self._find_refs(window, known)
        size = pages_per_batch * self._page_size
        groups = [refs[start : start + size] for start in range(0, len(refs), size)]
        for number, group in enumerate(groups or [[]], start=1):
            is_last = number >= len(groups)
            self._take([ref.uri for ref in group])
            self._complete_threads(is_last=is_last)
            before = _window_text(self._cursor)
            if window is None:
                self._move_cursor(group, known, is_last=is_last)
            yield from self._hand_over(f"{window or before}>{_window_text(self._cursor)}")

    @property
    def _page_size(self) -> int:
        return min(self._access.page_limit, _LARGEST_PAGE)

    def _start(self, window: Window | None) -> datetime:
        if window is not None:
            return window.since
        days = self._access.look_back_days
        return look_back_start(self._as_of, days, self._cursor.get("unchecked_since"))

    def _find_refs(self, window: Window | None, known: set[str]) -> list[_Ref]:
        """What to fetch: new posts oldest first, then those that are asked for again.

        In this order a pull that is broken off again and again still gets on.
        The lists are read over the look-back too, for posts that were indexed late.
        """
        last = self._cursor.get("indexed_at")
        floor = window.since if window else parse_time(last) if last else _BEGINNING
        if window is None and last:
            floor -= timedelta(days=self._access.look_back_days)
        swept = {ref.uri: ref for ref in (*self._mentions(floor), *self._own_posts(floor))}
        wanted = window or Window(_BEGINNING)
        new = [r for r in swept.values() if r.uri not in known and wanted.holds(r.at)]
        return [*sorted(new), *(_Ref(_BEGINNING, uri) for uri in sorted(known))]

    def _mentions(self, floor: datetime) -> Iterator[_Ref]:
        path = "/xrpc/app.bsky.notification.listNotifications"
        for page in self._pages(path, {"reasons": _REASONS}, "notifications"):
            for item in page:
                if item["reason"] in _REASONS:
                    yield _Ref(parse_time(item["indexedAt"]), item["uri"])
            if all(parse_time(item["indexedAt"]) < floor for item in page):
                return

    def _own_posts(self, floor: datetime) -> Iterator[_Ref]:
        path = "/xrpc/app.bsky.feed.getAuthorFeed"
        params = {"actor": self._own["did"], "filter": "posts_with_replies"}
        for page in self._pages(path, params, "feed"):
            posts = [item["post"] for item in page if "reason" not in item]  # no reposts
            for post in posts:
                if post["author"]["did"] == self._own["did"]:
                    yield _Ref(parse_time(post["indexedAt"]), post["uri"], is_own=True)
            if posts and all(parse_time(post["indexedAt"]) < floor for post in posts):
                return

    def _pages(self, path: str, params: Params, key: str) -> Iterator[list[Entity]]:
        limit = self._page_size
        cursor: dict[str, str] = {}
        asked: set[str] = set()
        progress = Progress(f"the list {key}", f"GET {path}")
        while True:
            body = self._client.get(path, {**params, "limit": limit, **cursor}).body
            progress.see(map(_uri_of, body[key]))
            if body[key]:
                yield body[key]
            if not body.get("cursor") or body.get("cursor") in asked:
                return  # a cursor that comes again would lead round in a circle
            asked.add(body["cursor"])
            cursor = {"cursor": body["cursor"]}

    def _take(self, uris: Sequence[str]) -> None:
        """Fetch posts as they are now; those not given are asked for alone, if they had landed."""
        for chunk in in_chunks([u for u in uris if u not in self._seen], _PER_REQUEST):
            body = self._client.get("/xrpc/app.bsky.feed.getPosts", {"uris": chunk}).body
            found = {post["uri"]: post for post in body["posts"]}
            for uri in chunk:
                if uri in found:
                    self._add(found[uri])
                elif uri in self._known_uris:
                    self._take_missing(uri)

    def _take_missing(self, uri: str) -> None:
        path = "/xrpc/app.bsky.feed.getPostThread"
        reply = self._client.find(path, {"uri": uri, "depth": 0, "parentHeight": 0})
        thread = reply.body["thread"] if reply else {"notFound": True}
        if "post" in thread:
            self._add(thread["post"])
        elif thread.get("blocked"):
            self._add_absent(uri, {"is_hidden": "true"})
        else:
            self._add_absent(uri, {"deleted_at": self._as_of.isoformat()})

    def _add(self, post: Entity) -> None:
        uri = post["uri"]
        if uri in self._seen:
            return
        self._seen.add(uri)
        self._note_thread(post)
        if is_withheld(post):
            self._withheld += 1
            if uri in self._known_uris:  # it was public once: its text goes
                self._add_absent(uri, {"is_hidden": "true"})
            return
        self._pending.append(post_row(post))
        self._oldest = min(self._oldest or post["indexedAt"], post["indexedAt"])
        author = post["author"]
        if author["did"] not in self._seen_authors:
            self._seen_authors.add(author["did"])
            self._authors[author["did"]] = author

    def _add_absent(self, uri: str, facts: Mapping[str, str]) -> None:
        self._seen.add(uri)
        self._pending.append(Row(uri, None, facts))

    def _note_thread(self, post: Entity) -> None:
        reply = post["record"].get("reply")
        root = reply["root"]["uri"] if reply else post["uri"]
        if reply:
            parent = reply["parent"]["uri"]
            self._replies_seen[parent] += 1
            self._unresolved.setdefault(root, set()).update({root, parent})
        if post.get("replyCount"):
            self._replies_said[post["uri"]] = (post["replyCount"], root)

    def _complete_threads(self, *, is_last: bool) -> None:
        """Fetch what a thread lacks: what a reply answers, and replies that mention nobody.

        Missing replies can only be told once all posts are fetched.
        """
        lacking = {root: needed - self._seen for root, needed in self._unresolved.items()}
        missing = sorted({uri for uris in lacking.values() for uri in uris})
        landed = self._threads(missing) if missing else {}
        for root, uris in sorted(lacking.items()):
            if uris - landed.keys():
                self._fetch_thread(root)
        self._unresolved = {}
        if is_last:
            for root in sorted({root for _, root in self._short()}):
                self._fetch_thread(root)
            self._note_completeness()

    def _fetch_thread(self, root: str) -> None:
        if root in self._asked_threads:
            return
        self._asked_threads.add(root)
        reply = self._client.find(
            "/xrpc/app.bsky.feed.getPostThread",
            {"uri": root, "depth": _WHOLE_THREAD, "parentHeight": _WHOLE_THREAD},
        )
        for post in _posts_of(reply.body["thread"]) if reply else ():
            self._add(post)

    def _short(self) -> list[tuple[str, str]]:
        """Posts that say they have more replies than were seen, each with its thread."""
        return [
            (uri, root)
            for uri, (said, root) in self._replies_said.items()
            if said > self._replies_seen[uri]
        ]

    def _note_completeness(self) -> None:
        short = len(self._short())
        if short:
            self._notes.append(
                f"completeness: {counted(short, 'post has', 'posts have')} replies "
                "the API does not show"
            )
        if self._withheld:
            self._notes.append(
                f"{counted(self._withheld, 'post')} not stored: shown by the author to logged-in "
                f"people only ({LOGGED_IN_ONLY})"
            )

    def _move_cursor(self, group: list[_Ref], known: set[str], *, is_last: bool) -> None:
        new_own = sum(1 for ref in group if ref.is_own and ref.uri not in known)
        self._cursor["own_rows"] = str(int(self._cursor.get("own_rows", "0")) + new_own)
        last = self._cursor.get("indexed_at")
        newest = max(
            [ref.at for ref in group] + ([parse_time(last)] if last else []), default=_BEGINNING
        )
        if newest > _BEGINNING:
            self._cursor["indexed_at"] = newest.isoformat()
        if is_last:
            self._cursor.pop("unchecked_since", None)
            self._note_own_count()
            return
        times = [t for t in (self._oldest, self._cursor.get("unchecked_since")) if t]
        if times:
            self._cursor["unchecked_since"] = min(times)

    def _note_own_count(self) -> None:
        said, landed = self._own.get("postsCount"), int(self._cursor["own_rows"])
        if isinstance(said, int) and said > landed:
            self._notes.append(
                f"completeness: {landed:,} of the account's {counted(said, 'post')} handed over"
            )

    def _hand_over(self, window: str) -> Iterator[Batch]:
        """Profiles first: a cursor may only move past a post whose author has landed."""
        profiles = self._fetch_profiles()
        self._files += 1
        posts, self._pending, self._oldest, self._authors = self._pending, [], None, {}
        notes, self._notes = tuple(self._notes), []
        cursor = self._cursor or None
        own = {*self._source.brand_accounts, self._own["did"]}
        for shape, rows in ((profile_shape(own), profiles), (post_shape(), posts)):
            is_post = shape.spec.stream == "post"
            if not rows and (not is_post or cursor is None):
                continue
            yield batch_of(
                shape,
                rows,
                source=self._source.name,
                file=self._workdir / f"{shape.spec.stream}-{self._files:05d}.ndjson",
                as_of=self._as_of,
                origin=f"Bluesky API, {shape.spec.stream} batch {self._files}",
                window=window,
                cursor=cursor if is_post else None,
                notes=notes if is_post else (),
            )

    def _fetch_profiles(self) -> list[Row]:
        """Whole profiles of the authors seen; a post carries the bare name only."""
        rows = [profile_row(self._own)] if not self._files else []
        for chunk in in_chunks(sorted(self._authors), _PER_REQUEST):
            body = self._client.get("/xrpc/app.bsky.actor.getProfiles", {"actors": chunk}).body
            found = {profile["did"]: profile for profile in body["profiles"]}
            rows.extend(
                profile_row(found[did]) if did in found else self._missing_profile(did)
                for did in chunk
            )
        return rows

    def _missing_profile(self, did: str) -> Row:
        reply = self._client.find("/xrpc/app.bsky.actor.getProfile", {"actor": did})
        if reply:
            return profile_row(reply.body)
        gone = {"handle": self._authors[did]["handle"], "deleted_at": self._as_of.isoformat()}
        return Row(did, None, gone)


def _uri_of(item: Entity) -> str:
    """What a list's item is known by: a notification by its own, a feed's item by its post's."""
    return str(item.get("uri") or item["post"]["uri"])


def _posts_of(thread: Any) -> Iterator[Entity]:
    """All posts of a thread view: what is above it, itself, and what is below."""
    waiting = [thread]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict) or "post" not in node:
            continue  # notFoundPost, blockedPost
        yield node["post"]
        waiting.extend([node.get("parent"), *(node.get("replies") or ())])


def _window_text(cursor: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(cursor.items()))
