"""What loads of Facebook Page feeds are held to."""

import great_expectations as gx

from expectations.rules import (
    booleans,
    columns_exist,
    filled,
    keyed_by,
    known_values,
    readable_times,
    suite,
)


def post() -> gx.ExpectationSuite:
    """Posts on the Page."""
    return suite(
        "facebook_post",
        columns_exist("id", "created_time"),
        keyed_by("id"),
        filled("created_time"),
        readable_times("created_time", "updated_time"),
        booleans("is_hidden"),
    )


def comment() -> gx.ExpectationSuite:
    """Comments; a removed one may hold nothing but its id."""
    return suite(
        "facebook_comment",
        columns_exist("id"),
        keyed_by("id"),
        readable_times("created_time"),
        booleans("is_hidden"),
        known_values("verb", "add", "edit", "edited", "remove", "hide", "unhide"),
    )
