"""What loads from the Bluesky API are held to."""

import great_expectations as gx

from expectations.rules import (
    booleans,
    columns_exist,
    filled,
    keyed_by,
    readable_times,
    suite,
    usual_form,
)

DID = r"^\s*did:[a-z]+:[A-Za-z0-9._:%-]+\s*$"
AT_URI = r"^\s*at://[^\s]+\s*$"


def profile() -> gx.ExpectationSuite:
    """Profiles; the DID stays when the handle changes."""
    return suite(
        "bluesky_profile",
        columns_exist("did", "handle"),
        keyed_by("did"),
        usual_form("did", DID),
        filled("handle"),
        readable_times("indexed_at", "deleted_at"),
    )


def post() -> gx.ExpectationSuite:
    """Posts and replies. Their authors' clocks may lie, so ``created_at`` is no row rule."""
    return suite(
        "bluesky_post",
        columns_exist("uri"),
        keyed_by("uri"),
        usual_form("uri", AT_URI),
        readable_times("indexed_at", "deleted_at"),
        booleans("is_hidden"),
    )
