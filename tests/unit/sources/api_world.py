"""A small social world on loopback, a company that pulls it, and what has landed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson

from dagster_project.config.sources import SourceConfig
from dagster_project.demo.server import FaultPlan, ServerHandle, serve
from dagster_project.demo.server.run import TOKEN
from dagster_project.domain.loads import Batch, LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.posts import POSTS, living_posts, threads_of
from dagster_project.landing.store import LandingZone, parquet_sql
from dagster_project.sources.pull import PULLERS, ApiAccess, RetryPolicy, Window
from tests.unit.sources.inbox import source_of

START = datetime(2026, 10, 1, 8, tzinfo=UTC)
QUAY_DID = "did:plc:quay"
STREAMS = {"mastodon": ("account", "status"), "bluesky": ("profile", "post")}

Entity = dict[str, Any]


def at(minutes: float) -> datetime:
    """So many minutes after the world began."""
    return START + timedelta(minutes=minutes)


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class ApiWorld:
    """Entities in the making; ``write`` puts them where the server looks for them."""

    folder: Path
    accounts: dict[str, Entity] = field(default_factory=dict)
    statuses: dict[str, Entity] = field(default_factory=dict)
    profiles: dict[str, Entity] = field(default_factory=dict)
    posts: dict[str, Entity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account("1", "quay", "quay", "social.example.org")
        self.profile("quay")

    def account(self, number: str, username: str, acct: str, host: str, **more: Any) -> Entity:
        url = f"https://{host}/@{username}"
        entity = {
            "id": number, "username": username, "acct": acct, "url": url, "uri": url,
            "display_name": username.title(), "note": "", "fields": [], "bot": False,
            "locked": False, "created_at": iso(START), "followers_count": 1,
            "following_count": 1, "statuses_count": 0, "roles": [], **more,
        }  # fmt: skip
        self.accounts[number] = entity
        return entity

    def person(self, number: int) -> Entity:
        known = self.accounts.get(str(100 + number))
        name = f"ada{number}"
        return known or self.account(
            str(100 + number), name, f"{name}@example.org", "example.org"
        )

    def status(self, number: int, author: str = "", **more: Any) -> Entity:
        """A status of the brand, of ``author``, or of a person who mentions the brand."""
        account = self.accounts[author] if author else self.person(number % 7)
        parent = more.pop("parent", None)
        mentions = more.pop("mentions", author != "1")
        entity = {
            "id": status_id(number), "uri": f"{account['uri']}/{number}",
            "url": f"{account['url']}/{number}", "created_at": iso(at(number)),
            "edited_at": None, "account": account, "content": f"<p>post {number}</p>",
            "visibility": "public", "sensitive": False, "spoiler_text": "", "language": "en",
            "in_reply_to_id": parent and status_id(parent),
            "in_reply_to_account_id": parent
            and self.statuses[status_id(parent)]["account"]["id"],
            "replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "tags": [],
            "mentions": [{"id": "1", "username": "quay", "acct": "quay"}] if mentions else [],
            "reblog": None, **more,
        }  # fmt: skip
        self.statuses[entity["id"]] = entity
        return entity

    def profile(self, name: str, **more: Any) -> Entity:
        entity = {
            "did": f"did:plc:{name}", "handle": f"{name}.example.org",
            "displayName": name.title(), "description": "", "createdAt": iso(START),
            "indexedAt": iso(START), "labels": [], "followersCount": 1, "followsCount": 1,
            "postsCount": 0, **more,
        }  # fmt: skip
        self.profiles[entity["did"]] = entity
        return entity

    def post(self, number: int, author: str = "", **more: Any) -> Entity:
        """A post of the brand (``quay``), of ``author``, or of a person who mentions the brand."""
        name = author or f"ada{number % 7}"
        profile = self.profiles.get(f"did:plc:{name}") or self.profile(name)
        parent = more.pop("parent", None)
        record: Entity = {
            "$type": "app.bsky.feed.post", "text": f"post {number}", "langs": ["en"],
            "createdAt": "1999-01-01T00:00:00.000Z",
        }  # fmt: skip
        if parent is not None:
            above = next(p for u, p in self.posts.items() if u.endswith(post_key(parent)))
            root = above["record"].get("reply", {}).get("root", {"uri": above["uri"]})
            record["reply"] = {"root": root, "parent": {"uri": above["uri"], "cid": "c"}}
        elif more.pop("mentions", name != "quay"):
            record["facets"] = [
                {"index": {"byteStart": 0, "byteEnd": 4}, "features": [{"did": QUAY_DID}]}
            ]
        more.pop("mentions", None)
        record |= more.pop("record", {})
        entity = {
            "uri": f"at://{profile['did']}/app.bsky.feed.post/{post_key(number)}",
            "cid": f"cid{number}",
            "author": {k: profile[k] for k in ("did", "handle", "displayName", "labels")},
            "record": record, "replyCount": 0, "repostCount": 0, "likeCount": 0,
            "quoteCount": 0, "indexedAt": iso(at(number)), "labels": [], **more,
        }  # fmt: skip
        self.posts[entity["uri"]] = entity
        return entity

    def write(self) -> Path:
        files = {
            "mastodon/accounts": self.accounts, "mastodon/statuses": self.statuses,
            "bluesky/profiles": self.profiles, "bluesky/posts": self.posts,
        }  # fmt: skip
        for name, entities in files.items():
            file = self.folder / "api" / f"{name}.ndjson"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"".join(orjson.dumps(e) + b"\n" for e in entities.values()))
        return self.folder

    def serve(
        self,
        *,
        moment: datetime | None = None,
        faults: FaultPlan | None = None,
        token: str = TOKEN,
    ) -> ServerHandle:
        return serve(self.write(), at=moment, faults=faults, token=token)


def status_id(number: int) -> str:
    return str(115_000_000_000_000_000 + number)


def post_key(number: int) -> str:
    return f"3l{number:011d}"


def talk(world: ApiWorld, count: int = 40) -> None:
    """Conversations: every third message is the brand's answer to the one two before it."""
    for number in range(1, count + 1):
        if number % 3 == 0:
            world.status(number, author="1", parent=number - 2)
            world.post(number, author="quay", parent=number - 2)
        else:
            world.status(number)
            world.post(number)


