"""What loads of X archives, API pages and compliance files are held to."""

import great_expectations as gx

from expectations.rules import (
    booleans,
    columns_exist,
    filled,
    keyed_by,
    known_values,
    patterned,
    readable_times,
    suite,
)

ID = r"^\s*[0-9]{1,20}\s*$"
"""Digits; longer than a float holds, so 1.9e18 is a spreadsheet's damage."""


def post() -> gx.ExpectationSuite:
    """Posts, replies and mentions."""
    return suite(
        "x_post",
        columns_exist("id", "text", "created_at"),
        keyed_by("id"),
        patterned("id", ID, "id_form"),
        filled("created_at"),
        readable_times("created_at"),
        booleans("possibly_sensitive"),
    )


def user() -> gx.ExpectationSuite:
    """Profiles."""
    return suite(
        "x_user",
        columns_exist("id", "username"),
        keyed_by("id"),
        patterned("id", ID, "id_form"),
        filled("username"),
        readable_times("created_at"),
        booleans("verified", "protected"),
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
