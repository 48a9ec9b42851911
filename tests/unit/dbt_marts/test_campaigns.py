"""Campaigns of several tools that are one campaign of the company."""

from collections.abc import Callable

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

VENDORS = {
    "salesforce_emea": "salesforce",
    "mailchimp_emea": "mailchimp",
    "sendgrid_global": "sendgrid",
}
CRM = "salesforce_emea:campaign:1"


def world(brand: str | None = "quay") -> World:
    made = World()
    for name, vendor in VENDORS.items():
        made.add("config.sources", name=name, vendor=vendor, brand=brand)
    return made


def in_crm(made: World, native: str, name: str, start: str, **values: object) -> World:
    return made.add(
        "staging.stg_salesforce__campaigns",
        **{
            "campaign_id": f"salesforce_emea:campaign:{native}",
            "source": "salesforce_emea",
            "name": name,
            "start_date": start,
            "currency": "EUR",
            "actual_cost_minor": 1000,
            **values,
        },
    )


def mailed(
    made: World, tool: str, native: str, name: str | None, day: str, **values: str
) -> World:
    return made.email_event(
        f"{tool}-{native}-{day}",
        values.pop("event_type", "delivered"),
        source=tool,
        campaign_id=f"{tool}:campaign:{native}",
        campaign_name=name,
        occurred_at=f"{day} 09:00:00+00",
        **values,
    )


def campaign_of(built: Built) -> dict[str, str]:
    rows = built.rows("select campaign_record_id, campaign_id from marts.campaign_xref")
    return {row["campaign_record_id"]: row["campaign_id"] for row in rows}


@pytest.mark.parametrize(
    ("name", "day", "is_one"),
    [
        pytest.param("Spring catalogue 2026", "2026-03-02", True, id="same-name"),
        pytest.param("SPRING_CATALOGUE_2026", "2026-03-02", True, id="other-signs"),
        pytest.param("Spring catalog 2026", "2026-03-02", True, id="nearly-the-name"),
        pytest.param("Spring catalogue 2025", "2026-03-02", False, id="another-year"),
        pytest.param("Summer catalogue 2026", "2026-03-02", False, id="another-word"),
        pytest.param("Spring catalogue 2026", "2026-03-15", True, id="two-weeks"),
        pytest.param("Spring catalogue 2026", "2026-03-16", False, id="later"),
        pytest.param("Spring catalogue 2026", "2026-02-14", False, id="much-earlier"),
    ],
)
def test_name_and_days_say_which_mailing_is_the_crms_campaign(
    build: Build, name: str, day: str, is_one: bool
) -> None:
    made = in_crm(world(), "1", "Spring catalogue 2026", "2026-03-01")
    mailed(made, "sendgrid_global", "9", name, day)

    found = campaign_of(build(made, "campaign_xref"))

    assert (found["sendgrid_global:campaign:9"] == CRM) is is_one


def test_brands_keep_their_campaigns_apart(build: Build) -> None:
    made = in_crm(World(), "1", "Spring", "2026-03-01")
    made.add("config.sources", name="salesforce_emea", vendor="salesforce", brand="quay")
    made.add("config.sources", name="sendgrid_global", vendor="sendgrid", brand="harbour")
    mailed(made, "sendgrid_global", "9", "Spring", "2026-03-01")

    assert campaign_of(build(made, "campaign_xref"))["sendgrid_global:campaign:9"] != CRM


def test_three_tools_make_one_campaign_with_what_each_knows(build: Build) -> None:
    made = in_crm(world(), "1", "Back to work", "2026-09-01", end_date="2026-09-14")
    made.record("sendgrid_global:recipient:ana", "c1").record("mailchimp_emea:member:ana", "c1")
    mailed(made, "sendgrid_global", "9", "Back to work", "2026-09-01")
    # no name: its links tell one
    mailed(made, "mailchimp_emea", "m", None, "2026-09-03", event_type="click",
           url="https://shop.example.org/?utm_campaign=back%20to%20work",
           record_id="mailchimp_emea:member:ana", send_key="other")  # fmt: skip
    made.opportunity("o1", None, campaign_id=CRM)

    row = build(made, "dim_campaign").row("select * from marts.dim_campaign")

    assert (row["campaign_id"], row["campaign_records"], row["tools"]) == (CRM, 3, 3)
    assert (row["recipients"], row["deliveries"], row["human_clicks"]) == (1, 1, 1)
    assert (row["won_opportunities"], row["actual_cost_minor"]) == (1, 1000)


