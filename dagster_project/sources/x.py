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
from dagster_project.sources.envelopes import items_of
from dagster_project.sources.json_rows import (
    Row,
    Shape,
    batches_of,
    open_json,
    peek_values,
    pick,
    read_values,
    script_kind,
)
from dagster_project.sources.members import Member
from dagster_project.sources.remainder import OTHER_VALUES, Remainder, shown_field
from dagster_project.sources.text import peek
from dagster_project.sources.vendor_fields import X_POST, X_USER

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
    if kind:
        return _streams_of_part(kind)
    streams: dict[str, None] = {}
    for value in peek_values(member.path, _is_known)[:50]:
        streams.update(dict.fromkeys(_streams_of_value(value)))
    return tuple(streams) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per stream: a page gives posts and users."""
    file = open_json(member, workdir)
    seen = _Seen(member, source)
    as_of = None
    for batch in batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=_SHAPES,
        rows=_rows(read_values(file, _is_known), seen, file.rest),
        expected=sniff(member) or (),
        notes=seen.notes,
    ):
        if batch.spec.stream == "post":
            as_of = batch.as_of
            if seen.owner:
                yield replace(batch, content_id=f"{batch.content_id}|author={seen.owner}")
                continue
        if batch.spec.stream == "user" and as_of is not None:
            # a profile is as old as the posts beside it
            yield replace(batch, as_of=as_of)
            continue
        yield batch


_ASK = (
    "ask the API for it (tweet.fields=author_id,created_at,conversation_id,in_reply_to_user_id,"
    "referenced_tweets,lang and expansions=author_id) and save the new answer"
)
_SHAPES = (
    Shape(stream_of(VENDOR, "post"), newest=("created_at",), is_sparse=True, ask_for=_ASK),
    Shape(stream_of(VENDOR, "user"), is_sparse=True, ask_for=_ASK),
    Shape(
        stream_of(VENDOR, "compliance"), newest=("redacted_at",), is_sparse=True, ask_for=_ASK
    ),
)


def _is_known(value: Any) -> bool:
    return any(_streams_of_value(value))


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
    items = items_of(value, "data", Remainder())
    if "data" not in value and "result_count" in _object(value.get("meta")):
        yield "post"  # an empty page is a page
    if any(map(_is_post, items)) or any(map(_is_post, _included(value, "tweets"))):
        yield "post"
    if any(map(_is_user, items)) or any(map(_is_user, _included(value, "users"))):
        yield "user"


def _object(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


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


_OF_OTHERS = frozenset({"media_type", "cooked", "post_number", "avatar_template", "email"})
"""Members that no user of X has, and media and people of forums do."""


def _is_user(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and {"id", "username", "name"} <= value.keys()
        and not _OF_OTHERS & value.keys()
    )


def _included(page: Row, kind: str) -> list[Any]:
    found = pick(page, "includes", kind)
    return found if isinstance(found, list) else []


class _Seen:
    """Whose archive this is, and what was noticed while rows went by."""

    def __init__(self, member: Member, source: SourceConfig) -> None:
        self.owner: str | None = None
        self.member = member
        self.brand = {account.lower().lstrip("@") for account in source.brand_accounts}
        self._source = source
        self._without_owner = 0
        self._errors = 0

    def author(self) -> str | None:
        """The author of one more archived post."""
        self.owner = self.owner or _find_owner(self.member, self._source)
        self._without_owner += self.owner is None
        return self.owner

    def see_errors(self, page: Row) -> None:
        """Count what a page says it could not show."""
        errors = page.get("errors")
        self._errors += len(errors) if isinstance(errors, list) else 0

    def notes(self) -> Iterator[str]:
        """What is worth a warning."""
        if self._without_owner:
            yield (
                f"{counted(self._without_owner, 'archived post has', 'archived posts have')} "
                "no author: put account.js beside the posts or the "
                "account's numeric id into brand_accounts"
            )
        if self._errors:
            hidden = counted(self._errors, "post or user", "posts or users")
            yield f"the API could not show {hidden} of these pages"


def _rows(values: Iterable[Row], seen: _Seen, rest: Remainder) -> Iterator[tuple[str, Row]]:
    def of_item(item: Any) -> Iterator[tuple[str, Row]]:
        if _is_post(item):
            yield "post", _post_row(item, rest)
        elif _is_user(item):
            yield "user", _user_row(item, seen.brand, rest)

    for value in values:
        if _is_compliance(value):
            yield "compliance", {**value, "_raw": value}
        elif _is_archived(value):
            yield "post", _archived_row(value.get("tweet", value), seen.author())
        elif isinstance(value.get("account"), dict):
            yield "user", _owner_row(value["account"], seen.member)
        else:
            seen.see_errors(value)
            items = items_of(value, "data", rest, beside=frozenset({"errors"}))
            if "data" in value or _is_post(value) or _is_user(value):
                yield from rest.accounted(items, of_item, _kind_of)
            yield from rest.accounted(_included_of(value, rest), of_item, _kind_of)


def _included_of(page: Row, rest: Remainder) -> Iterator[Any]:
    """Posts and people beside a page's own; media, places and polls are counted."""
    for kind, included in rest.object_in(page, "includes").items():
        items = included if isinstance(included, list) else [included]
        if kind in ("tweets", "users"):
            yield from items
        else:
            rest.leave_out(f"{shown_field(kind)} beside posts", len(items))