@dataclass
class Company:
    """A root that pulls one vendor from a server; every load is accepted."""

    path: Path
    server: ServerHandle
    vendor: str
    access: dict[str, Any] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zone = LandingZone(Root(self.path / f"root_{self.vendor}"))

    @property
    def source(self) -> SourceConfig:
        return source_of(self.vendor, brand_accounts=("quay@social.example.org",))

    def pull(
        self,
        *,
        window: Window | None = None,
        policy: RetryPolicy | None = None,
        pages_per_batch: int = 250,
    ) -> Iterator[Batch]:
        """Batches as they come; nothing lands here."""
        posts = POSTS[self.vendor]
        name = self.source.name
        return PULLERS[self.vendor](
            self.source,
            access=self._access(),
            cursors=self._cursors(),
            window=window,
            known=lambda since: living_posts(self.zone, name, posts, since),
            threads=lambda ids: threads_of(self.zone, name, posts, ids),
            workdir=self.path / "work",
            sleep=self._sleep,
            policy=policy,
            pages_per_batch=pages_per_batch,
        )

    def land(self, *, stop_after: int | None = None, **options: Any) -> int:
        """Pull and land, at most ``stop_after`` batches; returns how many rows were new."""
        new = 0
        for number, batch in enumerate(self.pull(**options), start=1):
            self.batches.append(batch)
            load = self.zone.land(batch)
            if load.is_new:
                new += load.rows
            if load.is_new and load.state is LoadState.LANDED:
                self.zone.ledger.decide(
                    load.load_id,
                    state=LoadState.ACCEPTED,
                    verdict=Verdict("test"),
                    quarantined=0,
                    suite_hash="",
                )
            if number == stop_after:
                break
        return new

    def newest(self, stream: str) -> dict[str, dict[str, Any]]:
        """The newest landed row of every id, without where it came from."""
        files = [
            self.zone.rows_file(load)
            for load in self.zone.ledger.loads(stream=stream)
            if load.rows
        ]
        if not files:
            return {}
        with duckdb.connect() as connection:
            found = connection.execute(
                f"select * from {parquet_sql(files)} qualify row_number() over (partition by "
                "_native_id order by _as_of desc, _load_id desc, _row desc) = 1 "
                "order by _native_id"
            )
            names = [column[0] for column in found.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        hidden = ("_load_id", "_as_of", "_row", "_file", "_source")
        return {
            row["_native_id"]: {k: v for k, v in row.items() if k not in hidden} for row in rows
        }

    def landed(self) -> Mapping[str, dict[str, dict[str, Any]]]:
        """The newest rows of all streams."""
        return {stream: self.newest(stream) for stream in STREAMS[self.vendor]}

    @property
    def notes(self) -> list[str]:
        return [note for batch in self.batches for note in batch.notes]

    def _access(self) -> ApiAccess:
        accounts = {"mastodon": "quay", "bluesky": "quay.example.org"}
        given = {
            "base_url": self.server.mastodon_url,
            "account": accounts[self.vendor],
            "token": self.server.token,
        }
        return ApiAccess(**(given | self.access))

    def _cursors(self) -> dict[str, dict[str, str]]:
        found = {
            stream: self.zone.ledger.cursor_of(self.source.name, stream)
            for stream in STREAMS[self.vendor]
        }
        return {stream: cursor for stream, cursor in found.items() if cursor}

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.server.advance(seconds)
