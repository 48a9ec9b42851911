"""Bluesky's XRPC queries over a world: profiles, feeds, notifications, threads, search.

Counters (``replyCount``, ``postsCount``) are counted from what is visible, so that they say what the
service would say. A hidden post carries the moderation label ``!hide``.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request

from dagster_project.demo.server.answers import (
    Answer,
    array,
    dumped,
    json_answer,
    limit_of,
    object_of,
    splice,
)
from dagster_project.demo.server.world import Entity, at_moment, newest_moment, read_entities

_PER_REQUEST = 25
_NEEDS_TOKEN = ("app.bsky.notification.", "app.bsky.feed.searchPosts")
_BAD_TOKEN = json_answer({"error": "InvalidToken", "message": "Bad token"}, 401)
_NO_TOKEN = json_answer({"error": "AuthMissing", "message": "Authentication Required"}, 401)
_NO_PROFILE = json_answer({"error": "InvalidRequest", "message": "Profile not found"}, 400)
_NO_POST = json_answer({"error": "NotFound", "message": "Post not found"}, 400)
_TOO_MANY = json_answer({"error": "InvalidRequest", "message": "too many items"}, 400)
_BASIC = (
    "did handle displayName avatar associated viewer labels createdAt verification pronouns"
)


@dataclass(frozen=True, slots=True)
class _Post:
    """One post: what feeds and threads need, and the rest as JSON."""

    uri: str
    author: str
    parent: str | None
    quoted: str | None
    mentioned: tuple[str, ...]
    indexed_at: str
    body: bytes


class BlueskyWorld:
    """The service's answers at one moment."""

    def __init__(self, folder: Path, *, account: str, token: str) -> None:
        self._profiles_file = folder / "profiles.ndjson"
        self._posts_file = folder / "posts.ndjson"
        self._brand_handle = account
        self._token = token

    def newest(self) -> datetime:
        """When the last thing happened in this world."""
        return newest_moment(read_entities(self._posts_file), "indexedAt")

    def show(self, at: datetime) -> None:
        """Build the indexes for one moment."""
        posts, authors = self._visible(at)
        self._index_profiles(at, posts, authors)
        self._posts = {p.uri: p for p in posts if p.author in self._profiles}
        self._index_threads()
        self._index_lists()

    def authorise(self, request: Request) -> Answer | None:
        """401 for a wrong token, and for a query that needs one and got none."""
        given = request.headers.get("authorization")
        if given is None:
            return _NO_TOKEN if any(n in request.url.path for n in _NEEDS_TOKEN) else None
        return None if given == f"Bearer {self._token}" else _BAD_TOKEN

    def profile(self, request: Request) -> Answer:
        """app.bsky.actor.getProfile."""
        did = self._did_of(request.query_params.get("actor", ""))
        return Answer(self._profiles[did]) if did else _NO_PROFILE

    def profiles(self, request: Request) -> Answer:
        """app.bsky.actor.getProfiles: those that are there; the others are left out."""
        actors = request.query_params.getlist("actors")
        if len(actors) > _PER_REQUEST:
            return _TOO_MANY
        dids = [did for actor in actors if (did := self._did_of(actor))]
        return Answer(object_of([("profiles", array(self._profiles[d] for d in dids))]))

    def posts(self, request: Request) -> Answer:
        """app.bsky.feed.getPosts: those that are there; the others are left out."""
        uris = request.query_params.getlist("uris")
        if len(uris) > _PER_REQUEST:
            return _TOO_MANY
        found = array(self._post_bytes(u) for u in dict.fromkeys(uris) if u in self._posts)
        return Answer(object_of([("posts", found)]))

    def author_feed(self, request: Request) -> Answer:
        """app.bsky.feed.getAuthorFeed, newest first."""
        did = self._did_of(request.query_params.get("actor", ""))
        if not did:
            return _NO_PROFILE
        uris, cursor = self._page(request, self._by_author.get(did, []))
        feed = array(object_of([("post", self._post_bytes(uri))]) for uri in uris)
        return Answer(object_of([*cursor, ("feed", feed)]))

    def notifications(self, request: Request) -> Answer:
        """app.bsky.notification.listNotifications, newest first."""
        reasons = set(request.query_params.getlist("reasons"))
        listed = [n for n in self._notified if not reasons or self._reason[n[1]] in reasons]
        uris, cursor = self._page(request, listed)
        items = array(self._notification(uri) for uri in uris)
        return Answer(object_of([*cursor, ("notifications", items)]))

    def thread(self, request: Request) -> Answer:
        """app.bsky.feed.getPostThread."""
        query = request.query_params
        uri = query.get("uri", "")
        if uri not in self._posts:
            return _NO_POST
        depth = min(int(query.get("depth", "6")), 1000)
        height = min(int(query.get("parentHeight", "80")), 1000)
        return Answer(object_of([("thread", self._thread(uri, depth, height))]))

    def search(self, request: Request) -> Answer:
        """app.bsky.feed.searchPosts for mentions of one account, newest first."""
        did = self._did_of(request.query_params.get("mentions", ""))
        listed = [n for n in self._notified if self._reason[n[1]] == "mention"]
        uris, cursor = self._page(request, listed if did == self._brand else [])
        return Answer(object_of([*cursor, ("posts", array(self._post_bytes(u) for u in uris))]))

    def _visible(self, at: datetime) -> tuple[list[_Post], dict[str, Entity]]:
        """Posts in the order of their indexing, and their authors as the posts show them."""
        posts: list[_Post] = []
        authors: dict[str, Entity] = {}
        for seen in at_moment(read_entities(self._posts_file), at, "indexedAt"):
            if seen.is_deleted:
                continue
            post = seen.entity
            if seen.is_hidden:
                label = {"src": "did:example:moderation", "uri": post["uri"], "val": "!hide"}
                post["labels"] = [*(post.get("labels") or ()), label]
            author = post.pop("author")
            authors.setdefault(author["did"], author)
            posts.append(_post_of(post, author["did"]))
        return sorted(posts, key=lambda p: (p.indexed_at, p.uri)), authors

    def _index_profiles(
        self, at: datetime, posts: list[_Post], authors: dict[str, Entity]
    ) -> None:
        shown = {s.entity["did"]: s for s in at_moment(read_entities(self._profiles_file), at)}
        entities = {did: s.entity for did, s in shown.items() if not s.is_deleted}
        entities |= {did: author for did, author in authors.items() if did not in shown}
        counts = Counter(post.author for post in posts)
        self._dids = {e["handle"].lower(): did for did, e in entities.items()}
        self._brand = self._dids.get(self._brand_handle.lower().lstrip("@"))
        basic = _BASIC.split()
        self._basic = {
            did: dumped({k: e[k] for k in basic if e.get(k) is not None})
            for did, e in entities.items()
        }
        self._profiles = {
            did: dumped({**e, "postsCount": counts[did]} if did in counts else e)
            for did, e in entities.items()
        }

    def _index_threads(self) -> None:
        self._replies: dict[str, list[str]] = defaultdict(list)
        for post in self._posts.values():
            if post.parent:
                self._replies[post.parent].append(post.uri)

    def _index_lists(self) -> None:
        self._by_author: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._notified: list[tuple[str, str]] = []
        self._reason: dict[str, str] = {}
        for post in self._posts.values():
            place = (post.indexed_at, post.uri)
            self._by_author[post.author].append(place)
            reason = self._reason_of(post)
            if reason:
                self._notified.append(place)
                self._reason[post.uri] = reason

    def _reason_of(self, post: _Post) -> str | None:
        """Why the brand hears of a post: it answers, mentions or quotes the brand."""
        brand = self._brand
        if brand is None or post.author == brand:
            return None
        if post.parent and _author_of(post.parent) == brand:
            return "reply"
        if brand in post.mentioned:
            return "mention"
        return "quote" if post.quoted and _author_of(post.quoted) == brand else None

    def _post_bytes(self, uri: str) -> bytes:
        post = self._posts[uri]
        count = str(len(self._replies.get(uri, ()))).encode()
        return splice(
            splice(post.body, "author", self._basic[post.author]), "replyCount", count
        )

    def _notification(self, uri: str) -> bytes:
        post = self._posts[uri]
        whole = orjson.loads(post.body)
        head: dict[str, Any] = {k: whole[k] for k in ("uri", "cid", "record", "indexedAt")}
        head |= {
            "reason": self._reason[uri],
            "isRead": False,
            "labels": whole.get("labels", []),
        }
        return splice(orjson.dumps(head), "author", self._basic[post.author])

    def _did_of(self, actor: str) -> str | None:
        return actor if actor in self._profiles else self._dids.get(actor.lower())

    def _page(
        self, request: Request, listed: list[tuple[str, str]]
    ) -> tuple[list[str], list[tuple[str, bytes]]]:
        """Uris of one page, newest first, and the cursor of the next if there is one."""
        query = request.query_params
        size = limit_of(query.get("limit"), 50, 100)
        end = len(listed)
        if "cursor" in query:
            at, _, uri = query["cursor"].partition("::")
            end = bisect_left(listed, (at, uri))
        start = max(0, end - size)
        page = listed[start:end]
        cursor = [("cursor", orjson.dumps("::".join(page[0])))] if start > 0 else []
        return [uri for _, uri in reversed(page)], cursor

    def _thread(self, uri: str, depth: int, height: int) -> bytes:
        """A thread view, built without recursion: threads may be a thousand deep."""
        order, waiting = [], [(uri, 0)]
        while waiting:
            current, level = waiting.pop()
            order.append((current, level))
            if level < depth:
                waiting.extend((reply, level + 1) for reply in self._replies.get(current, ()))
        built: dict[str, bytes] = {}
        for current, level in reversed(order):
            parts = [("$type", _THREAD), ("post", self._post_bytes(current))]
            if level < depth:
                replies = self._replies.get(current, ())
                parts.append(("replies", array(built.pop(reply) for reply in replies)))
            parent = self._posts[current].parent
            if current == uri and height and parent:
                parts.append(("parent", self._parent_view(parent, height - 1)))
            built[current] = object_of(parts)
        return built[uri]

    def _parent_view(self, uri: str, height: int) -> bytes:
        above = [uri]
        while len(above) <= height and above[-1] in self._posts:
            parent = self._posts[above[-1]].parent
            if parent is None or parent in above:
                break
            above.append(parent)
        view = b""
        for current in reversed(above):
            if current not in self._posts:
                missing = {"$type": f"{_DEFS}#notFoundPost", "uri": current, "notFound": True}
                view = orjson.dumps(missing)
                continue
            parts = [("$type", _THREAD), ("post", self._post_bytes(current))]
            view = object_of([*parts, ("parent", view)] if view else parts)
        return view


_DEFS = "app.bsky.feed.defs"
_THREAD = orjson.dumps(f"{_DEFS}#threadViewPost")


def _post_of(post: Entity, author: str) -> _Post:
    record = post["record"]
    post.pop("replyCount", None)  # counted when it is sent
    features = (f for facet in record.get("facets") or () for f in facet["features"])
    return _Post(
        uri=post["uri"],
        author=author,
        parent=record["reply"]["parent"]["uri"] if record.get("reply") else None,
        quoted=((record.get("embed") or {}).get("record") or {}).get("uri"),
        mentioned=tuple(f["did"] for f in features if "did" in f),
        indexed_at=post["indexedAt"],
        body=dumped(post),
    )


def _author_of(uri: str) -> str:
    """The DID of ``at://<did>/<collection>/<key>``."""
    return uri.removeprefix("at://").partition("/")[0]
