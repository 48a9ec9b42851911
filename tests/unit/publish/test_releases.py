"""Whoever keeps every generation of an insight view, and knows some of its customers, learns nothing.

The attacker here has all generations of a view, knows k - 1 customers and what they added, and takes
from each other what can be taken: a row and itself at another time, two rows together, a block.
"""

import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import duckdb
import pytest

from dagster_project.config.consumers import Consumer
from dagster_project.domain.root import Root
from dagster_project.publish.publication import Publication, publish
from tests.unit.publish.company import build_warehouse, change, design, read

K = 5
FLOOR = 2 * K - 1
VIEW = "insight_design__sales"

Deals = dict[str, dict[str, int]]
"""Amounts by customer, by label."""


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    build_warehouse(root, customers=3)
    change(root, "drop table insights.insight_design__topics")
    return root


def sales() -> Consumer:
    return design(tables=(f"insights.{VIEW}",))


def shown_alone(deals: Deals) -> Deals:
    """What the models' macro does with labels of too few customers, in its simplest form."""
    rows: Deals = {label: dict(c) for label, c in deals.items() if len(c) >= FLOOR}
    rest: dict[str, int] = defaultdict(int)
    for label, customers in deals.items():
        if label not in rows:
            for customer, amount in customers.items():
                rest[customer] += amount
    if rest and len(rest) < FLOOR and rows:
        smallest = min(rows, key=lambda label: (len(rows[label]), label))
        for customer, amount in rows.pop(smallest).items():
            rest[customer] += amount
    if len(rest) >= FLOOR:
        rows["other"] = dict(rest)
    return rows


def publish_sales(root: Root, deals: Deals) -> Publication:
    """One generation of a view of these rows, made as the models make theirs."""
    change(
        root,
        f"""
        create or replace table insights.{VIEW} (
            label varchar, customers bigint, amount_minor bigint, _block varchar,
            _members struct(member varchar, amount double, facts double, figures varchar)[]
        )
        """,
    )
    with duckdb.connect(str(root.database)) as connection:
        for label, customers in shown_alone(deals).items():
            members = [
                {"member": c, "amount": a, "facts": 1, "figures": str(a)}
                for c, a in customers.items()
            ]
            connection.execute(
                f"insert into insights.{VIEW} values (?, ?, ?, 'all', ?)",
                [label, len(customers), sum(customers.values()), members],
            )
    publication = publish(root, sales())
    assert not publication.refused
    return publication


def sold(root: Root) -> dict[str, int]:
    file = root.published / "design.duckdb"
    return {
        str(k): int(str(v)) for k, v in read(file, f"select label, amount_minor from {VIEW}")
    }


def many(count: int, *, start: int = 0, amount: int = 1000) -> dict[str, int]:
    return {f"c{n}": amount + n for n in range(start, start + count)}


def test_a_deal_that_was_added_is_not_to_be_had_by_taking_two_generations_apart(
    root: Root,
) -> None:
    publish_sales(root, {"x": many(20)})
    before = sold(root)

    publish_sales(root, {"x": {**many(20), "new": 777}})

    assert sold(root) == before


def test_a_row_is_brought_up_to_date_once_enough_customers_have_changed(root: Root) -> None:
    publish_sales(root, {"x": many(20)})
    publish_sales(root, {"x": many(28)})

    held = publish_sales(root, {"x": many(28)})
    enough = publish_sales(root, {"x": many(29)})

    assert not held.changed
    assert enough.changed
    assert sold(root) == {"x": sum(many(29).values())}


def test_what_is_held_adds_up_until_it_is_enough(root: Root) -> None:
    """Each of ten small changes waits; the ninth lets the row go, and the tenth waits again."""
    seen = []
    for extra in range(11):
        publish_sales(root, {"x": many(20 + extra)})
        seen.append(sold(root)["x"])

    first, ninth = sum(many(20).values()), sum(many(29).values())
    assert seen == [first] * 9 + [ninth] * 2


def test_a_difference_that_one_customer_makes_up_waits(root: Root) -> None:
    publish_sales(root, {"x": many(20)})
    before = sold(root)

    publish_sales(root, {"x": {**many(30), "whale": 10_000_000}})

    assert sold(root) == before


