"""What loads of Salesforce objects are held to: data exports, Data Loader files."""

import great_expectations as gx

from expectations.rules import (
    amounts,
    booleans,
    columns_exist,
    currencies,
    decisive_flags,
    email_values,
    filled,
    keyed_by,
    plausible_days,
    readable_times,
    suite,
    usual_form,
)

ID = r"^(?:\s*[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?\s*|row:[0-9a-f]{32})$"
"""15 characters, or 18 with a checksum; rows of an import file, which has no ids yet, carry ours."""

_STAMPS = ("created_date", "last_modified_date", "system_modstamp")


def account() -> gx.ExpectationSuite:
    """Companies and households."""
    return suite(
        "salesforce_account",
        columns_exist("id", "name"),
        _record(),
        booleans("is_person_account"),
    )


def contact() -> gx.ExpectationSuite:
    """People at accounts."""
    return suite(
        "salesforce_contact",
        columns_exist("id", "last_name"),
        _record(),
        readable_times("email_bounced_date"),
        plausible_days("birthdate"),
        email_values("email"),
        decisive_flags("has_opted_out_of_email", "do_not_call"),
    )


def individual() -> gx.ExpectationSuite:
    """What people want done with their data; a wish that cannot be read refuses the load."""
    return suite(
        "salesforce_individual",
        columns_exist("id"),
        _record(),
        decisive_flags(
            "has_opted_out_tracking",
            "has_opted_out_profiling",
            "has_opted_out_processing",
            "has_opted_out_solicit",
            "should_forget",
        ),
        booleans("has_opted_out_geo_tracking"),
    )


def lead() -> gx.ExpectationSuite:
    """People who are not contacts yet."""
    return suite(
        "salesforce_lead",
        columns_exist("id", "last_name"),
        _record(),
        readable_times("converted_date"),
        email_values("email"),
        decisive_flags("has_opted_out_of_email"),
        booleans("is_converted"),
    )


def opportunity() -> gx.ExpectationSuite:
    """Deals."""
    return suite(
        "salesforce_opportunity",
        columns_exist("id", "stage_name"),
        _record(),
        readable_times("close_date"),
        amounts("amount"),
        currencies("currency_iso_code"),
        booleans("is_closed", "is_won"),
    )


def opportunity_contact_role() -> gx.ExpectationSuite:
    """Who takes which part in a deal."""
    return suite(
        "salesforce_opportunity_contact_role",
        columns_exist("id", "opportunity_id", "contact_id"),
        _record(),
        filled("opportunity_id", "contact_id"),
        booleans("is_primary"),
    )


def campaign() -> gx.ExpectationSuite:
    """Campaigns and what they cost."""
    return suite(
        "salesforce_campaign",
        columns_exist("id", "name"),
        _record(),
        readable_times("start_date", "end_date"),
        booleans("is_active"),
        amounts("actual_cost", "budgeted_cost"),
        currencies("currency_iso_code"),
    )


def campaign_member() -> gx.ExpectationSuite:
    """Who was in which campaign."""
    return suite(
        "salesforce_campaign_member",
        columns_exist("id", "campaign_id"),
        _record(),
        filled("campaign_id"),
        readable_times("first_responded_date"),
        booleans("has_responded"),
    )


def case() -> gx.ExpectationSuite:
    """Questions and complaints at the support desk."""
    return suite(
        "salesforce_case",
        columns_exist("id", "status"),
        _record(),
        readable_times("closed_date"),
        booleans("is_closed", "is_escalated"),
        email_values("supplied_email"),
    )


def _record() -> list[gx.expectations.Expectation]:
    """What every object has: an id, and when it was made and changed."""
    return [
        *keyed_by("id"),
        *usual_form("id", ID),
        *readable_times(*_STAMPS),
        *decisive_flags("is_deleted"),
    ]
