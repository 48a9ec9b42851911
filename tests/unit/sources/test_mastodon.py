"""What is Mastodon's own: accounts inside posts, boosts, visibility, older servers, saved pages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from dagster_project.demo.server import Fault, FaultKind, FaultPlan
from tests.unit.sources.api_world import ApiWorld, Company, at, iso, status_id, talk
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of


@pytest.fixture
def world(tmp_path: Path) -> ApiWorld:
    return ApiWorld(tmp_path / "world")


@pytest.fixture
def pulled(tmp_path: Path, world: ApiWorld) -> Iterator[Callable[..., Company]]:
    started: list[Company] = []

    def start(*faults: Fault, moment: float = 60) -> Company:
        server = world.serve(moment=at(moment), faults=FaultPlan(list(faults)))
        started.append(Company(tmp_path, server, "mastodon"))
        started[-1].land()
        return started[-1]

    yield start
    for one in started:
        one.zone.close()
        one.server.stop()


def test_an_account_of_the_server_itself_gets_its_domain(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    talk(world, 3)

    quay = pulled()

    assert quay.newest("account")["1"]["acct"] == "quay@social.example.org"
    assert quay.newest("account")["1"]["is_own_account"] == "true"
    assert quay.newest("account")["101"]["acct"] == "ada1@example.org"
    assert quay.newest("status")[status_id(3)]["account_acct"] == "quay@social.example.org"


def test_proved_links_and_moves_of_an_account_are_kept(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    fields = [{"name": "Web", "value": "<a rel='me'>x</a>", "verified_at": iso(at(0))}]
    world.account(
        "101",
        "ada1",
        "ada1@example.org",
        "example.org",
        fields=fields,
        moved={"id": "900", "acct": "ada@example.net"},
        indexable=False,
    )
    world.status(1)

    row = pulled().newest("account")["101"]

    assert orjson.loads(row["fields"]) == fields
    assert (row["moved_to"], row["indexable"]) == ("900", "false")


def test_an_authors_counters_do_not_make_a_new_version_of_old_posts(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    world.status(1)
    quay = pulled()
    world.accounts["101"]["followers_count"] = 99
    world.write()
    quay.server.move_to(at(70))

    new = quay.land()

    assert new == 1
    assert quay.newest("account")["101"]["followers_count"] == "99"


def test_a_boost_points_at_what_it_boosts(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    boosted = world.status(1)
    world.status(2, author="1", reblog=boosted, content="")

    row = pulled().newest("status")[status_id(2)]

    assert row["reblog_of_id"] == status_id(1)
    assert row["thread_id"] == status_id(2)


def test_a_direct_message_is_pulled_with_its_visibility(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    world.status(1, visibility="direct")

    assert pulled().newest("status")[status_id(1)]["visibility"] == "direct"


def test_a_hidden_post_counts_as_gone(world: ApiWorld, pulled: Callable[..., Company]) -> None:
    world.status(1, _c360_hidden=iso(at(90)))
    quay = pulled()

    quay.server.move_to(at(100))
    quay.land()

    assert quay.newest("status")[status_id(1)]["deleted_at"] == at(100).isoformat()


def test_the_thread_of_a_reply_stays_when_the_post_above_is_deleted(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    world.status(1)
    world.status(2, author="1", parent=1, _c360_deleted_at=iso(at(90)))
    world.status(3, author="103", parent=2) if world.person(3) else None
    quay = pulled()

    quay.server.move_to(at(100))
    quay.land()

    assert quay.newest("status")[status_id(3)]["thread_id"] == status_id(1)


def test_an_older_server_without_the_list_of_statuses_is_asked_one_by_one(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    talk(world, 6)
    missing = Fault(
        FaultKind.STATUS, path="/api/v1/statuses", whole_path=True, status=404, times=99
    )
    quay = pulled(missing)

    quay.server.move_to(at(61))
    again = quay.land()

    assert again == 0
    assert all(row["deleted_at"] is None for row in quay.newest("status").values())


def test_html_stays_raw(world: ApiWorld, pulled: Callable[..., Company]) -> None:
    html = '<p>a &amp; b<br><a href="https://example.org">x</a></p>'
    world.status(1, content=html)

    assert pulled().newest("status")[status_id(1)]["content"] == html


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("notifications_mention.json", {"account": 2, "status": 1}),
        ("account_statuses.json", {"account": 1, "status": 2}),
        ("status_context.json", {"account": 3, "status": 3}),
        ("accounts.ndjson", {"account": 3}),
    ],
)
def test_a_saved_page_loads_with_every_entity(
    inbox: Inbox, name: str, counts: dict[str, int]
) -> None:
    source = source_of("mastodon", brand_accounts=("quay@social.example.org",))
    inbox.put(source, name, (SAMPLES / "mastodon" / name).read_bytes())

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert {r.stream: len(r.rows) for r in readings} == counts
    assert all(r.batch.path is not None for r in readings)


def test_a_saved_thread_knows_its_first_post(inbox: Inbox) -> None:
    page = SAMPLES / "mastodon" / "status_context.json"
    inbox.put(source_of("mastodon"), page.name, page.read_bytes())

    statuses = next(r for r in inbox.read() if isinstance(r, Reading) and r.stream == "status")

    assert set(statuses.column("thread_id")) == {"115400000000000101"}


def test_the_documented_page_of_mentions_loads_untouched(inbox: Inbox) -> None:
    file = Path("../shared/data/formats/mastodon/notifications_mention.json").resolve()
    if not file.is_file():
        pytest.skip(f"{file.parent} is not at hand")
    inbox.put(source_of("mastodon"), file.name, file.read_bytes())

    accounts, statuses = [r for r in inbox.read() if isinstance(r, Reading)]

    assert accounts.column("acct") == ["ada@hachyderm.example"]
    assert statuses.column("id") == ["115400000000000001"]
    assert statuses.column("account_id") == ["109"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('[{"id": "1", "text": "hi", "author_id": "2"}]', id="x"),
        pytest.param('{"records": [{"Id": "003"}]}', id="salesforce"),
        pytest.param('{"data": [{"id": "1_2", "message": "hi"}]}', id="facebook"),
        pytest.param("[]", id="empty-list"),
        pytest.param("not json", id="text"),
    ],
)
@pytest.mark.parametrize("vendor", ["mastodon", "bluesky"])
def test_other_json_is_not_claimed(inbox: Inbox, vendor: str, content: str) -> None:
    inbox.put(source_of(vendor), "page.json", content)

    assert not any(isinstance(r, Reading) for r in inbox.read())


@pytest.mark.parametrize("vendor", ["mastodon", "bluesky"])
def test_a_cut_off_page_is_reported_and_left(inbox: Inbox, vendor: str) -> None:
    pages: dict[str, Any] = {"mastodon": "status_context", "bluesky": "getProfiles"}
    whole = (SAMPLES / vendor / f"{pages[vendor]}.json").read_bytes()
    inbox.put(source_of(vendor), "page.json", whole[: len(whole) * 2 // 3])

    refusal = inbox.refusal()

    assert refusal.holds_file