def test_the_first_release_is_exact_and_sums_to_the_whole(root: Root) -> None:
    deals = {"x": many(20), "y": many(12, start=50), "z": many(3, start=90)}

    publish_sales(root, deals)

    assert sum(sold(root).values()) == sum(sum(c.values()) for c in deals.values())


def test_two_rows_between_which_customers_moved_do_not_show_who_is_new(root: Root) -> None:
    """Nine go from x to y and one is new: each row alone differs in enough, both together in one."""
    publish_sales(root, {"x": many(30), "y": many(30, start=100)})
    before = sold(root)

    moved = {f"c{n}": 1000 + n for n in range(9)}
    publish_sales(
        root,
        {
            "x": {c: a for c, a in many(30).items() if c not in moved} | {"new": 777},
            "y": many(30, start=100) | moved,
        },
    )

    assert sold(root) == before


def test_going_back_and_forth_does_not_get_closer_than_to_every_earlier_release(
    root: Root,
) -> None:
    """From the second release nine differ, but from the first only two."""
    first, joined = many(20), many(10, start=50)
    publish_sales(root, {"x": first})
    publish_sales(root, {"x": first | joined})
    second = sold(root)

    stayed = dict(list(joined.items())[:1])
    publish_sales(root, {"x": first | stayed | {"new": 777}})

    assert sold(root) == second


def test_a_group_that_has_become_large_enough_does_not_tell_who_joined(root: Root) -> None:
    """Eight of z stood in other; with the ninth z would stand alone, and other without them."""
    others = {"x": many(20), "w": many(8, start=200)}
    publish_sales(root, {**others, "z": many(8, start=90)})
    before = sold(root)

    publish_sales(root, {**others, "z": many(9, start=90)})

    assert sold(root) == before


def test_a_memory_of_another_format_is_as_none(root: Root) -> None:
    publish_sales(root, {"x": many(20)})
    for file in (root.state / "releases").rglob("*.parquet"):
        duckdb.connect().execute(f"copy (select 1 as other) to '{file}' (format parquet)")

    publish_sales(root, {"x": many(21)})

    assert sold(root) == {"x": sum(many(21).values())}


def test_without_its_memory_the_view_starts_anew(root: Root) -> None:
    publish_sales(root, {"x": many(20)})
    for file in (root.state / "releases").rglob("*.parquet"):
        file.unlink()

    publish_sales(root, {"x": many(21)})

    assert sold(root) == {"x": sum(many(21).values())}


def test_a_row_that_waits_says_the_same_after_everything_published_was_lost(root: Root) -> None:
    publish_sales(root, {"x": many(20), "y": many(12, start=50)})
    publish_sales(root, {"x": many(21), "y": many(30, start=50)})
    before = sold(root)
    shutil.rmtree(root.published)

    publish_sales(root, {"x": many(21), "y": many(30, start=50)})

    assert sold(root) == before
    assert before == {"x": sum(many(20).values()), "y": sum(many(30, start=50).values())}


def test_the_memory_names_nobody_and_is_private(root: Root) -> None:
    publish_sales(root, {"x": many(20)})

    (file,) = (root.state / "releases" / "design").glob("*.parquet")

    rows = duckdb.connect().execute(f"select * from read_parquet('{file}')").fetchall()
    assert len(rows) == 20 + 1  # customers, and what the row says
    assert not any("c1" in str(row) for row in rows)


def test_a_refused_generation_is_not_remembered(root: Root) -> None:
    publish_sales(root, {"x": many(20)})
    change(root, f"update insights.{VIEW} set customers = 1")
    assert publish(root, sales()).refused

    publish_sales(root, {"x": many(20, start=100)})

    assert sold(root) == {"x": sum(many(20, start=100).values())}


def test_what_a_row_says_of_the_one_before_is_what_that_one_shows(root: Root) -> None:
    def write(first: int, second: int) -> None:
        change(
            root,
            f"""
            create or replace table insights.{VIEW} as
            with rows as (select * from (values ('a', {first}, null), ('b', {second}, 'a')) t(label, n, before))
            select
                label, 100 as customers, n as value,
                case when label = 'b' then {first} end as value_before,
                label as _block, before as _row_before,
                [{{'member': label || i, 'amount': 0.0, 'facts': 1.0, 'figures': ''}} for i in range(n)]
                    as _members
            from rows
            """,
        )
        publish(root, sales())

    write(20, 20)
    write(21, 40)

    shown = read(
        root.published / "design.duckdb", f"select label, value, value_before from {VIEW}"
    )
    assert sorted(shown) == [("a", 20, None), ("b", 40, 20)]


