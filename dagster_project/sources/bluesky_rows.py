"""Bluesky's post and profile views as rows, whether they come from the API or from a file."""

from collections.abc import Iterable

from dagster_project.sources.api_batches import (
    Entity,
    Row,
    RowShape,
    flag_where,
    in_list,
    text_of,
)
from dagster_project.sources.catalogue import stream_of

VENDOR = "bluesky"

LOGGED_IN_ONLY = "!no-unauthenticated"
"""Label of people who do not want their posts shown to everybody: they are not stored."""

_HIDING = ("!hide", "!takedown", "!suspend")


def profile_row(profile: Entity) -> Row:
    """One profile as received."""
    return Row.of(profile["did"], profile)


def post_row(post: Entity) -> Row:
    """One post as received."""
    return Row.of(post["uri"], post)


def is_withheld(post: Entity) -> bool:
    """Whether a post, or its author, is labelled for logged-in people only."""
    return any(
        label.get("val") == LOGGED_IN_ONLY and not label.get("neg")
        for entity in (post, post["author"])
        for label in entity.get("labels") or ()
    )


def profile_shape(own: Iterable[str]) -> RowShape:
    """Columns of ``bluesky.profile``; ``own`` are the brand's accounts, by handle or DID."""
    handle, did = text_of("$.handle"), text_of("$.did")
    return RowShape(
        stream_of(VENDOR, "profile"),
        {
            **_renamed(
                "display_name=displayName description website pronouns created_at=createdAt "
                "indexed_at=indexedAt labels verification followers_count=followersCount "
                "follows_count=followsCount posts_count=postsCount"
            ),
            "did": "native_id",
            "handle": handle,
            "is_own_account": flag_where(
                f"lower({handle}) in {in_list(own)} or lower({did}) in {in_list(own)}"
            ),
        },
        facts=("handle", "deleted_at"),
    )


def post_shape() -> RowShape:
    """Columns of ``bluesky.post``; rows bring ``deleted_at`` and, for absent ones, ``is_hidden``."""
    hiding = " or ".join(
        f"coalesce(contains({text_of('$.labels')}, '\"{label}\"'), false)" for label in _HIDING
    )
    return RowShape(
        stream_of(VENDOR, "post"),
        {
            **_renamed(
                "cid author_did=author.did author_handle=author.handle text=record.text "
                "facets=record.facets langs=record.langs tags=record.tags labels "
                "reply_root_uri=record.reply.root.uri reply_parent_uri=record.reply.parent.uri "
                "created_at=record.createdAt indexed_at=indexedAt reply_count=replyCount "
                "repost_count=repostCount like_count=likeCount quote_count=quoteCount"
            ),
            "uri": "native_id",
            "embed_type": text_of('$.record.embed."$type"'),
            "is_hidden": flag_where(hiding),
        },
        facts=("deleted_at", "is_hidden"),
    )


def _renamed(words: str) -> dict[str, str]:
    """``column=path`` pairs as SQL; a path alone is the column's name too."""
    pairs = (word.partition("=") for word in words.split())
    return {column: text_of(f"$.{path or column}") for column, _, path in pairs}
