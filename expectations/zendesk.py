"""What loads of Zendesk tickets, comments, users and service levels are held to."""

import great_expectations as gx

from expectations.rules import (
    booleans,
    columns_exist,
    decisive_flags,
    email_values,
    filled,
    keyed_by,
    known_values,
    readable_times,
    suite,
    whole_ids,
)


def ticket() -> gx.ExpectationSuite:
    """Tickets; a view's export has fewer columns than the API."""
    return suite(
        "zendesk_ticket",
        columns_exist("id", "status"),
        keyed_by("id"),
        whole_ids("id"),
        readable_times("created_at", "updated_at", "solved_at", "due_at"),
        email_values("requester_email"),
    )


def comment() -> gx.ExpectationSuite:
    """Comments; whether one is public decides what an answer is, so it must be readable."""
    return suite(
        "zendesk_comment",
        columns_exist("id", "ticket_id", "author_id"),
        keyed_by("id"),
        whole_ids("id", "ticket_id"),
        filled("ticket_id", "created_at"),
        readable_times("created_at"),
        decisive_flags("public"),
    )


def change() -> gx.ExpectationSuite:
    """Changes of a ticket's fields."""
    return suite(
        "zendesk_change",
        columns_exist("ticket_id", "field_name", "value", "created_at"),
        keyed_by("ticket_id", "field_name"),
        filled("created_at"),
        readable_times("created_at"),
    )


def user() -> gx.ExpectationSuite:
    """Requesters and agents."""
    return suite(
        "zendesk_user",
        columns_exist("id"),
        keyed_by("id"),
        whole_ids("id"),
        readable_times("created_at", "updated_at"),
        email_values("email"),
        booleans("active", "suspended", "verified"),
        known_values("role", "end-user", "agent", "admin"),
    )


def organization() -> gx.ExpectationSuite:
    """Organizations of requesters."""
    return suite(
        "zendesk_organization",
        columns_exist("id", "name"),
        keyed_by("id"),
        readable_times("created_at", "updated_at"),
    )


def sla_policy() -> gx.ExpectationSuite:
    """Targets of service-level policies, one per metric and priority."""
    return suite(
        "zendesk_sla_policy",
        columns_exist("sla_policy_id", "metric", "priority", "target"),
        keyed_by("sla_policy_id", "metric"),
        filled("target"),
        readable_times("updated_at"),
        decisive_flags("business_hours"),
    )


def ticket_sla_policy() -> gx.ExpectationSuite:
    """Which policy was applied to which ticket, and when."""
    return suite(
        "zendesk_ticket_sla_policy",
        columns_exist("ticket_id", "sla_policy_id"),
        keyed_by("ticket_id", "sla_policy_id"),
        readable_times("policy_applied_at"),
    )


def ticket_tag() -> gx.ExpectationSuite:
    """Tags of tickets, as a warehouse's copy keeps them apart."""
    return suite(
        "zendesk_ticket_tag",
        columns_exist("ticket_id", "tag"),
        keyed_by("ticket_id", "tag"),
    )


def schedule() -> gx.ExpectationSuite:
    """Opening hours, in minutes since the week's Sunday."""
    return suite(
        "zendesk_schedule",
        columns_exist("id", "time_zone", "start_time", "end_time"),
        keyed_by("id"),
        filled("time_zone", "start_time", "end_time"),
        readable_times("created_at", "updated_at"),
    )


def schedule_holiday() -> gx.ExpectationSuite:
    """Days on which a schedule is closed."""
    return suite(
        "zendesk_schedule_holiday",
        columns_exist("id", "start_date", "end_date"),
        keyed_by("id"),
        filled("start_date", "end_date"),
        readable_times("start_date", "end_date"),
    )
