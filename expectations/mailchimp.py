"""What loads of Mailchimp audience exports and campaign reports are held to."""

import great_expectations as gx

from expectations.rules import (
    columns_exist,
    email_keys,
    filled,
    keyed_by,
    known_values,
    readable_times,
    suite,
)


def member() -> gx.ExpectationSuite:
    """Members of an audience; the e-mail address is their key."""
    return suite(
        "mailchimp_member",
        columns_exist("email_address"),
        keyed_by("email_address"),
        email_keys("email_address"),
        readable_times(
            "optin_time", "confirm_time", "last_changed", "unsub_time", "clean_time"
        ),
        known_values(
            "status",
            "subscribed",
            "unsubscribed",
            "cleaned",
            "nonsubscribed",
            "pending",
            "transactional",
            "archived",
        ),
    )


def email_activity() -> gx.ExpectationSuite:
    """Opens, clicks and bounces of campaigns."""
    return suite(
        "mailchimp_email_activity",
        columns_exist("campaign_id", "email_address", "action", "timestamp"),
        keyed_by("campaign_id", "email_address"),
        email_keys("email_address"),
        filled("action", "timestamp"),
        readable_times("timestamp"),
        known_values("action", "sent", "open", "click", "bounce", "unsub", "abuse"),
    )
