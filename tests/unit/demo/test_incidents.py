"""What is planted in the demo world is in its files, once, as truth says it is."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config.yaml_file import read_yaml
from dagster_project.demo import incident_texts as texts
from dagster_project.demo.incidents import BLOCKED_DOMAINS, KINDS
from dagster_project.demo.rates import DEFAULT_FILE
from dagster_project.demo.world import build_world

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of 150 people, with one of each kind."""
    out = tmp_path_factory.mktemp("tiny")
    build_world(out, people=150, seed=4)
    return out


def asked(world: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"create view incidents as from '{world}/truth/incidents.parquet'")
        return connection.execute(sql).fetchall()


def posts(world: Path) -> Iterator[tuple[str, str, str]]:
    """Id, when and what text of every message in the files, under the warehouse's ids."""
    inbox, api = world / "inbox", world / "api"
    for line in next((inbox / "x_quay").glob("*mentions*")).open(encoding="utf-8"):
        for post in json.loads(line)["data"]:
            links = {u["url"]: u["expanded_url"] for u in post["entities"].get("urls") or ()}
            text = post["text"]
            for short, link in links.items():
                text = text.replace(short, link)
            yield f"x_quay:post:{post['id']}", post["created_at"], text
    for network, words in (("facebook", "message"), ("instagram", "text")):
        for line in next((inbox / f"{network}_quay").iterdir()).open(encoding="utf-8"):
            for post in json.loads(line)["data"]:
                for comment in post["comments"]["data"]:
                    at = comment.get("created_time") or comment["timestamp"]
                    yield f"{network}_quay:comment:{comment['id']}", at, comment[words]
    for line in (api / "mastodon" / "statuses.ndjson").open(encoding="utf-8"):
        status = json.loads(line)
        yield f"mastodon_quay:status:{status['id']}", status["created_at"], status["content"]
    for line in (api / "bluesky" / "posts.ndjson").open(encoding="utf-8"):
        post = json.loads(line)
        yield f"bluesky_quay:post:{post['uri']}", post["indexedAt"], post["record"]["text"]


def test_every_kind_is_planted_even_among_few(tiny: Path) -> None:
    found = dict(asked(tiny, "select kind, count(*) from incidents group by kind"))

    assert set(found) == {*KINDS, "launch_day"}


def test_truth_names_posts_as_the_files_have_them(world: Path) -> None:
    there = {message: (at[:19], text) for message, at, text in posts(world)}
    told = asked(
        world,
        "select message_id, strftime(posted_at, '%Y-%m-%dT%H:%M:%S'), coalesce(link, '') "
        "from incidents where role <> 'answer' or network <> 'x'",
    )

    assert len(told) == len({row[0] for row in told}) > 60
    assert {row[0] for row in told} <= set(there)
    for message, at, link in told:
        late = datetime.fromisoformat(there[message][0]) - datetime.fromisoformat(at)
        assert 0 <= late.total_seconds() <= 2, "Bluesky indexes a post two seconds after it"
        assert link in there[message][1]


def test_incidents_grow_with_the_people_as_the_rates_ask(world: Path) -> None:
    rates = read_yaml(DEFAULT_FILE).data["incidents"]
    found = dict(
        asked(
            world,
            "select kind, count(distinct incident_id) from incidents "
            "where incident_id not in ('troll_night 0', 'launch_day 1') group by kind",
        )
    )

    assert found == {kind: max(1, round(rate * 1.2)) for kind, rate in rates.items()}


def test_a_brigade_is_many_young_accounts_within_seconds(tiny: Path) -> None:
    ((posts_of_it, accounts, links, spread, youngest),) = asked(
        tiny,
        f"""
        select
            count(*), count(distinct i.author_record_id), count(distinct i.link),
            max(i.wave_seconds), max(i.age_days)
        from (
            select
                incidents.*,
                date_diff('second', min(posted_at) over (partition by link), max(posted_at) over (partition by link)) as wave_seconds,
                date_diff('day', cast(a.created_at as timestamp), posted_at) as age_days
            from incidents
            inner join (
                select unnest(includes.users, recursive := true) from '{tiny}/inbox/x_quay/users_99_mentions*.ndjson'
            ) as a on author_record_id = 'x_quay:user:' || a.id
            where kind = 'brigading'
        ) as i
        """,
    )

    assert posts_of_it >= 20
    assert accounts >= 10
    assert links == 2
    assert spread < 60
    assert youngest < 30


def test_brigades_differ_in_what_gives_them_away(tmp_path: Path) -> None:
    rates = tmp_path / "rates.yml"
    rates.write_text(
        DEFAULT_FILE.read_text(encoding="utf-8").replace("brigading: 0.8 ", "brigading: 40.0 "),
        encoding="utf-8",
    )
    build_world(tmp_path / "world", people=100, seed=4, rates_file=rates)
    manners = asked(
        tmp_path / "world",
        "select distinct network, role, contains(link, 'quay-refund') "
        "from incidents where kind = 'brigading' order by all",
    )

    assert manners == [
        ("bluesky", "anger", False),
        ("facebook", "campaign", False),
        ("mastodon", "campaign", True),
        ("x", "campaign", False),
    ]


def test_nobody_answers_who_is_planted_as_unheard(world: Path) -> None:
    answered = asked(
        world,
        "select incident_id from incidents where kind = 'unanswered' and role = 'answer'",
    )
    turns = asked(
        world,
        "select count(*) from incidents where kind = 'unanswered' group by incident_id",
    )

    assert not answered
    assert {count for (count,) in turns} == {2}


def test_troll_nights_lie_in_closing_hours(world: Path) -> None:
    hours = {
        hour
        for (hour,) in asked(
            world,
            "select date_part('hour', min(posted_at)) from incidents "
            "where kind = 'troll_night' and role = 'harm' group by incident_id",
        )
    }

    assert hours <= {22, 23, 0, 1, 2, 3}


def test_no_planted_words_were_seen_by_whoever_wrote_the_rules() -> None:
    planted = {
        words
        for rows in (texts.HARM, texts.LEAKS)
        for pairs in rows.values()
        for _, words in pairs
    }
    planted |= {
        words
        for rows in (texts.DISCLOSURES, texts.LURES, texts.ANGER, texts.ONLOOKERS)
        for said in rows.values()
        for words in said
    }
    planted |= {words for pairs in texts.UNHEARD.values() for pair in pairs for words in pair}
    labelled = {
        row["text"].casefold()
        for file in (PROJECT / "data" / "samples" / "messages").glob("*.csv")
        for row in csv.DictReader(file.open(encoding="utf-8", newline=""))
    }

    assert len(labelled) > 3000
    assert not {words.casefold() for words in planted} & labelled


def test_planted_words_exist_in_all_seven_languages() -> None:
    for said in (
        texts.HARM, texts.ONLOOKERS, texts.UNHEARD, texts.CAMPAIGNS, texts.ANGER,
        texts.DISCLOSURES, texts.HOMONYMS, texts.LEAKS, texts.LURES, texts.NAMESAKES,
    ):  # fmt: skip
        assert tuple(said) == texts.LANGUAGES


def test_lures_lead_to_domains_that_are_kept_for_examples() -> None:
    assert all(domain.endswith(".example") for domain in BLOCKED_DOMAINS)
