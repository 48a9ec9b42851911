"""Mastodon's Account and Status entities as rows, whether they come from the API or from a file."""

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

VENDOR = "mastodon"


def account_row(account: Entity) -> Row:
    """One account as received."""
    return Row.of(account["id"], account)


def status_of(notification: Entity) -> Entity | None:
    """The status of a notification; a mention may have lost it. Its author may stand outside."""
    status = notification.get("status")
    if "type" not in notification or not isinstance(status, dict) or "content" not in status:
        return None
    return status if "account" in status else {**status, "account": notification["account"]}


def status_row(status: Entity) -> Row:
    """One status as received, its author by name only.

    An author's counters change with every post: they belong to the account's row.
    """
    author = {name: status["account"].get(name) for name in ("id", "acct", "url")}
    return Row.of(status["id"], {**status, "account": author})


def account_shape(own: Iterable[str]) -> RowShape:
    """Columns of ``mastodon.account``; ``own`` are the brand's accounts, by id or full name."""
    acct = _full_acct("$")
    plain = [
        "id",
        "username",
        "url",
        "uri",
        "display_name",
        "note",
        "fields",
        "bot",
        "locked",
        "suspended",
        "limited",
        "discoverable",
        "indexable",
        "noindex",
        "created_at",
        "followers_count",
        "following_count",
        "statuses_count",
    ]
    return RowShape(
        stream_of(VENDOR, "account"),
        {
            **{name: text_of(f"$.{name}") for name in plain},
            "acct": acct,
            "moved_to": text_of("$.moved.id"),
            "is_own_account": flag_where(
                f"lower({acct}) in {in_list(own)} or {text_of('$.id')} in {in_list(own)}"
            ),
        },
    )


def status_shape() -> RowShape:
    """Columns of ``mastodon.status``; rows bring ``thread_id`` and ``deleted_at``."""
    plain = [
        "id",
        "uri",
        "url",
        "content",
        "spoiler_text",
        "visibility",
        "language",
        "sensitive",
        "in_reply_to_id",
        "in_reply_to_account_id",
        "mentions",
        "tags",
        "created_at",
        "edited_at",
        "replies_count",
        "reblogs_count",
        "favourites_count",
    ]
    return RowShape(
        stream_of(VENDOR, "status"),
        {
            **{name: text_of(f"$.{name}") for name in plain},
            "id": "native_id",
            "account_id": text_of("$.account.id"),
            "account_acct": _full_acct("$.account"),
            "reblog_of_id": text_of("$.reblog.id"),
        },
        facts=("thread_id", "deleted_at"),
    )


def _full_acct(path: str) -> str:
    """SQL for ``user@domain``: an account of the server itself is written without its domain."""
    acct, url = text_of(f"{path}.acct"), text_of(f"{path}.url")
    host = f"regexp_extract({url}, '^https?://([^/]+)', 1)"
    return (
        f"case when contains({acct}, '@') or coalesce({host}, '') = '' then {acct} "
        f"else {acct} || '@' || {host} end"
    )
