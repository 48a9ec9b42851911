"""Credit of touches for won deals: worked out by hand, and against brute force on small graphs."""

import itertools
import random
from collections import defaultdict
from collections.abc import Callable

import duckdb
import numpy as np
import pytest

from dagster_project.config.attribution import Attribution
from tests.parsed_project import CATALOG
from tests.unit.dbt_marts.conftest import Built, Compiled
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA = "salesforce_emea:contact:ana"
MODELS = (
    "first",
    "last",
    "last_non_direct",
    "linear",
    "position",
    "time_decay",
    "markov",
    "shapley",
)


def world_of_ana() -> World:
    """Ana clicked (by hand and by a scanner), wrote, and opened a case before a deal was won."""
    return (
        World()
        .record(ANA, "C1")
        .email_event("mail-1", "click", record_id=ANA, occurred_at="2026-10-01 10:00:00+00")
        .email_event("mail-2", "open", record_id=ANA, occurred_at="2026-10-02 10:00:00+00")
        .email_event(
            "bot-1",
            "click",
            record_id=ANA,
            send_key="send-2",
            is_vendor_machine=True,
            occurred_at="2026-10-03 10:00:00+00",
        )
        .message("post-1", ANA, created_at="2026-10-08 10:00:00+00")
        .add(
            "intermediate.int_cases",
            case_id="case-1",
            record_id=ANA,
            source="salesforce_emea",
            created_at="2026-10-15 10:00:00+00",
        )
        .message("post-late", ANA, created_at="2026-10-16 10:00:00+00")
        .message("post-old", ANA, created_at="2026-06-01 10:00:00+00")
        .opportunity("deal-1", ANA, amount_minor=1000)
    )


def credits(built: Built, model: str) -> dict[str, float]:
    rows = built.rows(
        f"select touch_id, credit from marts.fct_attribution where model = '{model}'"
    )
    return {row["touch_id"]: row["credit"] for row in rows}


def test_only_touches_by_people_within_the_lookback_count(build: Build) -> None:
    built = build(world_of_ana(), "fct_attribution")

    assert credits(built, "linear") == {
        "mail-1": pytest.approx(1 / 3),
        "post-1": pytest.approx(1 / 3),
        "case-1": pytest.approx(1 / 3),
    }
    assert built.failures("credits_sum_to_their_conversion") == 0


def test_rules_by_position_and_time(build: Build) -> None:
    built = build(world_of_ana(), "fct_attribution")

    assert credits(built, "first") == {"mail-1": 1.0}
    assert credits(built, "last") == {"case-1": 1.0}
    # a case is how a customer comes unasked
    assert credits(built, "last_non_direct") == {"post-1": 1.0}
    assert credits(built, "position") == {
        "mail-1": pytest.approx(0.4),
        "post-1": pytest.approx(0.2),
        "case-1": pytest.approx(0.4),
    }
    # 14, 7 and 0 days before the last touch, half in 7 days: 1 : 2 : 4
    assert credits(built, "time_decay") == {
        "mail-1": pytest.approx(1 / 7),
        "post-1": pytest.approx(2 / 7),
        "case-1": pytest.approx(4 / 7),
    }


def test_amounts_are_the_deals_to_the_last_minor_unit(build: Build) -> None:
    built = build(world_of_ana(), "fct_attribution")

    amounts = built.rows(
        "select model, sum(amount_minor) as amount, min(currency) as currency "
        "from marts.fct_attribution group by model"
    )

    assert {row["model"]: row["amount"] for row in amounts} == dict.fromkeys(MODELS, 1000)
    assert {row["currency"] for row in amounts} == {"EUR"}


def test_a_deal_nobody_was_touched_for_is_credited_to_none(build: Build) -> None:
    world = World().opportunity("deal-1", None, amount_minor=70, close_date=None)

    built = build(world, "fct_attribution")

    rows = built.rows("select model, channel, credit, amount_minor from marts.fct_attribution")
    assert {row["model"] for row in rows} == set(MODELS)
    assert {(r["channel"], r["credit"], r["amount_minor"]) for r in rows} == {("none", 1.0, 70)}
    assert built.failures("credits_sum_to_their_conversion") == 0


def test_a_second_deal_starts_with_an_empty_path(build: Build) -> None:
    world = world_of_ana().opportunity(
        "deal-2", ANA, close_date="2026-10-20", amount_minor=None
    )

    built = build(world, "fct_attribution")

    touches = built.values(
        "select touch_id from marts.fct_attribution "
        "where conversion_id = 'deal-2' and model = 'linear'"
    )
    assert touches == ["post-late"]


def test_everybody_on_a_deal_is_on_its_path(build: Build) -> None:
    ben = "salesforce_emea:contact:ben"
    world = (
        world_of_ana()
        .record(ben, "C2")
        .message("post-of-ben", ben, created_at="2026-10-09 10:00:00+00")
        .add("intermediate.int_opportunity_contacts", opportunity_id="deal-1", record_id=ben)
    )

    built = build(world, "fct_attribution")

    assert credits(built, "linear")["post-of-ben"] == pytest.approx(1 / 4)


