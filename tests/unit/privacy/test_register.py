"""The register says what is configured, and a page of it can be read by anybody."""

import json
from pathlib import Path

import pytest

from dagster_project.config.consumers import read_consumers
from dagster_project.config.privacy import Controller, Privacy
from dagster_project.config.sources import StreamOptions
from dagster_project.privacy.register import Register, as_document, gather_register
from dagster_project.privacy.register_pages import notice_page, register_page
from dagster_project.sources.catalogue import STREAMS, VENDORS
from dagster_project.sources.data_categories import kind_of_data, people_of
from dagster_project.sources.personal_columns import personal_data_in
from tests.unit.sources.inbox import source_of

PROJECT = Path(__file__).resolve().parents[3]
CLASSES = {
    "marts.customer_360": {"customer_id": "quasi", "email": "direct", "country": "quasi"},
    "insights.insight_design__topics": {"topic": "none", "customers": "none"},
}
RULES = Privacy(
    controller=Controller(
        name="Quay & <Sons>", contact="privacy@example.org", authority="CNIL"
    ),
    security_measures=("disks are encrypted",),
)
SOURCES = (
    source_of(
        "hubspot",
        name="crm",
        purpose="customer relationship management",
        retention_days=730,
        collect=("contact", "deal"),
        streams={
            "contact": StreamOptions(
                purpose="newsletter", lawful_basis="consent", retention_days=90,
                leave_out=("date_of_birth",),
            )
        },
        transfers="HubSpot Inc., United States: standard contractual clauses",
        disclosure_text="We keep your address to write to you.",
        disclosure_version="7",
    ),
    source_of("x", name="posts", lawful_basis="legitimate interest"),
)  # fmt: skip


@pytest.fixture
def register() -> Register:
    consumers = read_consumers(PROJECT / "config" / "consumers.yml")
    return gather_register(RULES, SOURCES, STREAMS, consumers, CLASSES)


def test_every_personal_column_of_every_vendor_is_of_a_kind_a_notice_can_name() -> None:
    unnamed = {
        column
        for spec in STREAMS
        for column in spec.columns
        if personal_data_in(column) != "none" and kind_of_data(column) is None
    }

    assert unnamed == set()
    assert all(people_of(vendor) for vendor in VENDORS)


def test_what_article_30_asks_for_is_there(register: Register) -> None:
    document = as_document(register)

    assert [key[:2] for key in document][:7] == ["a ", "b ", "c ", "d ", "e ", "f ", "g "]
    assert document["a controller"]["contact"] == "privacy@example.org"
    assert "newsletter" in document["b purposes"]
    contact = next(d for d in document["c people and data"] if d["stream"] == "contact")
    assert (contact["purpose"], contact["lawful basis"]) == ("newsletter", "consent")
    assert "date_of_birth" not in contact["columns"]
    assert contact["columns that are not collected"] == ["date_of_birth"]
    assert "dates of birth" not in contact["kinds of data"]
    assert {"source": "crm", "stream": "contact", "days": 90} in document["f retention"]
    assert document["e transfers"][0]["transfers"].startswith("HubSpot Inc.")
    assert "disks are encrypted" in document["g security"]
    json.dumps(document)


def test_a_stream_that_is_not_collected_stands_nowhere(register: Register) -> None:
    assert {p.stream for p in register.processings if p.source == "crm"} == {"contact", "deal"}


def test_a_column_names_the_consumers_that_get_it(register: Register) -> None:
    told = {(c.table, c.column): c.consumers for c in register.columns}

    assert told["marts.customer_360", "email"] == ("crm",)
    assert told["insights.insight_design__topics", "topic"] == ("design",)
    recipients = {r.name: r for r in register.recipients}
    assert recipients["crm"].tables["marts.customer_360"] == {
        "direct": 1,
        "quasi": 2,
        "none": 0,
    }
    assert "marts.customer_360" not in recipients["design"].tables


def test_what_nobody_has_written_down_is_named(register: Register) -> None:
    assert register.gaps == (
        "sources.yml: sources.posts.disclosure_text",
        "sources.yml: sources.posts.disclosure_version",
    )
    nobody = gather_register(Privacy(), (), STREAMS, (), CLASSES)
    assert nobody.gaps == ("privacy.yml: controller",)
    assert "not said" in register_page(nobody)
    assert "<h1>" in notice_page(nobody)


def test_the_notice_speaks_of_people_and_needs_no_network(register: Register) -> None:
    page = notice_page(register)

    for told in (
        "Newsletter", "because you have agreed to it", "for 90 days", "for 2 years",
        "We keep your address to write to you.", "e-mail addresses", "you may object",
        "privacy@example.org", "Your rights", "CNIL", "never you",
    ):  # fmt: skip
        assert told in page
    assert "Quay &amp; &lt;Sons&gt;" in page
    for source in ("src=", "<link", "@import", 'http-equiv="refresh'):
        assert source not in page


def test_the_record_holds_every_stream_and_escapes_what_is_configured(
    register: Register,
) -> None:
    page = register_page(register)

    assert all(f"{p.source}, {p.stream}" in page for p in register.processings)
    assert "<Sons>" not in page
    assert "without date_of_birth" in page
