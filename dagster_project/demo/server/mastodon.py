"""Mastodon's REST API over a world: lists both ways, statuses, contexts, accounts.

Counters (``replies_count``, ``statuses_count``) are counted from what is visible, so that they say
what the service would say.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import orjson
from starlette.requests import Request

from dagster_project.demo.server.answers import (
    Answer,
    array,
    dumped,
    json_answer,
    limit_of,
    splice,
)
from dagster_project.demo.server.world import Entity, at_moment, newest_moment, read_entities

_NOT_FOUND = json_answer({"error": "Record not found"}, 404)
_BAD_TOKEN = json_answer({"error": "The access token is invalid"}, 401)
_TOO_MANY_IDS = json_answer({"error": "Validation failed: too many ids"}, 422)
_IDS_PER_REQUEST = 20
_UNAUTHENTICATED_ANCESTORS, _UNAUTHENTICATED_DESCENDANTS = 40, 60


@dataclass(frozen=True)
class _Listed:
    """A list of the API: keys ascending as (length, id), and the status of each key."""

    keys: list[tuple[int, str]]
    items: list[str]


@dataclass(frozen=True, slots=True)
class _Post:
    """One status: what lists and threads need, and the rest as JSON."""

    id: str
    author: str
    parent: str | None
    is_direct: bool
    mentioned: tuple[str, ...]
    since: datetime
    body: bytes


class MastodonWorld:
    """The service's answers at one moment."""

    def __init__(self, folder: Path, *, account: str, token: str) -> None:
        self._accounts_file = folder / "accounts.ndjson"
        self._statuses_file = folder / "statuses.ndjson"
        self._brand_name = account
        self._token = token

    def newest(self) -> datetime:
        """When the last thing happened in this world."""
        return newest_moment(read_entities(self._statuses_file), "created_at")

    def show(self, at: datetime) -> None:
        """Build the indexes for one moment."""
        posts, authors = self._visible(at)
        self._index_accounts(at, posts, authors)
        self._posts = {p.id: p for p in posts if p.author in self._accounts}
        self._index_threads()
        self._index_lists()

    def authorise(self, request: Request) -> Answer | None:
        """401 for a wrong token, and for a list that needs one and got none."""
        given = request.headers.get("authorization")
        if given is None:
            needs = request.url.path.startswith("/api/v1/notifications")
            return _BAD_TOKEN if needs else None
        return None if given == f"Bearer {self._token}" else _BAD_TOKEN

    def lookup(self, request: Request) -> Answer:
        """GET /api/v1/accounts/lookup."""
        wanted = request.query_params.get("acct", "").lower()
        found = self._by_acct.get(wanted) or self._by_acct.get(wanted.split("@")[0])
        return Answer(self._accounts[found]) if found else _NOT_FOUND

    def account(self, request: Request) -> Answer:
        """GET /api/v1/accounts/:id."""
        body = self._accounts.get(request.path_params["id"])
        return Answer(body) if body else _NOT_FOUND

    def own_statuses(self, request: Request) -> Answer:
        """GET /api/v1/accounts/:id/statuses."""
        owner = request.path_params["id"]
        if owner not in self._accounts:
            return _NOT_FOUND
        return self._page(request, self._lists.get(owner, _Listed([], [])), 20, 40)

    def notifications(self, request: Request) -> Answer:
        """GET /api/v1/notifications; the world knows mentions only."""
        types = request.query_params.getlist("types[]")
        wanted = not types or "mention" in types
        listed = self._mentions if wanted else _Listed([], [])
        return self._page(request, listed, 40, 80)

    def status(self, request: Request) -> Answer:
        """GET /api/v1/statuses/:id."""
        body = self._status_bytes(request.path_params["id"])
        return Answer(body) if body else _NOT_FOUND

    def statuses(self, request: Request) -> Answer:
        """GET /api/v1/statuses?id[]=: those that are there; the others are left out."""
        ids = request.query_params.getlist("id[]")
        if len(ids) > _IDS_PER_REQUEST:
            return _TOO_MANY_IDS
        bodies = (self._status_bytes(i) for i in dict.fromkeys(ids))
        return Answer(array(body for body in bodies if body))

    def context(self, request: Request) -> Answer:
        """GET /api/v1/statuses/:id/context; cut short for who shows no token."""
        status_id = request.path_params["id"]
        if status_id not in self._posts:
            return _NOT_FOUND
        above, below = self._above(status_id), self._below(status_id)
        if "authorization" not in request.headers:
            above = above[-_UNAUTHENTICATED_ANCESTORS:]
            below = below[:_UNAUTHENTICATED_DESCENDANTS]
        bodies = [
            array(b for i in ids if (b := self._status_bytes(i))) for ids in (above, below)
        ]
        return Answer(b'{"ancestors":' + bodies[0] + b',"descendants":' + bodies[1] + b"}")

    def _visible(self, at: datetime) -> tuple[list[_Post], dict[str, Entity]]:
        """Posts by id, oldest first, and their authors as the posts show them."""
        posts: list[_Post] = []
        authors: dict[str, Entity] = {}
        for seen in at_moment(read_entities(self._statuses_file), at, "created_at"):
            if not seen.is_deleted and not seen.is_hidden:
                author = seen.entity.pop("account")
                authors.setdefault(author["id"], author)
                posts.append(_post_of(seen.entity, author["id"], seen.since))
        return sorted(posts, key=lambda post: _key(post.id)), authors

    def _index_accounts(
        self, at: datetime, posts: list[_Post], authors: dict[str, Entity]
    ) -> None:
        # An account is there from the start: its created_at may lie before the world's.
        shown = {s.entity["id"]: s for s in at_moment(read_entities(self._accounts_file), at)}
        entities = {i: s.entity for i, s in shown.items() if not s.is_deleted}
        entities |= {i: author for i, author in authors.items() if i not in shown}
        counts = Counter(post.author for post in posts if not post.is_direct)
        self._by_acct = {e["acct"].lower(): i for i, e in entities.items()}
        self._accounts = {
            i: dumped({**e, "statuses_count": counts[i]} if i in counts else e)
            for i, e in entities.items()
        }
        name = self._brand_name.lower().lstrip("@")
        self._brand_id = self._by_acct.get(name) or self._by_acct.get(name.split("@")[0])

    def _index_threads(self) -> None:
        self._replies: dict[str, list[str]] = defaultdict(list)
        for post in self._posts.values():
            if post.parent:
                self._replies[post.parent].append(post.id)

    def _index_lists(self) -> None:
        owned: dict[str, list[str]] = defaultdict(list)
        mentions: list[tuple[tuple[int, str], str]] = []
        for post in self._posts.values():
            owned[post.author].append(post.id)
            if post.author != self._brand_id and self._brand_id in post.mentioned:
                mentions.append((_key(_notification_id(post.id, post.since)), post.id))
        mentions.sort()
        self._mentions = _Listed([k for k, _ in mentions], [i for _, i in mentions])
        self._lists = {
            owner: _Listed([_key(i) for i in ids], ids) for owner, ids in owned.items()
        }

    def _status_bytes(self, status_id: str) -> bytes | None:
        post = self._posts.get(status_id)
        if post is None:
            return None
        replies = self._replies.get(status_id, ())
        count = sum(not self._posts[reply].is_direct for reply in replies)
        body = splice(post.body, "account", self._accounts[post.author])
        return splice(body, "replies_count", str(count).encode())

    def _page(self, request: Request, listed: _Listed, default: int, largest: int) -> Answer:
        query = request.query_params
        size = limit_of(query.get("limit"), default, largest)
        keys = listed.keys
        low = max(
            bisect_right(keys, _key(query[name])) if name in query else 0
            for name in ("min_id", "since_id")
        )
        high = bisect_left(keys, _key(query["max_id"])) if "max_id" in query else len(keys)
        if "min_id" in query:
            high = min(high, low + size)
        else:
            low = max(low, high - size)
        positions = range(high - 1, low - 1, -1)
        is_notifications = listed is self._mentions
        items = (
            self._notification(keys[p][1], listed.items[p])
            if is_notifications
            else self._status_bytes(listed.items[p])
            for p in positions
        )
        page = [item for item in items if item]
        headers = _link(request, keys, positions, size) if positions else {}
        return Answer(array(page), headers=headers)

    def _notification(self, notification_id: str, status_id: str) -> bytes:
        post, status = self._posts[status_id], self._status_bytes(status_id) or b"null"
        created_at = post.since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = orjson.dumps(
            {"id": notification_id, "type": "mention", "created_at": created_at}
        )
        return splice(splice(head, "account", self._accounts[post.author]), "status", status)

    def _above(self, status_id: str) -> list[str]:
        above: list[str] = []
        parent = self._posts[status_id].parent
        while parent in self._posts and parent not in above:
            above.insert(0, parent)
            parent = self._posts[parent].parent
        return above

    def _below(self, status_id: str) -> list[str]:
        below: list[str] = []
        waiting = list(reversed(self._replies.get(status_id, ())))
        while waiting:
            current = waiting.pop()
            below.append(current)
            waiting.extend(reversed(self._replies.get(current, ())))
        return below


