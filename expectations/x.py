"""What loads of X archives, API pages and compliance files are held to."""

import great_expectations as gx

from expectations.rules import (
    columns_exist,
    filled,
    keyed_by,
    known_values,
    readable_times,
    suite,
    whole_ids,
)


def post() -> gx.ExpectationSuite:
    """Posts, replies and mentions."""
    return suite(
        "x_post",
        columns_exist("id", "text", "created_at"),
        keyed_by("id"),
        whole_ids("id"),
        filled("created_at"),
        readable_times("created_at"),
    )


def user() -> gx.ExpectationSuite:
    """Profiles."""
    return suite(
        "x_user",
        columns_exist("id", "username"),
        keyed_by("id"),
        whole_ids("id"),
        filled("username"),
        readable_times("created_at"),
    )


def compliance() -> gx.ExpectationSuite:
    """What must be deleted or hidden here because it was there."""
    return suite(
        "x_compliance",
        columns_exist("id", "action"),
        keyed_by("id"),
        filled("action"),
        readable_times("created_at", "redacted_at"),
        known_values(
            "reason", "deleted", "deactivated", "protected", "suspended", "scrub_geo", "bounced"
        ),
    )
