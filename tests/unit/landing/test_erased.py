"""People who were erased do not come back: rows that land and files that are put away lack them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.consent.tombstones import Tombstone, Tombstones
from dagster_project.domain.errors import StateError
from dagster_project.domain.loads import LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.store import LandingZone
from dagster_project.sources.catalogue import STREAMS, stream_of
from tests.unit.landing.builders import DAY, batch, contact

KEYS = (
    "email|ada1@example.org",
    "phone|85261230000",
    "handle|x|ada_kestrel",
    "handle|bluesky|ada.bsky.example",
    "id|hubspot_apac:contact:100000000001",
    "id|x_quay:user:1200000001",
    "id|bluesky_quay:profile:did:plc:ada",
)


def erase(root: Root, *keys: str, source: str | None = None, key: str | None = None) -> None:
    zone = LandingZone(root)
    root.state.mkdir(exist_ok=True)
    Tombstones(root, key=key).add(
        zone.connection, [Tombstone(k, source, "r1", DAY) for k in keys]
    )
    zone.close()


@pytest.fixture
def zone(root: Root) -> Iterator[LandingZone]:
    erase(root, *KEYS)
    zone = LandingZone(root, countries={"hubspot_apac": "HK"})
    yield zone
    zone.close()


def landed(zone: LandingZone, *rows: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    load = zone.land(batch(*rows, **given))
    found = zone.connection.execute(
        f"select * from read_parquet('{zone.rows_file(load)}') order by _row"
    )
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(contact(7, email="ADA1@Example.org"), id="address"),
        pytest.param(
            contact(7, additional_emails="x@example.org;ada1@example.org"), id="another"
        ),
        pytest.param(contact(7, phone_number="+852 6123 0000"), id="number"),
        pytest.param(contact(7, mobile_phone_number="6123-0000"), id="number-of-the-country"),
        pytest.param(contact(7, mobile_phone_number="00852 61230000"), id="number-dialled-out"),
        pytest.param(contact(7, twitter_username="@Ada_Kestrel"), id="handle"),
        pytest.param(
            contact(7, twitter_username="https://x.com/ada_kestrel?s=20"), id="profile"
        ),
        pytest.param(contact(7, record_id="100000000001"), id="vendors-id"),
        pytest.param(contact(7, record_id="100000000001.0"), id="vendors-id-of-a-spreadsheet"),
    ],
)
def test_a_row_of_somebody_who_was_erased_does_not_land(
    zone: LandingZone, row: dict[str, str | None]
) -> None:
    rows = landed(zone, contact(2), row, contact(3))

    assert [r["record_id"] for r in rows] == ["2", "3"]
    assert [r["_row"] for r in rows] == [1, 3]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(contact(7), id="anybody"),
        pytest.param(contact(7, phone_number="+1 612 300 00"), id="number-elsewhere"),
        pytest.param(contact(7, email="ada1@example.org.example"), id="longer-address"),
        pytest.param(contact(7, first_name="Ada", job_title="ada_kestrel"), id="same-words"),
    ],
)
def test_rows_of_others_land_as_they_are(
    zone: LandingZone, row: dict[str, str | None], tmp_path: Path
) -> None:
    plain = LandingZone(Root(tmp_path / "nobody-was-erased"))

    assert landed(zone, row) == landed(plain, row)
    plain.close()


def test_every_row_is_accounted_for(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1), contact(2)))

    assert [(left.what, left.rows) for left in load.left_out] == [
        ("rows of people who were erased", 1)
    ]
    assert (load.rows, load.rows_in) == (1, 2)


def test_what_others_wrote_loses_the_mention(zone: LandingZone) -> None:
    raw = {
        "in_reply_to_user_id": "1200000001",
        "entities": {"mentions": [{"id": "1200000001"}]},
    }
    answer = {
        "id": "2057", "author_id": "99", "in_reply_to_user_id": "1200000001",
        "text": "@ada_kestrel write to ada1@example.org or +852 6123 0000", "_raw": json.dumps(raw),
    }  # fmt: skip
    other = {"id": "2058", "author_id": "5", "text": "hello @ada_kestrels"}

    rows = landed(zone, answer, other, spec=stream_of("x", "post"), source="x_quay")

    assert rows[0]["text"] == "[erased] write to [erased] or [erased]"
    assert (rows[0]["author_id"], rows[0]["in_reply_to_user_id"]) == ("99", None)
    assert "1200000001" not in rows[0]["_raw"]
    assert rows[1]["text"] == "hello @ada_kestrels"


def test_a_post_and_the_answers_to_it_are_told_apart(zone: LandingZone) -> None:
    uri = "at://did:plc:ada/app.bsky.feed.post/1"
    own = {"uri": uri, "author_did": "did:plc:ada", "text": "hi"}
    answer = {
        "uri": "at://did:plc:bo/app.bsky.feed.post/2", "author_did": "did:plc:bo", "text": "hello",
        "reply_parent_uri": uri, "_raw": json.dumps({"reply": {"parent": {"uri": uri}}}),
    }  # fmt: skip

    rows = landed(zone, own, answer, spec=stream_of("bluesky", "post"), source="bluesky_quay")

    assert len(rows) == 1
    assert "did:plc:ada" not in str(rows[0])


def test_a_tombstone_of_one_source_holds_there_alone(root: Root) -> None:
    erase(root, "email|ada1@example.org", source="mailchimp_emea")
    zone = LandingZone(root)
    member = stream_of("mailchimp", "member")

    there = landed(
        zone, {"email_address": "ada1@example.org"}, spec=member, source="mailchimp_emea"
    )
    here = landed(zone, contact(1))

    assert (len(there), len(here)) == (0, 1)
    zone.close()


def test_who_is_let_in_again_lands(zone: LandingZone) -> None:
    Tombstones(zone.root).lift(zone.connection, ["email|ada1@example.org"])

    assert len(landed(zone, contact(1))) == 1


def test_tombstones_name_nobody_and_are_no_plain_hashes(zone: LandingZone) -> None:
    rows = str(
        zone.connection.execute(
            f"select * from read_parquet('{zone.root.state / 'tombstones.parquet'}')"
        ).fetchall()
    )
    plain = zone.connection.execute(
        "select sha256('ada1@example.org')[:32], sha256('email|ada1@example.org')[:32], "
        "md5('ada1@example.org')"
    ).fetchall()[0]

    assert not any(value in rows for value in ("ada1", "85261230000", "did:plc", *plain))


def test_without_the_key_nothing_lands(zone: LandingZone) -> None:
    (zone.root.state / "privacy.key").unlink()

    with pytest.raises(StateError, match="another key"):
        zone.land(batch(contact(1)))


def test_an_old_export_is_put_away_without_them(zone: LandingZone) -> None:
    text = "Record ID,Email\n1,ada1@example.org\n2,ada2@example.org\n"
    for round_ in range(2):  # the second time its load is known
        file = zone.root.inbox / "hubspot_apac" / "old.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        load = zone.land(batch(contact(1), contact(2), content="old", path=file))
        put = zone.put_away("hubspot_apac", file)

        assert put is not None
        assert load.is_new is (round_ == 0)
        assert put.read_text() == "Record ID,Email\n2,ada2@example.org\n"
    assert len(list((zone.root.inbox / "loaded" / "hubspot_apac").iterdir())) == 1


def test_a_pull_drops_them_too(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1), contact(2), skip_known=True))
    zone.ledger.decide(
        load.load_id,
        state=LoadState.ACCEPTED,
        verdict=Verdict("test"),
        quarantined=0,
        suite_hash="",
    )

    again = zone.land(batch(contact(1), contact(2), skip_known=True, content="next"))

    assert (load.rows, again.rows, again.is_new) == (1, 0, False)


_OF_NOBODY = {
    "salesforce__opportunity",
    "salesforce__campaign",
    "zendesk__organization",
    "zendesk__sla_policy",
    "zendesk__schedule",
    "zendesk__schedule_holiday",
    "discourse__category",
    "discourse__topic",
}
"""Streams whose columns name no person."""


@pytest.mark.parametrize("spec", STREAMS, ids=lambda s: s.table)
def test_every_stream_says_which_of_its_columns_name_people(spec: Any) -> None:
    assert {r.column for r in spec.people} <= set(spec.columns)
    assert bool(spec.people) is (spec.table not in _OF_NOBODY)
