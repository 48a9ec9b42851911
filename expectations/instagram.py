"""What loads of Instagram media and comments are held to."""

import great_expectations as gx

from expectations.rules import booleans, columns_exist, filled, keyed_by, readable_times, suite


def media() -> gx.ExpectationSuite:
    """Posts of the brand."""
    return suite(
        "instagram_media",
        columns_exist("id", "timestamp"),
        keyed_by("id"),
        filled("timestamp"),
        readable_times("timestamp"),
    )


def comment() -> gx.ExpectationSuite:
    """Comments under them."""
    return suite(
        "instagram_comment",
        columns_exist("id", "timestamp"),
        keyed_by("id"),
        filled("timestamp"),
        readable_times("timestamp"),
        booleans("hidden"),
    )
