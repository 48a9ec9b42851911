"""Rules that hold for every vendor's pull, seen over real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dagster_project.demo.server import Fault, FaultKind, FaultPlan, Limit
from dagster_project.domain.errors import SourceError, TransientError
from dagster_project.landing.posts import POSTS
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.pull import PULLERS, RetryPolicy, Window
from tests.unit.landing.builders import batch
from tests.unit.sources.api_world import (
    STREAMS,
    ApiWorld,
    Company,
    at,
    iso,
    post_key,
    status_id,
    talk,
)

Pulling = Callable[..., Company]

FEEDS = {
    "mastodon": ("/api/v1/notifications", "/statuses"),
    "bluesky": ("listNotifications", "getPosts"),
}


@pytest.fixture(params=sorted(PULLERS))
def vendor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def world(tmp_path: Path) -> ApiWorld:
    return ApiWorld(tmp_path / "world")


@pytest.fixture
def company(tmp_path: Path, vendor: str, world: ApiWorld) -> Iterator[Pulling]:
    """A company that pulls the world as it stands; servers end with the test."""
    started: list[Company] = []

    def start(*faults: Fault, moment: float = 5000, limit: Limit | None = None, **access: int):
        plan = FaultPlan([replace(fault) for fault in faults])
        if limit:
            plan.mastodon_limit = plan.bluesky_limit = limit
        server = world.serve(moment=at(moment), faults=plan)
        folder = tmp_path / f"company{len(started)}"
        started.append(Company(folder, server, vendor, access=dict(access)))
        return started[-1]

    yield start
    for one in started:
        one.zone.close()
        one.server.stop()


def posts_of(company: Company) -> dict[str, dict[str, str]]:
    """Newest rows of posts by number."""
    rows = company.newest(STREAMS[company.vendor][1])
    return {str(number_of(native_id)): row for native_id, row in rows.items()}


def number_of(native_id: str) -> int:
    return int(native_id[-9:])


def texts(world: ApiWorld, vendor: str, number: int, **change: object) -> None:
    """Put private keys on a post of both networks."""
    entities = world.statuses if vendor == "mastodon" else world.posts
    end = status_id(number) if vendor == "mastodon" else post_key(number)
    next(e for i, e in entities.items() if i.endswith(end)).update(change)


def test_a_post_of_a_saved_page_is_not_asked_for_and_so_not_taken_for_deleted(
    tmp_path: Path, world: ApiWorld, company: Pulling, vendor: str
) -> None:
    talk(world, 6)
    quay, stream = company(), STREAMS[vendor][1]
    columns, spec = POSTS[vendor], stream_of(vendor, stream)
    elsewhere = {spec.key[0]: "elsewhere-1", columns.created_at: iso(at(4900))}
    page = tmp_path / "another-servers-page.json"
    quay.zone.land(
        batch(elsewhere, spec=spec, source=quay.source.name, as_of=at(4900), path=page)
    )

    quay.land()

    assert quay.newest(stream)["elsewhere-1"]["deleted_at"] is None
    assert len(quay.newest(stream)) == 7


def test_everything_is_pulled_once_with_its_threads(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 50)
    quay = company(page_limit=7)

    new = quay.land()

    rows = posts_of(quay)
    assert sorted(map(int, rows)) == list(range(1, 51))
    assert len(quay.newest(STREAMS[vendor][0])) == 8
    assert new == 58
    assert quay.notes == []
    thread = "thread_id" if vendor == "mastodon" else "reply_root_uri"
    assert number_of(rows["3"][thread]) == 1


def test_a_second_pull_of_the_same_world_brings_nothing(
    company: Pulling, world: ApiWorld
) -> None:
    talk(world)
    quay = company(moment=60)
    quay.land()

    assert quay.land() == 0
    assert quay.land() == 0


def test_a_later_pull_brings_what_is_new(company: Pulling, world: ApiWorld) -> None:
    talk(world, 40)
    quay = company(moment=20)
    quay.land()

    quay.server.move_to(at(60))
    quay.land()

    assert len(posts_of(quay)) == 40


def test_a_post_that_becomes_visible_late_is_not_missed(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 30)
    texts(world, vendor, 4, _c360_visible_from=iso(at(100)))
    quay = company(moment=60)
    quay.land()
    assert "4" not in posts_of(quay)

    quay.server.move_to(at(120))
    quay.land()

    assert "4" in posts_of(quay)


def test_a_crash_after_any_batch_loses_nothing_and_doubles_nothing(
    company: Pulling, world: ApiWorld
) -> None:
    talk(world, 18)
    world.status(41, author="101", parent=1, mentions=False)
    world.post(41, author="ada1", parent=1, mentions=False)
    whole = company(page_limit=6)
    whole.land(pages_per_batch=1)
    assert len(whole.batches) >= 5

    for crash in range(1, len(whole.batches)):
        broken = company(page_limit=6)
        first = broken.land(stop_after=crash, pages_per_batch=1)
        rest = broken.land(pages_per_batch=1)

        assert broken.landed() == whole.landed(), f"crash after batch {crash}"
        assert first + rest == sum(len(rows) for rows in whole.landed().values())


def test_repeated_crashes_still_get_to_the_end(company: Pulling, world: ApiWorld) -> None:
    talk(world, 24)
    whole = company(page_limit=8)
    whole.land()
    broken = company(page_limit=8)

    while broken.land(stop_after=2, pages_per_batch=1):
        assert len(broken.batches) < 40

    assert broken.landed() == whole.landed()


def test_a_stop_at_any_request_changes_nothing_of_what_lands_in_the_end(
    company: Pulling, world: ApiWorld
) -> None:
    talk(world, 12)
    world.status(41, author="101", parent=1, mentions=False)
    world.post(41, author="ada1", parent=1, mentions=False)
    whole = company(page_limit=4)
    whole.land(pages_per_batch=1)

    for request in range(0, sum(whole.server.requests.values()), 2):
        broken = company(Fault(FaultKind.RESET, after=request), page_limit=4)
        with pytest.raises(TransientError):
            broken.land(pages_per_batch=1, policy=RetryPolicy(attempts=1))
        broken.land(pages_per_batch=1)

        assert broken.landed() == whole.landed(), f"stopped at request {request}"


def test_a_failure_in_the_middle_is_resumed(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 24)
    whole = company(page_limit=6)
    whole.land()
    fault = Fault(FaultKind.STATUS, path=FEEDS[vendor][1], after=2, times=9)
    broken = company(fault, page_limit=6)

    with pytest.raises(TransientError):
        broken.land(policy=RetryPolicy(attempts=3), pages_per_batch=1)
    broken.land(policy=RetryPolicy(attempts=8), pages_per_batch=1)

    assert broken.landed() == whole.landed()


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.TRUNCATED,
        FaultKind.HALF_JSON,
        FaultKind.RESET,
        FaultKind.STATUS,
    ],
)
def test_bad_moments_change_nothing_of_what_lands(
    company: Pulling, world: ApiWorld, vendor: str, kind: FaultKind
) -> None:
    talk(world, 30)
    whole = company(page_limit=7)
    whole.land()
    faults = [Fault(kind, path=path, after=1, times=2) for path in FEEDS[vendor]]
    shaken = company(*faults, page_limit=7)

    shaken.land()

    assert shaken.landed() == whole.landed()
    assert shaken.slept


def test_a_small_allowance_is_waited_out(company: Pulling, world: ApiWorld) -> None:
    talk(world, 30)
    whole = company(page_limit=5)
    whole.land()
    slow = company(limit=Limit(requests=4, seconds=60), page_limit=5)

    slow.land()

    assert slow.landed() == whole.landed()
    assert len(slow.slept) >= 2
    assert max(slow.slept) <= 61


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(FaultKind.HTML, after=4), id="html"),
        pytest.param(Fault(FaultKind.STATUS, after=4, status=401), id="401"),
    ],
)
def test_a_lasting_failure_keeps_what_landed_before(
    company: Pulling, world: ApiWorld, fault: Fault
) -> None:
    talk(world, 30)
    broken = company(fault, page_limit=5)

    with pytest.raises(SourceError):
        broken.land(pages_per_batch=1)
    broken.land(pages_per_batch=1)

    assert len(posts_of(broken)) == 30


def test_an_edit_in_the_look_back_is_a_new_version(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 12)
    edited = {
        "mastodon": {"content": "<p>changed</p>", "edited_at": iso(at(100))},
        "bluesky": {"record": {"$type": "app.bsky.feed.post", "text": "changed"}},
    }[vendor]
    texts(world, vendor, 4, _c360_edits=[{"at": iso(at(100)), "entity": edited}])
    quay = company(moment=60)
    quay.land()

    quay.server.move_to(at(120))
    new = quay.land()

    assert new == 1
    assert "changed" in str(posts_of(quay)["4"]["_raw"])


def test_an_edit_before_the_look_back_is_left_alone(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 12)
    later = timedelta(days=3) / timedelta(minutes=1)
    texts(world, vendor, 4, _c360_deleted_at=iso(at(later)))
    quay = company(moment=60, look_back_days=2)
    quay.land()

    quay.server.move_to(at(later + 10))
    quay.land()

    assert posts_of(quay)["4"]["deleted_at"] is None


def test_a_deleted_post_gets_one_row_that_says_so(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 12)
    texts(world, vendor, 4, _c360_deleted_at=iso(at(100)))
    quay = company(moment=60)
    quay.land()

    quay.server.move_to(at(120))
    quay.land()
    quay.server.move_to(at(140))
    again = quay.land()

    row = posts_of(quay)["4"]
    assert row["deleted_at"] == at(120).isoformat()
    assert row["_raw"] is None
    assert again == 0


def test_a_post_left_out_of_an_answer_is_not_taken_for_deleted(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 12)
    quay = company(moment=60)
    quay.land()
    many = {"mastodon": "/api/v1/statuses", "bluesky": "getPosts"}[vendor]
    quay.server.faults.faults.append(Fault(FaultKind.EMPTY, path=many, whole_path=True))

    quay.server.move_to(at(61))
    quay.land()

    assert all(row["deleted_at"] is None for row in posts_of(quay).values())


def test_a_reply_that_mentions_nobody_is_found_through_its_thread(
    company: Pulling, world: ApiWorld
) -> None:
    talk(world, 12)
    world.status(20, author="101", parent=4, mentions=False)
    world.status(21, author="102", parent=20, mentions=False)
    world.post(20, author="ada1", parent=4, mentions=False)
    world.post(21, author="ada2", parent=20, mentions=False)
    quay = company(moment=60)

    quay.land()

    assert {"20", "21"} <= posts_of(quay).keys()
    assert quay.notes == []


def test_a_reply_to_what_never_mentioned_the_brand_brings_the_thread_above(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    world.person(1)
    world.status(1, author="101", mentions=False)
    world.status(2, author="1", parent=1)
    world.profile("ada1")
    world.post(1, author="ada1", mentions=False)
    world.post(2, author="quay", parent=1)
    quay = company(moment=60)

    quay.land()

    thread = "thread_id" if vendor == "mastodon" else "reply_root_uri"
    rows = posts_of(quay)
    assert rows.keys() == {"1", "2"}
    assert number_of(rows["2"][thread]) == 1


def test_a_window_is_pulled_again_and_the_cursor_stays(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 40)
    quay = company(page_limit=10)
    stream = STREAMS[vendor][1]

    quay.land(window=Window(at(10), at(20)))

    assert {int(n) for n in posts_of(quay)} >= set(range(10, 20))
    assert not {int(n) for n in posts_of(quay)} & set(range(25, 41))
    assert quay.zone.ledger.cursor_of(quay.source.name, stream) is None
    quay.land()
    before = quay.zone.ledger.cursor_of(quay.source.name, stream)
    assert quay.land(window=Window(at(10), at(20))) == 0
    assert quay.zone.ledger.cursor_of(quay.source.name, stream) == before


def test_a_window_finds_deletes_older_than_the_look_back(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 12)
    later = timedelta(days=30) / timedelta(minutes=1)
    texts(world, vendor, 4, _c360_deleted_at=iso(at(later)))
    quay = company(moment=60)
    quay.land()
    quay.server.move_to(at(later + 10))

    quay.land(window=Window(at(0), at(100)))

    assert posts_of(quay)["4"]["deleted_at"] is not None


def test_rows_handed_over_fewer_than_the_account_has_are_noted(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 12)
    quay = company(moment=60)
    quay.land()
    zone_cursor = quay.zone.ledger.cursor_of(quay.source.name, STREAMS[vendor][1])
    assert zone_cursor is not None
    quay.zone.ledger.set_cursor(
        quay.source.name, STREAMS[vendor][1], {**zone_cursor, "own_rows": "1"}
    )

    quay.land()

    assert quay.notes == ["completeness: 1 of the account's 4 posts handed over"]


def test_profiles_come_before_the_posts_that_move_the_cursor(
    company: Pulling, world: ApiWorld, vendor: str
) -> None:
    talk(world, 12)
    quay = company(moment=60)
    quay.land()

    assert [b.spec.stream for b in quay.batches] == list(STREAMS[vendor])
    assert [bool(b.cursor) for b in quay.batches] == [False, True]
    assert all(batch.skip_known for batch in quay.batches)


def test_an_empty_world_gives_the_brands_own_account(company: Pulling, vendor: str) -> None:
    quay = company(moment=60)

    quay.land()

    accounts = quay.newest(STREAMS[vendor][0])
    assert [row["is_own_account"] for row in accounts.values()] == ["true"]
