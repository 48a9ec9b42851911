"""What loads of SendGrid event logs are held to."""

import great_expectations as gx

from expectations.rules import (
    booleans,
    columns_exist,
    email_keys,
    filled,
    keyed_by,
    known_values,
    readable_times,
    suite,
)

EVENTS = (
    "processed",
    "dropped",
    "deferred",
    "delivered",
    "bounce",
    "open",
    "click",
    "spamreport",
    "unsubscribe",
    "group_unsubscribe",
    "group_resubscribe",
)


def event() -> gx.ExpectationSuite:
    """What happened to the e-mails that were sent; early events may lack an id of their own."""
    return suite(
        "sendgrid_event",
        columns_exist("email", "timestamp", "event"),
        keyed_by("email"),
        email_keys("email"),
        filled("event", "timestamp"),
        readable_times("timestamp"),
        known_values("event", *EVENTS),
        booleans("sg_machine_open"),
    )