def test_mailchimp_tells_the_name_beside_those_who_left(build: Build) -> None:
    made = in_crm(world(), "1", "Back to work", "2026-09-01")
    mailed(made, "mailchimp_emea", "m", None, "2026-09-03")
    made.add(
        "staging.stg_mailchimp__members",
        source="mailchimp_emea",
        unsubscribe_campaign_id="mailchimp_emea:campaign:m",
        unsubscribe_campaign_name="Back to work",
    )

    assert campaign_of(build(made, "campaign_xref"))["mailchimp_emea:campaign:m"] == CRM


def test_a_weekly_digest_is_a_campaign_each_week(build: Build) -> None:
    made = world()
    for number, day in ((1, "2026-03-02"), (2, "2026-03-09"), (3, "2026-03-16")):
        in_crm(made, str(number), "Digest", day)
        mailed(made, "sendgrid_global", str(number), "Digest", day)

    assert campaign_of(build(made, "campaign_xref")) == {
        f"{tool}:campaign:{number}": f"salesforce_emea:campaign:{number}"
        for tool in ("salesforce_emea", "sendgrid_global")
        for number in (1, 2, 3)
    }


def test_several_mails_within_the_campaigns_days_are_all_part_of_it(build: Build) -> None:
    made = in_crm(world(), "1", "Launch", "2026-03-01", end_date="2026-03-31")
    for number, day in enumerate(("2026-03-01", "2026-03-10", "2026-03-30")):
        mailed(made, "sendgrid_global", str(number), "Launch", day)

    assert set(campaign_of(build(made, "campaign_xref")).values()) == {CRM}


def test_what_people_say_goes_before_names(build: Build) -> None:
    made = in_crm(world(), "1", "Spring", "2026-03-01")
    mailed(made, "sendgrid_global", "namesake", "Spring", "2026-03-01")
    mailed(made, "mailchimp_emea", "said", "Frühjahr", "2026-06-01")
    for campaign, other, verdict in (
        (CRM, CRM, "same"),
        ("mailchimp_emea:campaign:said", CRM, "same"),
        ("sendgrid_global:campaign:namesake", CRM, "apart"),
    ):
        made.add("config.campaign_judgements", campaign_record_id=campaign,
                 other_record_id=other, verdict=verdict)  # fmt: skip

    found = campaign_of(build(made, "campaign_xref"))

    assert found["mailchimp_emea:campaign:said"] == CRM
    assert found["sendgrid_global:campaign:namesake"] == "sendgrid_global:campaign:namesake"


def test_what_is_apart_does_not_meet_through_a_third_tool(build: Build) -> None:
    made = in_crm(world(), "1", "Spring", "2026-03-01")
    mailed(made, "mailchimp_emea", "m", "Spring", "2026-03-01")
    mailed(made, "sendgrid_global", "s", "Spring", "2026-03-01")
    for campaign, other in (
        (CRM, "sendgrid_global:campaign:s"),
        ("sendgrid_global:campaign:s", CRM),
    ):
        made.add("config.campaign_judgements", campaign_record_id=campaign,
                 other_record_id=other, verdict="apart")  # fmt: skip

    found = campaign_of(build(made, "campaign_xref"))

    assert found["mailchimp_emea:campaign:m"] == CRM
    assert found["sendgrid_global:campaign:s"] == "sendgrid_global:campaign:s"


def test_touches_and_credit_name_the_companys_campaign(build: Build) -> None:
    made = in_crm(world(), "1", "Spring", "2026-09-01")
    made.record("sendgrid_global:recipient:ana", "c1").record(
        "salesforce_emea:contact:ana", "c1"
    )
    mailed(made, "sendgrid_global", "9", "Spring", "2026-09-02", event_type="click")
    made.opportunity("o1", "salesforce_emea:contact:ana")

    built = build(made, "fct_attribution")

    assert set(built.values("select campaign_id from marts.fct_touch")) == {CRM}
    assert set(built.values("select campaign_id from marts.fct_attribution")) == {CRM}
