"""X: archives (``data/tweets.js`` and its parts, ``account.js``), API v2 pages, compliance lists.

An archive does not name the author of its posts: they are the account's owner, found in
``account.js`` beside them, else the one numeric id among the source's ``brand_accounts``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.json_rows import (
    JsonFile,
    Row,
    open_json,
    peek_values,
    pick,
    read_values,
    rows_batch,
    script_kind,
    unwrap,
)
from dagster_project.sources.members import Member
from dagster_project.sources.text import peek

VENDOR = "x"

_TWEET_PARTS = frozenset({"tweet", "tweets"})
_COMPLIANCE = frozenset(
    [
        "delete",
        "deleted",
        "undelete",
        "withhold",
        "scrub_geo",
        "drop",
        "edit",
        "suspend",
        "unsuspend",
        "protect",
        "unprotect",
    ]
)


def sniff(member: Member) -> tuple[str, ...] | None:
    """Streams of an archive part, page or list; ``None`` when it is not X's."""
    kind = script_kind(peek(member.path, 4096).lstrip())
    values = peek_values(member.path)
    if kind:
        return _streams_of_part(kind)
    streams: dict[str, None] = {}
    for value in values[:50]:
        streams.update(dict.fromkeys(_streams_of_value(value)))
    return tuple(streams) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per stream: a page gives posts and users."""
    file = open_json(member, workdir)
    as_of = None
    for stream in sniff(member) or ():
        batch = _batch(member, source, workdir, file, stream)
        if stream == "user" and as_of is not None:
            batch = replace(batch, as_of=as_of)  # a profile is as old as the posts beside it
        as_of = batch.as_of
        yield batch


_NEWEST = {"post": ("created_at",), "compliance": ("redacted_at",)}


def _streams_of_part(kind: str) -> tuple[str, ...] | None:
    if kind in _TWEET_PARTS:
        return ("post",)
    return ("user",) if kind == "account" else None


def _streams_of_value(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    if _is_compliance(value):
        yield "compliance"
        return
    if _is_archived(value):
        yield "post"
        return
    if isinstance(value.get("account"), dict) and "accountId" in value["account"]:
        yield "user"
        return
    items = unwrap(value, "data")
    if "meta" in value and "result_count" in (value["meta"] or {}) and "data" not in value:
        yield "post"  # an empty page is a page
    if any(map(_is_post, items)) or any(map(_is_post, _included(value, "tweets"))):
        yield "post"
    if any(map(_is_user, items)) or any(map(_is_user, _included(value, "users"))):
        yield "user"


def _is_compliance(value: Row) -> bool:
    return {"id", "action"} <= value.keys() and (
        bool({"redacted_at", "reason"} & value.keys()) or value["action"] in _COMPLIANCE
    )


def _is_archived(value: Row) -> bool:
    tweet = value.get("tweet", value)
    return isinstance(tweet, dict) and "full_text" in tweet and "id_str" in tweet


def _is_post(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and {"id", "text"} <= value.keys()
        and bool(
            {"author_id", "edit_history_tweet_ids", "conversation_id", "public_metrics"}
            & value.keys()
        )
    )


def _is_user(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and {"id", "username", "name"} <= value.keys()
        and "media_type" not in value
    )


def _included(page: Row, kind: str) -> list[Any]:
    found = pick(page, "includes", kind)
    return found if isinstance(found, list) else []


def _batch(
    member: Member,
    source: SourceConfig,
    workdir: Path,
    file: JsonFile,
    stream: str,
) -> Batch:
    seen = _Seen()
    rows = {"post": _posts, "user": _users, "compliance": _redactions}[stream]
    batch = rows_batch(
        member,
        source,
        stream_of(VENDOR, stream),
        workdir,
        rows(read_values(file), member, source, seen),
        file=file,
        newest=_NEWEST.get(stream, ()),
        is_sparse=True,
        notes=seen.notes,
    )
    if seen.owner and stream == "post":
        return replace(batch, content_id=f"{batch.content_id}|author={seen.owner}")
    return batch


class _Seen:
    """What was noticed while rows went by."""

    def __init__(self) -> None:
        self.owner: str | None = None
        self.without_owner = 0
        self.errors = 0

    def notes(self) -> Iterator[str]:
        if self.without_owner:
            yield (
                f"{counted(self.without_owner, 'archived post has', 'archived posts have')} "
                "no author: put account.js beside the posts or the "
                "account's numeric id into brand_accounts"
            )
        if self.errors:
            hidden = counted(self.errors, "post or user", "posts or users")
            yield f"the API could not show {hidden} of these pages"


def _posts(
    values: Iterable[Any], member: Member, source: SourceConfig, seen: _Seen
) -> Iterator[Row]:
    owner: str | None = None
    for value in values:
        if not isinstance(value, dict):
            continue
        if _is_archived(value):
            seen.owner = owner = owner or _find_owner(member, source)
            seen.without_owner += owner is None
            yield _archived_row(value.get("tweet", value), owner)
            continue
        seen.errors += len(value.get("errors") or ())
        for post in (*unwrap(value, "data"), *_included(value, "tweets")):
            if _is_post(post):
                yield _post_row(post)


def _users(
    values: Iterable[Any], member: Member, source: SourceConfig, seen: _Seen
) -> Iterator[Row]:
    del seen
    brand = {account.lower().lstrip("@") for account in source.brand_accounts}
    for value in values:
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("account"), dict):
            yield _owner_row(value["account"], member)
            continue
        for user in (*unwrap(value, "data"), *_included(value, "users")):
            if _is_user(user):
                yield _user_row(user, brand)


def _redactions(
    values: Iterable[Any], member: Member, source: SourceConfig, seen: _Seen
) -> Iterator[Row]:
    del member, source, seen
    for value in values:
        if isinstance(value, dict) and _is_compliance(value):
            yield {**value, "_raw": value}


def _post_row(post: Row) -> Row:
    metrics = post.get("public_metrics") or {}
    return {
        "id": post.get("id"),
        "author_id": post.get("author_id"),
        "text": pick(post, "note_tweet", "text") or post.get("text"),
        "created_at": post.get("created_at"),
        "conversation_id": post.get("conversation_id"),
        "in_reply_to_user_id": post.get("in_reply_to_user_id"),
        "replied_to_id": _referenced(post, "replied_to"),
        "quoted_id": _referenced(post, "quoted"),
        "reposted_id": _referenced(post, "retweeted"),
        "lang": post.get("lang"),
        "edit_history_ids": post.get("edit_history_tweet_ids"),
        "like_count": metrics.get("like_count"),
        "repost_count": metrics.get("retweet_count"),
        "reply_count": metrics.get("reply_count"),
        "quote_count": metrics.get("quote_count"),
        "impression_count": metrics.get("impression_count"),
        "possibly_sensitive": post.get("possibly_sensitive"),
        "_raw": post,
    }


def _referenced(post: Row, kind: str) -> Any:
    references = post.get("referenced_tweets") or ()
    return next((r.get("id") for r in references if r.get("type") == kind), None)


def _archived_row(tweet: Row, owner: str | None) -> Row:
    return {
        "id": tweet.get("id_str") or tweet.get("id"),
        "author_id": pick(tweet, "user", "id_str") or owner,
        "text": tweet.get("full_text"),
        "created_at": tweet.get("created_at"),
        "in_reply_to_user_id": tweet.get("in_reply_to_user_id_str")
        or tweet.get("in_reply_to_user_id"),
        "replied_to_id": tweet.get("in_reply_to_status_id_str")
        or tweet.get("in_reply_to_status_id"),
        "quoted_id": tweet.get("quoted_status_id_str"),
        "reposted_id": pick(tweet, "retweeted_status", "id_str"),
        "lang": tweet.get("lang"),
        "edit_history_ids": pick(tweet, "edit_info", "initial", "editTweetIds")
        or pick(tweet, "edit_info", "edit", "initialTweetId"),
        "like_count": tweet.get("favorite_count"),
        "repost_count": tweet.get("retweet_count"),
        "possibly_sensitive": tweet.get("possibly_sensitive"),
        "_raw": tweet,
    }


def _user_row(user: Row, brand: set[str]) -> Row:
    metrics = user.get("public_metrics") or {}
    urls = pick(user, "entities", "url", "urls") or [{}]
    names = {str(user.get("id")), str(user.get("username")).lower()}
    return {
        "id": user.get("id"),
        "name": user.get("name"),
        "username": user.get("username"),
        "created_at": user.get("created_at"),
        "description": user.get("description"),
        "location": user.get("location"),
        "url": user.get("url"),
        "expanded_url": urls[0].get("expanded_url"),
        "verified": user.get("verified"),
        "verified_type": user.get("verified_type"),
        "protected": user.get("protected"),
        "followers_count": metrics.get("followers_count"),
        "following_count": metrics.get("following_count"),
        "tweet_count": metrics.get("tweet_count"),
        "is_own_account": bool(names & brand),
        "_raw": user,
    }


def _owner_row(account: Row, member: Member) -> Row:
    profile = next(_part(member, "profile.js", "profile"), {})
    description = profile.get("description") or {}
    return {
        "id": account.get("accountId"),
        "name": account.get("accountDisplayName"),
        "username": account.get("username"),
        "created_at": account.get("createdAt"),
        "description": description.get("bio"),
        "location": description.get("location"),
        "url": description.get("website"),
        "is_own_account": True,
        # The e-mail address and phone of the account's owner stay out: nobody reads them.
        "_raw": {
            k: account.get(k)
            for k in ("accountId", "username", "createdAt", "accountDisplayName")
        },
    }


def _find_owner(member: Member, source: SourceConfig) -> str | None:
    account = next(_part(member, "account.js", "account"), {})
    if account.get("accountId"):
        return str(account["accountId"])
    numeric = [a for a in source.brand_accounts if re.fullmatch(r"\d+", a)]
    return numeric[0] if len(numeric) == 1 else None


def _part(member: Member, name: str, key: str) -> Iterator[Row]:
    """Objects of another file of the same archive."""
    sibling = member.siblings(name)
    for value in peek_values(sibling.path) if sibling else ():
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            yield value[key]