def _kind_of(item: Any) -> str:
    return OTHER_VALUES if not isinstance(item, dict) else "objects that are no post or user"


def _post_row(post: Row, rest: Remainder) -> Row:
    metrics = rest.object_in(post, "public_metrics")
    references = list(rest.objects_in(post, "referenced_tweets"))
    return {
        "id": post.get("id"),
        "author_id": post.get("author_id"),
        "text": pick(post, "note_tweet", "text") or post.get("text"),
        "created_at": post.get("created_at"),
        "conversation_id": post.get("conversation_id"),
        "in_reply_to_user_id": post.get("in_reply_to_user_id"),
        "replied_to_id": _referenced(references, "replied_to"),
        "quoted_id": _referenced(references, "quoted"),
        "reposted_id": _referenced(references, "retweeted"),
        "lang": post.get("lang"),
        "edit_history_ids": post.get("edit_history_tweet_ids"),
        "like_count": metrics.get("like_count"),
        "repost_count": metrics.get("retweet_count"),
        "reply_count": metrics.get("reply_count"),
        "quote_count": metrics.get("quote_count"),
        "impression_count": metrics.get("impression_count"),
        "possibly_sensitive": post.get("possibly_sensitive"),
        "links": _links(post),
        "_raw": post,
        "_extra": rest.extra_of(post, X_POST) or None,
    }


def _links(post: Row) -> list[Any] | None:
    """Where the links of a post lead: its text has X's short ones, a new one in each post."""
    urls = pick(post, "entities", "urls")
    found = [
        url.get("unwound_url") or url.get("expanded_url")
        for url in (urls if isinstance(urls, list) else ())
        if isinstance(url, dict)
    ]
    return [link for link in found if link] or None


def _referenced(references: list[Row], kind: str) -> Any:
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
        "links": _links(tweet),
        "_raw": tweet,
    }


def _user_row(user: Row, brand: set[str], rest: Remainder) -> Row:
    metrics = rest.object_in(user, "public_metrics")
    rest.object_in(user, "entities")
    url = next(rest.objects_in(user, "entities", "url", "urls"), {})
    names = {str(user.get("id")), str(user.get("username")).lower()}
    return {
        "id": user.get("id"),
        "name": user.get("name"),
        "username": user.get("username"),
        "created_at": user.get("created_at"),
        "description": user.get("description"),
        "location": user.get("location"),
        "url": user.get("url"),
        "expanded_url": url.get("expanded_url"),
        "verified": user.get("verified"),
        "verified_type": user.get("verified_type"),
        "protected": user.get("protected"),
        "followers_count": metrics.get("followers_count"),
        "following_count": metrics.get("following_count"),
        "tweet_count": metrics.get("tweet_count"),
        "is_own_account": bool(names & brand),
        "_raw": user,
        "_extra": rest.extra_of(user, X_USER) or None,
    }


def _owner_row(account: Row, member: Member) -> Row:
    profile = next(_part(member, "profile.js", "profile"), {})
    description = _object(profile.get("description"))
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