def test_touches_of_one_channel_in_a_row_may_count_as_one(build: Build) -> None:
    world = world_of_ana().message("post-2", ANA, created_at="2026-10-09 10:00:00+00")
    for key, value in Attribution(collapse_repeats=True).settings():
        world.add("config.settings", key=key, value=value)

    built = build(world, "fct_attribution")

    assert credits(built, "linear") == {
        "mail-1": pytest.approx(1 / 3),
        "post-1": pytest.approx(1 / 6),
        "post-2": pytest.approx(1 / 6),
        "case-1": pytest.approx(1 / 3),
    }


# --- against brute force ---------------------------------------------------------------------

Path = tuple[tuple[str, ...], bool]


def random_paths(seed: int) -> list[Path]:
    """Paths over up to five channels, by one to eight touches; some convert."""
    dice = random.Random(seed)
    channels = "abcde"[: dice.randint(1, 5)]
    return [
        (tuple(dice.choices(channels, k=dice.randint(1, 8))), dice.random() < 0.4)
        for _ in range(dice.randint(3, 30))
    ]


def credited(compiled: Compiled, paths: list[Path]) -> dict[tuple[str, str, int], float]:
    """``fct_attribution`` over these paths: credit by model, conversion and number of the touch."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute(f"attach ':memory:' as {CATALOG}; use {CATALOG}")
    connection.execute(
        "create schema marts; create schema config;"
        "create table config.settings (key varchar, value varchar);"
        "create table marts.bridge_opportunity_customer "
        "(opportunity_id varchar, customer_id varchar);"
        "create table marts.fct_conversion (conversion_id varchar, opportunity_id varchar, "
        "customer_id varchar, converted_at timestamptz, amount_minor bigint, currency varchar);"
        "create table marts.fct_touch (touch_id varchar, customer_id varchar, "
        "campaign_id varchar, kind varchar, channel varchar, initiated_by varchar, "
        "is_direct boolean, occurred_at timestamptz)"
    )
    connection.executemany(
        "insert into config.settings values (?, ?)",
        [list(row) for row in Attribution().settings()],
    )
    for number, (path, converts) in enumerate(paths):
        if converts:
            connection.execute(
                "insert into marts.fct_conversion values ($1, $1, $1, '2026-10-15', 997, 'EUR')",
                [f"{number}"],
            )
        for place, channel in enumerate(path):
            connection.execute(
                "insert into marts.fct_touch values "
                "($1, $2, null, 'message', $3, 'customer', false, $4::timestamptz)",
                [f"{number}:{place}", f"{number}", channel, f"2026-10-01 10:00:{place:02}+00"],
            )
    rows = connection.execute(
        "select model, touch_id, credit, removal_effect, channel "
        f"from ({compiled.models['fct_attribution']}) where touch_id is not null"
    ).fetchall()
    connection.close()
    found = {}
    for model, touch, credit, effect, channel in rows:
        conversion, place = touch.split(":")
        found[model, conversion, int(place)] = credit
        if model == "markov":
            found["effect", channel, 0] = effect
    return found


def converting(paths: list[Path], without: str | None) -> float:
    """Probability to convert in the chain of these paths; who reaches ``without`` is lost."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for path, converts in paths:
        states = ["start", *path, "yes" if converts else "no"]
        for here, there in itertools.pairwise(states):
            counts[here][there] += 1
    states = [s for s in counts if s != without]
    index = {state: n for n, state in enumerate(states)}
    moves, wins = np.zeros((len(states), len(states))), np.zeros(len(states))
    for here in states:
        total = sum(counts[here].values())
        for there, times in counts[here].items():
            if there == "yes":
                wins[index[here]] += times / total
            elif there in index:
                moves[index[here], index[there]] += times / total
    chance = np.linalg.solve(np.eye(len(states)) - moves, wins)
    return float(chance[index["start"]])


def shapley_by_permutations(paths: list[Path]) -> dict[str, float]:
    """Shapley's value of each channel: its marginal conversions over all orders of channels."""
    channels = sorted({c for path, _ in paths for c in path})

    def value(team: frozenset[str]) -> int:
        return sum(converts and set(path) <= team for path, converts in paths)

    orders = list(itertools.permutations(channels))
    worth: dict[str, float] = defaultdict(float)
    for order in orders:
        for place, channel in enumerate(order):
            team = frozenset(order[:place])
            worth[channel] += (value(team | {channel}) - value(team)) / len(orders)
    return worth


@pytest.mark.parametrize("seed", range(12))
def test_markov_and_shapley_agree_with_brute_force(compiled: Compiled, seed: int) -> None:
    paths = random_paths(seed)
    found = credited(compiled, paths)
    channels = {c for path, converts in paths if converts for c in path}
    chance = converting(paths, None)

    effects = {c: chance - converting(paths, c) for c in channels}
    for channel in channels:
        assert found["effect", channel, 0] == pytest.approx(effects[channel], abs=1e-9)
    worth = shapley_by_permutations(paths)
    for channel in channels:
        credit = sum(
            found.get(("shapley", f"{number}", place), 0)
            for number, (path, converts) in enumerate(paths)
            for place, here in enumerate(path)
            if converts and here == channel
        )
        assert credit == pytest.approx(worth[channel], abs=1e-9)
    for number, (path, converts) in enumerate(paths):
        if converts:
            whole = sum(effects[c] for c in path)
            for place, channel in enumerate(path):
                expected = effects[channel] / whole
                assert found["markov", f"{number}", place] == pytest.approx(expected, abs=1e-9)