def _post_of(status: Entity, author: str, since: datetime) -> _Post:
    status.pop("replies_count", None)  # counted when it is sent
    return _Post(
        id=status["id"],
        author=author,
        parent=status.get("in_reply_to_id"),
        is_direct=status.get("visibility") == "direct",
        mentioned=tuple(m["id"] for m in status.get("mentions") or ()),
        since=since,
        body=dumped(status),
    )


def _key(snowflake: str) -> tuple[int, str]:
    """Orders ids as numbers do, without reading them as numbers."""
    return len(snowflake.lstrip("0")), snowflake.lstrip("0")


def _notification_id(status_id: str, since: datetime) -> str:
    """Grows with the time at which the mention appeared; the same for every start."""
    low = int.from_bytes(sha256(status_id.encode()).digest()[:2], "big")
    return str((int(since.timestamp() * 1000) << 16) + low)


def _link(
    request: Request, keys: list[tuple[int, str]], positions: range, size: int
) -> dict[str, str]:
    kept = [(k, v) for k, v in request.query_params.multi_items() if not k.endswith("_id")]
    address = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"

    def to(rel: str, parameter: str, position: int) -> str:
        query = urlencode([*kept, (parameter, keys[position][1])])
        return f'<{address}?{query}>; rel="{rel}"'

    links = [to("next", "max_id", positions[-1])] if len(positions) == size else []
    return {"link": ", ".join([*links, to("prev", "min_id", positions[0])])}
