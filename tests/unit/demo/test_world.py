import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.demo.rates import read_rates
from dagster_project.demo.world import build_daily_delta, build_world
from dagster_project.engines.duckdb.session import EngineOptions


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def rows(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def facts(world: Path, name: str) -> dict[str, float]:
    return dict(
        rows(f"select key, value from '{world}/truth/facts.parquet' where name = '{name}'")
    )


def members(archive: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if name.endswith(".csv"):
                text = opened.read(name).decode("utf-8")
                yield name, list(csv.DictReader(io.StringIO(text, newline="")))


def csv_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def documents(file: Path) -> Iterator[Any]:
    """All JSON values of a file, whether lines, one document or arrays in a row."""
    text, decoder, position = file.read_text(encoding="utf-8"), json.JSONDecoder(), 0
    while position < len(text.rstrip()):
        value, position = decoder.raw_decode(text, position)
        yield value
        while position < len(text) and text[position].isspace():
            position += 1


def sendgrid_events(world: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((world / "inbox" / "sendgrid_global").iterdir()):
        for value in documents(file):
            yield from value if isinstance(value, list) else [value]


def salesforce(world: Path) -> dict[str, list[dict[str, str]]]:
    archives = sorted((world / "inbox" / "salesforce_emea").glob("WE_*.ZIP"))
    return {name: found for archive in archives for name, found in members(archive)}


def md5(email: str) -> str:
    return hashlib.md5(email.strip().lower().encode()).hexdigest()


def test_one_seed_gives_the_same_bytes_on_any_number_of_threads(tmp_path: Path) -> None:
    build_world(tmp_path / "a", people=300, seed=5, options=EngineOptions(threads=1))
    build_world(tmp_path / "b", people=300, seed=5, options=EngineOptions(threads=2))

    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    build_world(tmp_path / "a", people=60, seed=5, only_contacts=True)
    build_world(tmp_path / "b", people=60, seed=6, only_contacts=True)

    names = [
        rows(f"select family_name from '{tmp_path}/{part}/truth/persons.parquet'")
        for part in "ab"
    ]
    assert names[0] != names[1]


def test_truth_knows_every_record_of_the_files_exactly_once(world: Path) -> None:
    truth = [row[0] for row in rows(f"select record_id from '{world}/truth/records.parquet'")]

    assert len(truth) == len(set(truth))
    assert set(truth) == set(_records_in_files(world)) | {"x_quay:user:99"}


def _records_in_files(world: Path) -> Iterator[str]:
    yield from _crm_records(world)
    yield from _mail_records(world)
    yield from _social_records(world)


def _crm_records(world: Path) -> Iterator[str]:
    files = salesforce(world)
    yield from (f"salesforce_emea:contact:{r['Id']}" for r in files["Contact.csv"] if r["Id"])
    yield from (f"salesforce_emea:lead:{r['Id']}" for r in files["Lead.csv"])
    for case in files["Case.csv"]:
        if case["SuppliedEmail"] and not case["ContactId"]:
            yield f"salesforce_emea:case_requester:{md5(case['SuppliedEmail'])}"
    for file in (world / "inbox" / "hubspot_apac").glob("*all-contacts*.csv"):
        ids = [r["Record ID"] for r in csv_rows(file)]
        yield from (f"hubspot_apac:contact:{native}" for native in ids if native)


def _mail_records(world: Path) -> Iterator[str]:
    for _, found in members(next((world / "inbox" / "mailchimp_emea").glob("*.zip"))):
        yield from (f"mailchimp_emea:member:{md5(r['Email Address'])}" for r in found)
    yield from (f"sendgrid_global:recipient:{md5(e['email'])}" for e in sendgrid_events(world))


def _social_records(world: Path) -> Iterator[str]:
    inbox = world / "inbox"
    for page in documents(next((inbox / "x_quay").glob("*mentions*"))):
        yield from (f"x_quay:user:{user['id']}" for user in page["includes"]["users"])
    for source in ("facebook_quay", "instagram_quay"):
        for page in documents(next((inbox / source).iterdir())):
            for post in page["data"]:
                yield from (
                    f"{source}:user:{c['from']['id']}" for c in post["comments"]["data"]
                )
    for account in documents(world / "api" / "mastodon" / "accounts.ndjson"):
        yield f"mastodon_quay:account:{account['id']}"
    for profile in documents(world / "api" / "bluesky" / "profiles.ndjson"):
        yield f"bluesky_quay:profile:{profile['did']}"


def test_every_hard_case_occurs_at_its_committed_rate(world: Path) -> None:
    hits, population = facts(world, "hard_case_hits"), facts(world, "hard_case_population")
    committed = read_rates().hard_cases

    assert set(hits) == set(committed)
    for name, case in committed.items():
        expected = case.rate * population[name]
        assert hits[name] > 0, name
        assert abs(hits[name] - expected) <= 4 * expected**0.5 + 3, name


def test_records_are_tagged_with_their_hard_cases(world: Path) -> None:
    tagged = {
        row[0]
        for row in rows(
            f"select distinct unnest(hard_cases) from '{world}/truth/records.parquet'"
        )
    }

    assert set(read_rates().hard_cases) <= tagged


def test_launch_day_brings_ten_times_an_ordinary_day(world: Path) -> None:
    ((_, burst),) = facts(world, "burst_day").items()
    ordinary = facts(world, "ordinary_day_conversations")["x"]

    assert 7 < burst / ordinary < 13


def test_a_troll_posts_at_night_and_many_answer(world: Path) -> None:
    (troll,) = facts(world, "troll_message_id")
    posts = {
        post["id"]: post
        for page in documents(next((world / "inbox" / "x_quay").glob("*mentions*")))
        for post in page["data"]
    }
    root = posts[troll.removeprefix("x:")]
    replies = [p for p in posts.values() if p["conversation_id"] == root["id"]]

    assert root["created_at"].startswith("2026-11-03T02:17")
    assert len(replies) > 20


def test_conversations_run_across_the_change_of_clocks(world: Path) -> None:
    threads = facts(world, "clock_change_thread_id")

    assert len(threads) >= 10


def test_scanners_click_faster_and_more_than_people(world: Path) -> None:
    delivered: dict[str, int] = {}
    clicks: dict[str, list[int]] = {}
    for event in sendgrid_events(world):
        if event["event"] == "delivered":
            delivered[event["sg_message_id"]] = event["timestamp"]
        if event["event"] == "click":
            clicks.setdefault(event["sg_message_id"], []).append(event["timestamp"])
    waits = sorted(
        moment - delivered[message] for message, found in clicks.items() for moment in found
    )
    fast = [wait for wait in waits if wait <= 3]
    true_clicks = facts(world, "clicks")

    assert len(fast) >= true_clicks["sendgrid:scanner"]
    assert len(waits) - len(fast) >= true_clicks["sendgrid:person"]
    assert min(wait for wait in waits if wait > 3) > 60


def test_the_webhook_delivers_some_events_twice(world: Path) -> None:
    ids = [event["sg_event_id"] for event in sendgrid_events(world)]

    assert (
        len(ids) - len(set(ids)) == facts(world, "email_events_delivered_twice")["sendgrid"] > 0
    )


def test_truth_holds_the_sum_of_won_deals_per_currency(world: Path) -> None:
    won = facts(world, "won_amount_minor")
    euros = sum(
        round(float(r["Amount"]) * 100)
        for r in salesforce(world)["Opportunity.csv"]
        if r["IsWon"] == "1"
    )
    dollars = sum(
        round(float(r["Amount"]) * 100)
        for r in csv_rows(next((world / "inbox" / "hubspot_apac").glob("*deals*")))
        if r["Deal Stage"] == "Closed Won"
    )

    assert won == {"EUR": euros, "HKD": dollars}


def test_deals_name_contacts_that_exist(world: Path) -> None:
    files = salesforce(world)
    contacts = {r["Id"] for r in files["Contact.csv"]}
    deals = {r["Id"] for r in files["Opportunity.csv"]}

    assert {r["ContactId"] for r in files["OpportunityContactRole.csv"]} <= contacts
    assert {r["OpportunityId"] for r in files["OpportunityContactRole.csv"]} == deals
    assert {r["ConvertedContactId"] for r in files["Lead.csv"]} - {""} <= contacts
    assert {r["MasterRecordId"] for r in files["Contact.csv"]} - {""} <= contacts


def test_ids_of_messages_are_unique(world: Path) -> None:
    for name, key in (("mastodon/statuses", "id"), ("bluesky/posts", "uri")):
        ids = [entity[key] for entity in documents(world / "api" / f"{name}.ndjson")]

        assert len(ids) == len(set(ids)), name


def test_replies_stand_in_the_same_world(world: Path) -> None:
    posts = {
        post["uri"]: post for post in documents(world / "api" / "bluesky" / "posts.ndjson")
    }
    statuses = {s["id"]: s for s in documents(world / "api" / "mastodon" / "statuses.ndjson")}
    parents = [
        p["record"]["reply"]["parent"]["uri"] for p in posts.values() if "reply" in p["record"]
    ]
    answered = [s["in_reply_to_id"] for s in statuses.values() if s["in_reply_to_id"]]

    assert parents
    assert set(parents) <= set(posts)
    assert answered
    assert set(answered) <= set(statuses)


def test_some_posts_are_edited_and_some_deleted(world: Path) -> None:
    statuses = list(documents(world / "api" / "mastodon" / "statuses.ndjson"))
    posts = list(documents(world / "api" / "bluesky" / "posts.ndjson"))

    assert any(status["_c360_edits"] for status in statuses)
    assert any(entity["_c360_deleted_at"] for entity in [*statuses, *posts])
    assert all(status["account"]["acct"] for status in statuses)


def test_addresses_are_invented(world: Path) -> None:
    domains = {
        row[0]
        for row in rows(
            f"select distinct split_part(unnest([email_1, email_2, email_work]), '@', 2) "
            f"from '{world}/truth/persons.parquet'"
        )
        if row[0]
    }

    assert all(d.endswith((".example", "example.org", "example.com")) for d in domains)


def test_two_files_are_there_to_be_refused_or_quarantined(world: Path) -> None:
    old_view = next((world / "inbox" / "hubspot_apac").glob("*old-view*"))

    assert "Record ID" not in old_view.read_text(encoding="utf-8").splitlines()[0]
    assert sum(not r["Id"] for r in salesforce(world)["Contact.csv"]) == 1


def test_a_further_day_adds_files_and_repeats_no_id(tmp_path: Path) -> None:
    build_world(tmp_path, people=400, seed=3)
    before = digests(tmp_path / "inbox")
    events_before = {event["sg_event_id"] for event in sendgrid_events(tmp_path)}

    build_daily_delta(tmp_path, people=400, seed=3, day=1, share=0.05)
    build_daily_delta(tmp_path, people=400, seed=3, day=2, share=0.05)

    after = digests(tmp_path / "inbox")
    assert before.items() <= after.items()
    assert len(after) > len(before)
    assert len({e["sg_event_id"] for e in sendgrid_events(tmp_path)}) > len(events_before)
    statuses = [s["id"] for s in documents(tmp_path / "api" / "mastodon" / "statuses.ndjson")]
    assert len(statuses) == len(set(statuses))
    counted = rows(
        f"select count(*), count(distinct record_id), max(person_id) from '{tmp_path}/truth/records.parquet'"
    )
    assert counted[0][0] == counted[0][1]
    assert counted[0][2] >= 420


def test_a_further_day_is_the_same_whenever_it_is_built(tmp_path: Path) -> None:
    for name in "ab":
        build_daily_delta(tmp_path / name, people=200, seed=3, day=4, share=0.05)

    assert digests(tmp_path / "a") == digests(tmp_path / "b")


@pytest.mark.parametrize("people", [pytest.param(1, id="one"), pytest.param(12, id="a-dozen")])
def test_tiny_worlds_can_be_built(tmp_path: Path, people: int) -> None:
    summary = build_world(tmp_path, people=people, seed=2)

    assert summary.people == people
