"""What is an attack: loud against its season, and a crowd that is none; and who pretends to be us."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

BURST = datetime(2026, 10, 28, 14, 5, tzinfo=UTC)
OLD = "2019-03-01 00:00:00+00"
LIE = (
    "Quay hides the battery fires and pays its testers to stay silent",
    "Quay buries the battery fires and pays its testers to stay silent!!",
    "wow. Quay hides the battery fires, and it pays testers to stay silent",
)
CHATTER = (
    "the strap of mine broke on the train this morning, third one",
    "does anybody know whether the old charger fits the new model?",
    "queue around the block in Lyon, see you inside everybody",
    "my order was confirmed at noon and I cannot wait to hold it",
    "is the blue one sold out already or is the page broken again?",
    "shout-out to the woman at the counter who stayed until nine",
    "bought two, one for my brother who still writes on paper",
    "the stream froze when they came to the price, typical really",
    "twelve days of battery they say, I will believe it in winter",
    "who designed that dial? I could look at it for an hour",
)

WORDS = [
    "anchor",
    "barley",
    "candle",
    "drizzle",
    "ember",
    "fossil",
    "gravel",
    "hollow",
    "island",
    "jasmine",
    "kettle",
    "lantern",
    "marble",
    "needle",
    "orchard",
    "pebble",
    "quarry",
    "ribbon",
    "saddle",
    "timber",
    "umbrella",
    "velvet",
    "walnut",
    "yonder",
    "zephyr",
    "bucket",
    "copper",
    "dagger",
    "falcon",
    "garden",
    "hammer",
    "jungle",
    "ladder",
    "mirror",
    "napkin",
    "oyster",
    "pillow",
    "ravine",
    "shovel",
    "tunnel",
    "violin",
    "willow",
    "blanket",
    "cottage",
    "dolphin",
    "feather",
    "glacier",
    "harvest",
    "lobster",
    "mustard",
    "nectar",
    "parsley",
    "quiver",
    "rooster",
    "sparrow",
    "thistle",
    "vessel",
    "whistle",
    "yeast",
    "zigzag",
]


def words_of(n: int) -> str:
    """A sentence of somebody's own."""
    return " ".join(Random(n).sample(WORDS, 9))


def account(world: World, name: str, *, opened: str | None = OLD, **values: Any) -> str:
    record_id = f"x_quay:user:{name}"
    handle = values.pop("handle", name)
    world.record(record_id, created_at=opened, **values)
    world.add("intermediate.int_contacts_unioned", record_id=record_id, handle=handle)
    return record_id


def quiet(world: World, *, a_day: int = 6) -> World:
    """Ten weeks of ordinary days before the burst, each post by an account of its own."""
    for day in range(1, 71):
        for n in range(a_day):
            at = BURST - timedelta(days=day) + timedelta(minutes=37 * n)
            author = account(world, f"usual{day}_{n}")
            world.message(
                f"usual{day}_{n}", author, thread_id=f"t{day}_{n}", brand_account="quaybrand",
                body_text=CHATTER[(day + n) % 10], created_at=f"{at}",
            )  # fmt: skip
    return world


def crowd(
    world: World,
    texts: Iterable[str],
    *,
    people: int = 30,
    each: int = 1,
    opened: str | None = OLD,
    links: Callable[[int], str | None] = lambda turn: None,
    apart: float = 50.0,
) -> World:
    """So many people post so often within the hour, ``apart`` seconds after one another."""
    texts = tuple(texts)
    for turn in range(each):
        for n in range(people):
            if turn == 0:
                account(world, f"crowd{n}", opened=opened)
            at = BURST + timedelta(seconds=apart * n + 1200 * turn)
            world.message(
                f"crowd{n}_{turn}", f"x_quay:user:crowd{n}", thread_id=f"c{n}_{turn}",
                brand_account="quaybrand", body_text=texts[n % len(texts)], links=links(turn),
                created_at=f"{at}",
            )  # fmt: skip
    return world


def attacks(built: Built, kind: str = "coordinated") -> list[dict[str, Any]]:
    return built.rows(
        f"select * from marts.fct_attack where kind = '{kind}' order by attack_id"
    )


def young(days: int = 5) -> str:
    return f"{BURST - timedelta(days=days)}"


def link(turn: int) -> str:
    return f'["https://what-they-hide.example/page{turn}"]'


