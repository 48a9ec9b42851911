"""Of who objects nothing more is collected, as far as the register allows; who takes it back is let in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.consent.identifiers import email_key, handle_key, phone_key
from dagster_project.consent.objections import PROCESSING, TRACKING, Objections
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.store import OBJECTED_ROWS, LandingZone
from dagster_project.privacy.objectors import note_objectors
from dagster_project.sources.catalogue import stream_of
from tests.unit.landing.builders import batch, contact, source

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA, BEN = "ada@example.org", "ben@example.org"

SOURCES = (
    source("posts", "x", lawful_basis="legitimate interest"),
    source("news", "mailchimp", lawful_basis="consent"),
    source("crm", "hubspot", lawful_basis="contract"),
    source("mails", "sendgrid", lawful_basis="contract"),
    source("help", "zendesk", lawful_basis="contract"),
    source("chat", "zendesk", lawful_basis="legitimate interest"),
)


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[LandingZone]:
    root = Root(tmp_path / "root")
    root.state.mkdir(parents=True)
    zone = LandingZone(root, sources=SOURCES)
    yield zone
    zone.close()


def object_to(zone: LandingZone, what: str, *keys: str) -> None:
    with session() as connection:
        Objections(zone.root).keep_only(connection, [(key, what) for key in keys], at=NOON)


def landed(zone: LandingZone, where: str, *rows: dict[str, str | None]) -> list[str]:
    name, _, stream = where.partition(".")
    vendor = next(s.vendor for s in SOURCES if s.name == name)
    load = zone.land(batch(*rows, spec=stream_of(vendor, stream), source=name))
    file = zone.rows_file(load)
    found = duckdb.sql(
        f"select _native_id from read_parquet('{file}') order by _row"
    ).fetchall()
    assert load.rows == len(found)
    assert load.rows_in == len(rows)
    assert {left.what for left in load.left_out} <= {OBJECTED_ROWS}
    return [row[0] for row in found]


def mail(id_: str, event: str, email: str = ADA) -> dict[str, str | None]:
    return {"sg_event_id": id_, "event": event, "email": email, "timestamp": "1790000000"}


def user(id_: str, email: str) -> dict[str, str | None]:
    return {"id": id_, "name": "somebody", "email": email}


def test_rows_about_who_objects_stay_out_where_the_basis_ends_with_it(
    zone: LandingZone,
) -> None:
    object_to(
        zone, PROCESSING, email_key(ADA), handle_key("x", "@Ada_K"), phone_key("+33199000001")
    )

    posts = [{"id": "1", "username": "ada_k"}, {"id": "2", "username": "ben_k"}]
    assert landed(zone, "posts.user", *posts) == ["2"]
    assert landed(zone, "chat.user", user("1", "Ada@Example.org"), user("2", BEN)) == ["2"]
    assert landed(zone, "chat.user", {"id": "3", "phone": "+33 1 99 00 00 01"}) == []


def test_what_rests_on_a_contract_and_what_tells_of_consent_land(zone: LandingZone) -> None:
    object_to(zone, PROCESSING, email_key(ADA), email_key("ada1@example.org"))

    assert landed(zone, "help.user", user("1", ADA)) == ["1"]
    assert landed(zone, "crm.contact", contact(1)) == ["1"]
    left = {"subscriber_hash": "h", "email_address": ADA, "status": "unsubscribed"}
    assert landed(zone, "news.member", left) == ["h"]


@pytest.mark.parametrize("what", [TRACKING, PROCESSING])
def test_what_they_open_is_not_kept_and_that_a_mail_was_sent_is(
    zone: LandingZone, what: str
) -> None:
    object_to(zone, what, email_key(ADA))

    events = ("delivered", "open", "click", "group_unsubscribe", "spamreport")
    rows = [mail(event, event) for event in events]

    assert landed(zone, "mails.event", *rows, mail("other", "open", BEN)) == [
        "delivered", "group_unsubscribe", "spamreport", "other",
    ]  # fmt: skip


def test_who_only_does_not_want_to_be_followed_is_answered_as_before(zone: LandingZone) -> None:
    object_to(zone, TRACKING, email_key(ADA))

    assert landed(zone, "chat.user", user("1", ADA)) == ["1"]


def test_who_takes_it_back_is_let_in_again(zone: LandingZone) -> None:
    object_to(zone, PROCESSING, email_key(ADA))
    assert landed(zone, "chat.user", user("1", ADA)) == []

    object_to(zone, PROCESSING)

    assert landed(zone, "chat.user", {**user("1", ADA), "role": "end-user"}) == ["1"]


WAREHOUSE = """
create schema marts; create schema intermediate; create schema identity;
create table marts.customer_consent_history as select * from (values
    ('c1', 'processing', 'withdrawn', true), ('c1', 'tracking', 'withdrawn', true),
    ('c2', 'processing', 'withdrawn', false), ('c2', 'processing', 'granted', true),
    ('c3', 'email', 'withdrawn', true)
) as t(customer_id, channel, status, is_current);
create table marts.customer_records as select * from (values
    ('crm:contact:1', 'c1'), ('posts:user:2', 'c1'), ('crm:contact:3', 'c2')
) as t(record_id, customer_id);
create table intermediate.int_contact_records as
    select record_id, split_part(record_id, ':', 1) as source, 'hubspot' as vendor,
        split_part(record_id, ':', 3) as native_id
    from marts.customer_records;
create table identity.record_identifiers as select * from (values
    ('crm:contact:1', 'email', null, 'ada@example.org', 'Ada@example.org'),
    ('crm:contact:1', 'phone', null, '+33199000001', '01 99 00 00 01'),
    ('crm:contact:3', 'phone', null, '+33199000001', '01 99 00 00 01'),
    ('posts:user:2', 'handle', 'x', 'ada_k', '@ada_k')
) as t(record_id, kind, network, value_norm, value_raw);
"""


def test_objections_are_read_off_the_marts_for_all_that_names_the_person_alone(
    zone: LandingZone,
) -> None:
    with session() as connection:
        connection.execute(WAREHOUSE)
        kept = note_objectors(connection, zone.root, key=None, now=NOON)

    # two ids, an address, a handle, each for both objections; the number is another's as well
    assert kept == 8
    assert Objections(zone.root).file.stat().st_mode & 0o077 == 0
    assert landed(zone, "posts.user", {"id": "2", "username": "renamed"}) == []
    assert landed(zone, "chat.user", {"id": "9", "phone": "+33199000001"}) == ["9"]


def test_without_an_objection_there_is_no_file_and_no_secret(zone: LandingZone) -> None:
    with session() as connection:
        connection.execute(WAREHOUSE)
        connection.execute("delete from marts.customer_consent_history")

        assert note_objectors(connection, zone.root, key=None, now=NOON) == 0

    assert list(zone.root.state.glob("*.parquet")) == []
    assert not (zone.root.state / "privacy.key").exists()
