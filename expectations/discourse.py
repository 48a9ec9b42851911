"""What loads of community forums are held to."""

import great_expectations as gx

from expectations.rules import (
    booleans,
    columns_exist,
    filled,
    keyed_by,
    readable_times,
    suite,
)


def category() -> gx.ExpectationSuite:
    """Categories: the divisions of a community."""
    return suite("discourse_category", columns_exist("id", "name"), keyed_by("id"))


def topic() -> gx.ExpectationSuite:
    """Topics."""
    return suite(
        "discourse_topic",
        columns_exist("id", "title"),
        keyed_by("id"),
        readable_times("created_at", "bumped_at", "deleted_at"),
        booleans("visible", "closed"),
    )


def post() -> gx.ExpectationSuite:
    """Posts of topics."""
    return suite(
        "discourse_post",
        columns_exist("id", "topic_id", "post_number", "created_at"),
        keyed_by("id"),
        filled("topic_id", "created_at"),
        readable_times("created_at", "updated_at", "deleted_at"),
        booleans("staff", "moderator", "admin", "hidden", "accepted_answer"),
    )
