"""What loads of HubSpot exports and e-mail events are held to."""

import great_expectations as gx

from expectations.rules import (
    amounts,
    booleans,
    columns_exist,
    currencies,
    decisive_flags,
    email_keys,
    email_values,
    filled,
    keyed_by,
    known_values,
    plausible_days,
    readable_times,
    suite,
    whole_ids,
    whole_references,
)

EVENT_TYPES = (
    "SENT",
    "DELIVERED",
    "OPEN",
    "CLICK",
    "BOUNCE",
    "DROPPED",
    "DEFERRED",
    "PROCESSED",
    "FORWARD",
    "PRINT",
    "SPAMREPORT",
    "STATUSCHANGE",
    "UNBOUNCED",
)


def contact() -> gx.ExpectationSuite:
    """People, with times as the account's screens show them."""
    return suite(
        "hubspot_contact",
        columns_exist("record_id"),
        keyed_by("record_id"),
        whole_ids("record_id"),
        whole_references("associated_company_ids", "merged_record_ids"),
        readable_times("create_date", "last_modified_date", "last_activity_date"),
        plausible_days("date_of_birth"),
        email_values("email"),
        decisive_flags("unsubscribed_from_all_email", "archived"),
    )


def company() -> gx.ExpectationSuite:
    """Companies, with times as the account's screens show them."""
    return suite(
        "hubspot_company",
        columns_exist("record_id", "name"),
        keyed_by("record_id"),
        whole_ids("record_id"),
        whole_references("parent_company_id", "merged_record_ids"),
        readable_times("create_date", "last_modified_date", "last_activity_date"),
        decisive_flags("archived"),
    )


def deal() -> gx.ExpectationSuite:
    """Deals."""
    return suite(
        "hubspot_deal",
        columns_exist("record_id", "deal_stage"),
        keyed_by("record_id"),
        whole_ids("record_id"),
        whole_references(
            "associated_contact_ids", "associated_company_ids", "merged_record_ids"
        ),
        readable_times(
            "close_date",
            "create_date",
            "last_modified_date",
            "last_activity_date",
        ),
        amounts("amount"),
        currencies("currency"),
        booleans("is_closed", "is_won"),
        decisive_flags("archived"),
    )


def email_event() -> gx.ExpectationSuite:
    """What happened to the e-mails that were sent."""
    return suite(
        "hubspot_email_event",
        columns_exist("id", "type", "created", "recipient"),
        keyed_by("id", "recipient"),
        email_keys("recipient"),
        filled("type", "created"),
        readable_times("created", "sent_by_created"),
        known_values("type", *EVENT_TYPES),
        booleans("filtered_event"),
    )