@pytest.mark.parametrize(
    ("crowding", "evidence"),
    [
        pytest.param(
            {"texts": LIE, "opened": young()}, "near_copies,young_accounts", id="copies-by-young"
        ),
        pytest.param(
            {"texts": LIE, "each": 2, "links": link, "apart": 1.0},
            "near_copies,shared_objects",
            id="copies-with-one-link-at-once",
        ),
        pytest.param(
            {"texts": CHATTER, "each": 2, "links": link, "apart": 1.0, "opened": young()},
            "shared_objects,young_accounts",
            id="other-words-one-link-by-young",
        ),
        pytest.param(
            {"texts": LIE, "links": lambda turn: "https://pay.quay-refund.example/x"},
            "near_copies,blocked_links",
            id="copies-with-a-blocked-link",
        ),
    ],
)  # fmt: skip
def test_volume_and_two_signs_are_an_attack(
    build: Build, crowding: dict[str, Any], evidence: str
) -> None:
    (found,) = attacks(build(crowd(quiet(World()), **crowding), "fct_attack"))

    assert found["evidence"] == evidence
    assert (found["accounts"], found["usual_posts"]) == (30, 2.0)
    # by hand: the deviation of a season of twos is nothing, so a Poisson's counts
    assert found["loudest_posts"] == 30 * crowding.get("each", 1)
    assert found["z"] == pytest.approx((found["loudest_posts"] - 2) / 2**0.5)
    assert found["started_at"] == BURST


@pytest.mark.parametrize(
    "crowding",
    [
        pytest.param({"texts": CHATTER, "people": 300, "apart": 8.0}, id="a-launch"),
        pytest.param({"texts": ["that blue, wow, take my money now"], "people": 300, "apart": 8.0},
                     id="a-launch-where-all-say-the-same"),
        pytest.param({"texts": CHATTER, "opened": young()}, id="a-campaign-that-brings-new-people"),
        pytest.param({"texts": LIE, "people": 12, "opened": young()}, id="too-few-to-be-a-crowd"),
        pytest.param({"texts": LIE, "opened": young(45)}, id="accounts-not-young-any-more"),
    ],
)  # fmt: skip
def test_less_is_no_attack(build: Build, crowding: dict[str, Any]) -> None:
    assert attacks(build(crowd(quiet(World()), **crowding), "fct_attack")) == []


def test_who_is_as_loud_every_week_is_not_loud(build: Build) -> None:
    world = World()
    for week in range(9):
        for n in range(30):
            at = BURST - timedelta(weeks=week) + timedelta(seconds=40 * n)
            author = account(world, f"fan{week}_{n}", opened=f"{at - timedelta(days=3)}")
            world.message(
                f"m{week}_{n}", author, thread_id=f"t{week}_{n}", body_text=LIE[n % 3],
                created_at=f"{at}",
            )  # fmt: skip

    found = attacks(build(world, "fct_attack"))

    # the first weeks have no season yet; the last ones do
    assert all(row["ended_at"] < BURST - timedelta(weeks=1) for row in found)


def test_a_brand_that_always_has_young_readers_needs_more_of_them(build: Build) -> None:
    world = World()
    for day in range(1, 71):
        at = BURST - timedelta(days=day)
        author = account(world, f"usual{day}", opened=f"{at - timedelta(days=2)}")
        world.message(f"usual{day}", author, thread_id=f"t{day}", brand_account="quaybrand", body_text=CHATTER[day % 10],
                      created_at=f"{at}")  # fmt: skip

    assert attacks(build(crowd(world, LIE, opened=young()), "fct_attack")) == []


def test_what_the_brand_itself_spreads_is_no_sign(build: Build) -> None:
    world = crowd(quiet(World()), LIE, each=2, links=link, apart=1.0)
    for turn in (0, 1):
        world.message(f"own{turn}", None, direction="out", thread_id=f"own{turn}",
                      body_text=f"watch it: https://what-they-hide.example/page{turn}",
                      created_at=f"{BURST - timedelta(hours=3)}")  # fmt: skip

    assert attacks(build(world, "fct_attack")) == []


def test_a_crowd_within_a_launch_is_found_and_only_its_posts_are_listed(build: Build) -> None:
    world = crowd(quiet(World()), LIE, people=40, each=2, links=link, apart=1.0, opened=young())
    for n in range(60):
        author = account(world, f"fan{n}")
        world.message(f"fan{n}", author, thread_id=f"f{n}", brand_account="quaybrand",
                      body_text=words_of(n),
                      created_at=f"{BURST + timedelta(seconds=30 * n)}")  # fmt: skip

    built = build(world, "fct_attack", "fct_attack_message")

    (found,) = attacks(built)
    assert (found["messages"], found["accounts"]) == (80, 40)
    assert built.values(
        "select count(*) from marts.fct_attack_message where message_id like 'fan%'"
    ) == [0]


