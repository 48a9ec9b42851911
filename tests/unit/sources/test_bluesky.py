"""What is Bluesky's own: labels, clocks, facets, profiles, blocked posts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from dagster_project.sources.bluesky_rows import LOGGED_IN_ONLY
from tests.unit.sources.api_world import QUAY_DID, ApiWorld, Company, at, iso, talk
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of

WITHHELD = [{"src": "did:plc:shy", "uri": "at://x", "val": LOGGED_IN_ONLY, "cts": iso(at(0))}]


@pytest.fixture
def world(tmp_path: Path) -> ApiWorld:
    return ApiWorld(tmp_path / "world")


@pytest.fixture
def pulled(tmp_path: Path, world: ApiWorld) -> Iterator[Callable[..., Company]]:
    started: list[Company] = []

    def start(moment: float = 60, **access: Any) -> Company:
        server = world.serve(moment=at(moment))
        started.append(Company(tmp_path, server, "bluesky", access=access))
        started[-1].land()
        return started[-1]

    yield start
    for one in started:
        one.zone.close()
        one.server.stop()


def test_posts_for_logged_in_people_are_not_stored_but_counted(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    talk(world, 3)
    world.profile("shy", labels=WITHHELD)
    world.post(10, author="shy")

    quay = pulled()

    assert len(quay.newest("post")) == 3
    assert "did:plc:shy" not in quay.newest("profile")
    assert [note for note in quay.notes if LOGGED_IN_ONLY in note] == [
        f"1 post not stored: shown by the author to logged-in people only ({LOGGED_IN_ONLY})"
    ]


def test_a_stored_post_loses_its_text_once_its_author_hides_it(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    shy = world.profile(
        "shy", _c360_edits=[{"at": iso(at(90)), "entity": {"labels": WITHHELD}}]
    )
    post = world.post(10, author="shy")
    quay = pulled()
    assert quay.newest("post")[post["uri"]]["text"] == "post 10"

    quay.server.move_to(at(100))
    quay.land()

    row = quay.newest("post")[post["uri"]]
    assert (row["text"], row["_raw"], row["is_hidden"]) == (None, None, "true")
    assert shy["did"] in quay.newest("profile")


def test_a_negated_label_hides_nothing(world: ApiWorld, pulled: Callable[..., Company]) -> None:
    world.profile("open", labels=[{**WITHHELD[0], "neg": True}])
    world.post(10, author="open")

    assert len(pulled().newest("post")) == 1


def test_a_moderated_post_is_hidden_and_shown_again(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    post = world.post(10)
    quay = pulled()
    assert quay.newest("post")[post["uri"]]["is_hidden"] == "false"

    for hidden, moment in (("true", 70), ("false", 80)):
        world.posts[post["uri"]]["_c360_hidden"] = hidden == "true"
        world.write()
        quay.server.move_to(at(moment))
        quay.land()

        assert quay.newest("post")[post["uri"]]["is_hidden"] == hidden


def test_clocks_are_the_services_and_the_clients_word_is_kept(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    post = world.post(10)

    row = pulled().newest("post")[post["uri"]]

    assert row["indexed_at"] == iso(at(10))
    assert row["created_at"] == "1999-01-01T00:00:00.000Z"


def test_the_cursor_is_the_newest_time_indexed(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    talk(world, 12)
    quay = pulled(20)
    world.post(30)
    world.write()
    quay.server.move_to(at(40))

    quay.land()

    cursor = quay.zone.ledger.cursor_of("bluesky_test", "post")
    assert cursor == {"indexed_at": at(30).isoformat(), "own_rows": "4"}


def test_byte_offsets_of_facets_are_kept_as_they_are(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    post = world.post(10)

    facets = orjson.loads(pulled().newest("post")[post["uri"]]["facets"])

    assert facets == post["record"]["facets"]


def test_profiles_are_whole_though_posts_carry_the_name_only(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    world.profile("ada3", description="Sails", website="https://ada.example.org")
    world.post(3)

    profiles = pulled().newest("profile")

    assert profiles["did:plc:ada3"]["description"] == "Sails"
    assert profiles["did:plc:ada3"]["is_own_account"] == "false"
    assert profiles[QUAY_DID]["is_own_account"] == "true"


def test_replies_and_quotes_of_the_brand_are_pulled_too(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    own = world.post(1, author="quay")
    world.post(2, author="ada1", parent=1)
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": own["uri"], "cid": "c"}}
    world.post(3, author="ada2", mentions=False, record={"embed": quote})

    posts = pulled().newest("post")

    assert len(posts) == 3
    assert {row["embed_type"] for row in posts.values()} == {None, "app.bsky.embed.record"}


def test_a_deleted_account_takes_its_posts_and_profile_along(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    world.profile("ada3", _c360_deleted_at=iso(at(90)))
    post = world.post(3)
    quay = pulled()

    quay.server.move_to(at(100))
    quay.land()

    assert quay.newest("post")[post["uri"]]["deleted_at"] is not None


def test_control_characters_and_emoji_survive(
    world: ApiWorld, pulled: Callable[..., Company]
) -> None:
    post = world.post(3, record={"text": "nul \x00 here, \\u0000 there, 🚣 and é"})

    row = pulled().newest("post")[post["uri"]]

    assert row["text"] == "nul  here, \\u0000 there, 🚣 and é"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("getProfiles.json", {"profile": 2}),
        ("getAuthorFeed.json", {"profile": 2, "post": 2}),
        ("getPostThread.json", {"profile": 2, "post": 3}),
        ("listNotifications.json", {"profile": 2, "post": 1}),
        ("snapshots.json", {"profile": 1, "post": 1}),
    ],
)
def test_a_saved_page_loads_with_every_entity(
    inbox: Inbox, name: str, counts: dict[str, int]
) -> None:
    source = source_of("bluesky", brand_accounts=("quay.example.org",))
    inbox.put(source, name, (SAMPLES / "bluesky" / name).read_bytes())

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert {r.stream: len(r.rows) for r in readings} == counts


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("atproto_author-feed.json", {"profile": 2, "post": 10}),
        ("atproto_notifications.json", {"profile": 2}),
        ("atproto_posts.json", {"profile": 1, "post": 2}),
        ("atproto_profile.json", {"profile": 2}),
    ],
)
def test_a_snapshot_of_the_protocols_own_tests_loads_untouched(
    inbox: Inbox, name: str, counts: dict[str, int]
) -> None:
    file = Path("../shared/data/formats/bluesky").resolve() / name
    if not file.is_file():
        pytest.skip(f"{file.parent} is not at hand")
    inbox.put(source_of("bluesky"), name, file.read_bytes())

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert {r.stream: len(r.rows) for r in readings} == counts


def test_a_withheld_post_in_a_saved_page_is_not_stored(inbox: Inbox) -> None:
    page = SAMPLES / "bluesky" / "getPostThread.json"
    inbox.put(source_of("bluesky"), page.name, page.read_bytes())

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    assert "did:plc:shy" not in str([r.rows for r in readings])
    assert LOGGED_IN_ONLY in readings[-1].batch.notes[0]
    assert [row["is_hidden"] for row in readings[-1].rows].count("true") == 1
