"""Mastodon: mentions, the brand's own posts and their threads, over the REST API.

A pull goes forward: ``min_id`` pages start at the oldest post that has not landed, so a broken-off
pull leaves no gap behind its cursor. Both feeds advance together in time, so that a reply comes
after what it answers.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import SourceError
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
from dagster_project.sources.http import (
    ApiAccess,
    ApiClient,
    Clock,
    Params,
    Reply,
    RetryPolicy,
    Sleep,
    utc_now,
)
from dagster_project.sources.http_answers import parse_time
from dagster_project.sources.mastodon_pages import read, sniff
from dagster_project.sources.mastodon_rows import (
    VENDOR,
    account_row,
    account_shape,
    status_of,
    status_row,
    status_shape,
)
from dagster_project.sources.mastodon_threads import MastodonThreads

__all__ = ["VENDOR", "pull", "read", "sniff"]

_STATUSES_PER_REQUEST = 20  # ids in one GET /api/v1/statuses; more is a 422
_LARGEST_PAGE = {"mentions": 80, "own": 40}


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
    """Batches of accounts and statuses since the cursor, or of one ``window``.

    Land each batch before the next is asked for: the cursor of a batch is right once all
    batches before it have landed. Raises ``SourceError`` and ``TransientError``.
    """
    with ApiClient(
        access, source=source.name, clock=clock, sleep=sleep, policy=policy
    ) as client:
        cursor = dict(cursors.get("status", {}))
        pulling = _Pull(
            source,
            access=access,
            client=client,
            cursor=cursor,
            known=known,
            threads=threads,
            workdir=workdir,
        )
        yield from pulling.batches(window, pages_per_batch)


class _Feed:
    """One list of the API, read page by page, with one page in hand to know whether more comes."""

    def __init__(self, client: ApiClient, name: str, path: str, params: Params) -> None:
        self.name = name
        self.is_open = True
        self.position = ""  # time of the newest item taken
        self._client = client
        self._path = path
        self._params = params
        self._page: list[Entity] = []
        self._steps: set[str] = set()
        self._progress = Progress(f"the {name} feed", f"GET {path}")

    def start(self, step: Mapping[str, str]) -> None:
        """Ask for the first page."""
        self._fetch(step)

    def take_forward(self) -> tuple[list[Entity], str]:
        """The page in hand, oldest first, and the id to go on from; asks for the next page."""
        page, newest = self._page, self._newest
        self.position = page[0]["created_at"]
        self._fetch({"min_id": newest})
        return page[::-1], newest

    def take_backward(self) -> list[Entity]:
        """The page in hand, newest first; asks for the page before it."""
        page = self._page
        self._fetch({"max_id": self._oldest})
        return page

    def _fetch(self, step: Mapping[str, str]) -> None:
        if str(step) in self._steps:
            raise SourceError(
                f"the {self.name} feed gives the same page again and again",
                f"GET {self._path}",
                "nothing to do here: what has landed stays, and the next run asks again",
            )
        self._steps.add(str(step))
        reply = self._client.get(self._path, {**self._params, **step})
        self._page = reply.body if isinstance(reply.body, list) else []
        self._progress.see(str(item["id"]) for item in self._page)
        self.is_open = bool(self._page)
        if self._page:
            self._newest = _linked(reply, "prev", "min_id") or self._page[0]["id"]
            self._oldest = _linked(reply, "next", "max_id") or self._page[-1]["id"]


class _Pull:
    """What one pull has seen; a status is handed over once per pull."""

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
        self._workdir = workdir
        self._threads = MastodonThreads(client, threads)
        self._seen: set[str] = set()
        self._seen_accounts: set[str] = set()
        self._pending: list[Row] = []
        self._accounts: list[Row] = []
        self._oldest: str | None = None  # created_at among the pending
        self._files = 0
        self._notes: list[str] = []

    def batches(self, window: Window | None, pages_per_batch: int) -> Iterator[Batch]:
        reply = self._client.get(
            "/api/v1/accounts/lookup", {"acct": self._access.account.lstrip("@")}
        )
        self._own, self._as_of = reply.body, reply.at
        self._add_account(self._own)
        if window is not None:
            self._pull_window(window)
            yield from self._hand_over(str(window), self._cursor or None)
            return
        self._look_back()
        before = _window_text(self._cursor)
        for is_last in self._rounds(pages_per_batch):
            self._move_cursor(is_last=is_last)
            after = _window_text(self._cursor)
            yield from self._hand_over(f"{before}>{after}", self._cursor)
            before = after

    def _look_back(self) -> None:
        """Ask again for what landed lately: edits, deletes, and posts that were hidden."""
        since = look_back_start(
            self._as_of, self._access.look_back_days, self._cursor.get("unchecked_since")
        )
        self._ask_again(self._known(since))

    def _ask_again(self, known: Iterable[str]) -> None:
        ids = sorted(set(known) - self._seen)
        for chunk in in_chunks(ids, _STATUSES_PER_REQUEST):
            reply = self._client.find("/api/v1/statuses", {"id[]": chunk})
            found = {e["id"]: e for e in reply.body} if reply else {}
            for status_id in chunk:
                self._take_again(status_id, found.get(status_id))

    def _take_again(self, status_id: str, entity: Entity | None) -> None:
        if entity is None:  # asked alone: only a clear no is a delete
            path = f"/api/v1/statuses/{quote(status_id, safe='')}"
            reply = self._client.find(path)
            entity = reply.body if reply else None
        if entity is not None:
            self._add(entity)
        elif status_id not in self._seen:
            self._seen.add(status_id)
            self._pending.append(Row(status_id, None, {"deleted_at": self._as_of.isoformat()}))

    def _rounds(self, pages_per_batch: int) -> Iterator[bool]:
        """Read both feeds on; yields after each round whether it was the last."""
        feeds = self._feeds()
        for feed in feeds:
            feed.start({"min_id": self._cursor.get(feed.name, "0")})
        while True:
            for _ in range(pages_per_batch):
                if not any(feed.is_open for feed in feeds):
                    break
                self._advance(min((f for f in feeds if f.is_open), key=lambda f: f.position))
            is_last = not any(feed.is_open for feed in feeds)
            self._complete_threads(is_last=is_last)
            yield is_last
            if is_last:
                return

    def _feeds(self) -> tuple[_Feed, _Feed]:
        own = quote(self._own["id"], safe="")
        paths: dict[str, tuple[str, Params]] = {
            "mentions": ("/api/v1/notifications", {"types[]": "mention"}),
            "own": (f"/api/v1/accounts/{own}/statuses", {}),
        }
        mentions, posts = (
            _Feed(self._client, name, path, {**params, "limit": self._page_size(name)})
            for name, (path, params) in paths.items()
        )
        return mentions, posts

    def _page_size(self, feed: str) -> int:
        return min(self._access.page_limit, _LARGEST_PAGE[feed])

    def _advance(self, feed: _Feed) -> None:
        items, position = feed.take_forward()
        for item in items:
            status = _status_of(item)
            if status is not None:
                self._add(status)
        self._cursor[feed.name] = position
        if feed.name == "own":
            landed = int(self._cursor.get("own_rows", "0")) + len(items)
            self._cursor["own_rows"] = str(landed)

    def _pull_window(self, window: Window) -> None:
        """Page back from the newest post to the start of the window; the cursor stays."""
        for feed in self._feeds():
            feed.start({})
            while feed.is_open:
                page = feed.take_backward()
                for item in page:
                    status = _status_of(item)
                    if status is not None and window.holds(parse_time(item["created_at"])):
                        self._add(status)
                if parse_time(page[-1]["created_at"]) < window.since:
                    break
        self._ask_again(self._known(window.since))
        self._complete_threads(is_last=True)

    def _complete_threads(self, *, is_last: bool) -> None:
        """Fetch what a thread lacks: what a reply answers, and replies that mention nobody.

        Missing replies can only be told once all feeds are read.
        """
        self._find_missing_parents()
        if not is_last:
            return
        for top in self._threads.incomplete():
            self._add_all(self._threads.fetch_whole(top))
        self._find_missing_parents()
        short = self._threads.count_short()
        if short:
            self._notes.append(
                f"completeness: {counted(short, 'post has', 'posts have')} replies "
                "the API does not show"
            )

    def _find_missing_parents(self) -> None:
        self._threads.recall_landed()
        while (orphan := self._threads.next_orphan()) is not None:
            self._add_all(self._threads.fetch_above(orphan))

    def _add_all(self, entities: Iterable[Entity]) -> None:
        for entity in entities:
            self._add(entity)

    def _add(self, entity: Entity) -> None:
        if entity["id"] in self._seen:
            return
        self._seen.add(entity["id"])
        self._threads.add(entity)
        self._add_account(entity["account"])
        self._pending.append(status_row(entity))
        self._oldest = min(self._oldest or entity["created_at"], entity["created_at"])

    def _add_account(self, account: Entity) -> None:
        if account["id"] not in self._seen_accounts:
            self._accounts.append(account_row(account))
            self._seen_accounts.add(account["id"])

    def _move_cursor(self, *, is_last: bool) -> None:
        if is_last:
            self._cursor.pop("unchecked_since", None)
            self._note_own_count()
        else:
            times = [t for t in (self._oldest, self._cursor.get("unchecked_since")) if t]
            if times:
                self._cursor["unchecked_since"] = min(times)

    def _note_own_count(self) -> None:
        said, landed = self._own.get("statuses_count"), int(self._cursor.get("own_rows", "0"))
        if isinstance(said, int) and said > landed:
            self._notes.append(
                f"completeness: {landed:,} of the account's {counted(said, 'post')} handed over"
            )

    def _hand_over(self, window: str, cursor: Mapping[str, str] | None) -> Iterator[Batch]:
        """Accounts first: a cursor may only move past a status whose author has landed."""
        self._files += 1
        statuses = [self._with_thread(row) for row in self._pending]
        accounts, self._accounts = self._accounts, []
        self._pending, self._oldest = [], None
        notes, self._notes = tuple(self._notes), []
        own = {*self._source.brand_accounts, self._own["id"]}
        for shape, rows in (
            (account_shape(own), accounts),
            (status_shape(), statuses),
        ):
            is_status = shape.spec.stream == "status"
            if not rows and (not is_status or cursor is None):
                continue
            yield batch_of(
                shape,
                rows,
                source=self._source.name,
                file=self._workdir / f"{shape.spec.stream}-{self._files:05d}.ndjson",
                as_of=self._as_of,
                origin=f"Mastodon API, {shape.spec.stream} batch {self._files}",
                window=window,
                cursor=cursor if is_status else None,
                notes=notes if is_status else (),
            )

    def _with_thread(self, row: Row) -> Row:
        if row.entity is None:
            return row
        facts = {"thread_id": self._threads.root_of(row.native_id)}
        return Row(row.native_id, row.entity, facts)


def _status_of(item: Entity) -> Entity | None:
    """The status of a list's item: it is one, or a notification of one."""
    return status_of(item) if "type" in item else item


def _linked(reply: Reply, rel: str, parameter: str) -> str | None:
    """One paging parameter of the ``Link`` header; its address is not followed."""
    for part in reply.headers.get("link", "").split(","):
        address, _, relation = part.partition(";")
        if f'rel="{rel}"' in relation:
            values = parse_qs(urlsplit(address.strip(" <>")).query).get(parameter)
            return values[0] if values else None
    return None


def _window_text(cursor: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(cursor.items()))