def test_pairs_of_a_huge_group_are_counted_on_twenty_of_it(build: Build) -> None:
    own_words = [words_of(n) for n in range(400)]
    world = crowd(quiet(World()), own_words, people=400, each=2, links=link, apart=0.05)

    (row,) = build(world, "fct_attack").rows("select count(*) as n from marts.fct_attack")
    pairs = build(
        crowd(quiet(World()), LIE, people=400, each=2, links=link, apart=0.05), "fct_attack"
    ).values("select account_pairs from marts.fct_attack")

    assert row["n"] == 0, "other words by old accounts: one sign alone"
    assert 3 <= pairs[0] <= 400 * 19 / 2


def test_texts_without_blanks_are_compared_as_well(build: Build) -> None:
    copies = (
        "Quay 隱瞞電池起火仲俾錢測試員收聲。醒吓啦",
        "Quay 收埋電池起火仲俾錢測試員收聲，快啲傳開去",
    )
    (found,) = attacks(build(crowd(quiet(World()), copies, opened=young()), "fct_attack"))

    assert found["near_copies"] == 30


@pytest.mark.parametrize(
    ("name", "handle", "evidence"),
    [
        pytest.param("Quаy", "someone77", "name_looks_like_ours", id="cyrillic"),
        pytest.param("Ｑuay", "someone77", "name_looks_like_ours", id="full-width"),
        pytest.param(
            "Qυay Care", "someone77", "name_looks_like_ours", id="greek-and-a-service"
        ),
        pytest.param("Quay Support", "someone77", "name_adds_a_service", id="service"),
        pytest.param("Best Deals", "quaybrand_he1p", "handle_adds_a_service", id="handle"),
        pytest.param("Quay", "someone77", "name_is_ours", id="same"),
        pytest.param("Quayside Books", "quayside_books", None, id="a-longer-word"),
        pytest.param("McQuay Joinery", "mcquay", None, id="inside-a-word"),
        pytest.param("Quay & Sons", "quay_sons", None, id="a-firm-of-that-name"),
        pytest.param("Ana Quay", "ana_quay", None, id="a-family-name"),
    ],
)
def test_names_that_pretend_to_be_the_brand(
    build: Build, name: str, handle: str, evidence: str | None
) -> None:
    world = World()
    account(world, "99", kind="brand", full_name="Quay", handle="quaybrand")
    author = account(world, "1", full_name=name, handle=handle)
    world.message("m1", author, body_text="write to us here")

    found = attacks(build(world, "fct_attack"), "impersonation")

    assert [row["evidence"] for row in found] == ([evidence] if evidence else [])


def test_a_dealer_that_is_known_is_no_impostor(build: Build) -> None:
    world = World()
    account(world, "99", kind="brand", full_name="Quay", handle="quaybrand")
    author = account(world, "1", full_name="Quay Store", handle="quay_store")
    world.message("m1", author).add(
        "config.conversation_lists", kind="genuine", value="quay_store"
    )

    assert attacks(build(world, "fct_attack"), "impersonation") == []


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        pytest.param("claim at https://quay-refund.example/1 now", "quay-refund.example", id="itself"),
        pytest.param("see http://a.b.quay-refund.example:8080/x", "quay-refund.example", id="below-it"),
        pytest.param("https://WWW.Quay-Refund.example", "quay-refund.example", id="capitals"),
        pytest.param("https://notquay-refund.example/1", None, id="another-that-ends-alike"),
        pytest.param("is quay-refund.example a fraud?", None, id="named-only"),
    ],
)  # fmt: skip
def test_a_single_lure_is_listed(build: Build, text: str, domain: str | None) -> None:
    world = World()
    world.message("m1", account(world, "1"), body_text=text)

    found = attacks(build(world, "fct_attack"), "blocked_link")

    assert [row["evidence"] for row in found] == ([domain] if domain else [])


@pytest.mark.parametrize(("days", "is_recent"), [(2, True), (30, False)])
def test_what_is_over_for_long_is_raised_no_more(
    build: Build, days: int, is_recent: bool
) -> None:
    world = World()
    world.message("m1", account(world, "1"), body_text="https://quay-refund.example/1",
                  created_at=f"{datetime(2026, 11, 1, tzinfo=UTC) - timedelta(days=days)}")  # fmt: skip

    (found,) = attacks(build(world, "fct_attack"), "blocked_link")

    assert found["is_recent"] is is_recent
