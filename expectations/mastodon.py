"""What loads from the Mastodon API are held to."""

import great_expectations as gx

from expectations.rules import (
    columns_exist,
    filled,
    keyed_by,
    known_values,
    readable_times,
    suite,
)


def account() -> gx.ExpectationSuite:
    """Profiles."""
    return suite(
        "mastodon_account",
        columns_exist("id", "acct"),
        keyed_by("id"),
        filled("acct"),
        readable_times("created_at"),
    )


def status() -> gx.ExpectationSuite:
    """Posts and replies; a deleted one may hold nothing but its id and when it was missed."""
    return suite(
        "mastodon_status",
        columns_exist("id"),
        keyed_by("id"),
        readable_times("created_at", "edited_at", "deleted_at"),
        known_values("visibility", "public", "unlisted", "private", "direct"),
    )
