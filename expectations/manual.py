"""What entries by hand are held to: whom they are about, and words that mean one thing."""

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.rules import (
    CRITICAL,
    WARNING,
    columns_exist,
    email_keys,
    filled,
    readable_times,
    suite,
)

INTERNATIONAL = r"^\s*(?:\+|00)[0-9 ().\-/]{7,24}\s*$"
"""A number with its country's code: an entry is of no country."""

CHANNELS = ("email", "phone", "tracking", "profiling", "processing", "all")
STATUSES = ("granted", "withdrawn")
FIELDS = (
    "full_name", "given_name", "family_name", "email", "phone", "street", "city", "state",
    "postal_code", "country", "birth_date", "title", "organisation", "language",
)  # fmt: skip


def consent() -> gx.ExpectationSuite:
    """A word on consent that can be read one way only; another is held back."""
    return suite(
        "manual_consent",
        columns_exist("channel", "status"),
        filled("channel", "status"),
        _one_of("channel", *CHANNELS),
        _one_of("status", *STATUSES),
        email_keys("email"),
        _international("phone"),
        readable_times("said_at"),
    )


def correction() -> gx.ExpectationSuite:
    """A field that a customer has; an empty value says that there is none."""
    return suite(
        "manual_correction",
        columns_exist("field", "value"),
        filled("field"),
        _one_of("field", *FIELDS),
        _one_of("status", "set", "undone"),
        email_keys("email"),
        _international("phone"),
        readable_times("said_at"),
    )


def _one_of(column: str, *values: str) -> list[Expectation]:
    """Hold back rows with another word; refuse a load of nothing else: it is another table."""
    return [
        gxe.ExpectColumnValuesToMatchRegex(
            column=column,
            regex=rf"^\s*(?i:{'|'.join(values)})\s*$",
            mostly=0.5,
            severity=CRITICAL,
            meta={
                "rule": f"{column}_known",
                "row_rule": True,
                "sentence": f"{column} is one of {', '.join(values)}",
            },
        )
    ]


def _international(column: str) -> list[Expectation]:
    return [
        gxe.ExpectColumnValuesToMatchRegex(
            column=column,
            regex=INTERNATIONAL,
            severity=WARNING,
            meta={
                "rule": f"{column}_international",
                "row_rule": True,
                "sentence": f"{column} begins with + and its country's code",
            },
        )
    ]