def test_ids_of_rows_differ_between_consumers_and_stay_the_same_for_one(root: Root) -> None:
    def ids(name: str) -> set[object]:
        members = [
            {"member": f"c{n}", "amount": 1, "facts": 1, "figures": ""} for n in range(9)
        ]
        change(
            root,
            f"create or replace table insights.{VIEW} as select 'quay|' || l as sale_id, "
            "100 as customers, 'all' as _block, "
            f"{members} as _members from unnest(['x', 'y']) as t(l)",
        )
        publish(root, design(name=name, tables=(f"insights.{VIEW}",)))
        return {
            row[0]
            for row in read(root.published / f"{name}.duckdb", f"select sale_id from {VIEW}")
        }

    ours, theirs = ids("design"), ids("finance")

    assert len(ours) == len(theirs) == 2
    assert not ours & theirs
    assert not any("quay" in str(key) for key in ours | theirs)
    assert ids("design") == ours


@dataclass
class Attacker:
    """Has every generation; knows the truth only to tell whether what was found is right."""

    truths: list[Deals] = field(default_factory=list)
    released: dict[str, list[dict[str, int]]] = field(default_factory=lambda: defaultdict(list))
    totals: list[dict[str, int]] = field(default_factory=list)

    def look(self, truth: Deals, shown: dict[str, int]) -> None:
        """Read a generation; amounts are such that a sum says whose it is."""
        self.truths.append(shown_alone(truth))
        whole: dict[str, int] = defaultdict(int)
        for label, amount in shown.items():
            made_of = next(
                t[label]
                for t in reversed(self.truths)
                if label in t and sum(t[label].values()) == amount
            )
            if made_of not in self.released[label]:
                self.released[label].append(made_of)
            for customer, part in made_of.items():
                whole[customer] += part
        self.totals.append(whole)

    def differences(self) -> Iterator[dict[str, int]]:
        """What can be had by taking one figure from another: parts by customer."""
        for releases in self.released.values():
            yield from releases
            for one, other in combinations(releases, 2):
                yield _less(one, other)
        for one, other in combinations(self.totals, 2):
            yield _less(one, other)


def _less(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    parts = {c: one.get(c, 0) - other.get(c, 0) for c in one.keys() | other.keys()}
    return {c: part for c, part in parts.items() if part}


@pytest.mark.parametrize("seed", range(2))
def test_an_attacker_who_knows_four_customers_learns_of_no_fewer_than_five_others(
    root: Root, seed: int
) -> None:
    rng = random.Random(seed)
    labels = ["a", "b", "c", "d"]

    def amount() -> int:
        return rng.randrange(10**9, 10**10)

    deals: Deals = {label: {} for label in labels}
    for n in range(rng.randrange(40, 90)):
        deals[rng.choice(labels[: 1 + n % 4])][f"c{n}"] = amount()
    attacker = Attacker()
    for generation in range(8):
        publish_sales(root, deals)
        attacker.look(deals, sold(root))
        for n in range(
            rng.choice([1, 2, 9, 14])
        ):  # some join, some leave, some change, some move
            label = rng.choice(labels)
            known = list(deals[label])
            what = rng.choice(["join", "join", "leave", "change", "move"])
            if what == "join" or not known:
                deals[label][f"n{generation}-{n}"] = amount()
            elif what == "change":
                deals[label][rng.choice(known)] = amount()
            else:
                customer = rng.choice(known)
                part = deals[label].pop(customer)
                if what == "move":
                    deals[rng.choice(labels)][customer] = part

    found = [difference for difference in attacker.differences() if difference]

    assert found
    # Whichever four the attacker knows, so many unknown ones are left in every difference,
    assert min(len(parts) for parts in found) - (K - 1) >= K
    # and no part is known closer than to a tenth of it, whatever the four largest others know.
    for parts in found:
        largest, *others = sorted((abs(part) for part in parts.values()), reverse=True)
        assert sum(others[K - 1 :]) >= largest / 10
