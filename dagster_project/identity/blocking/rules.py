"""Which blocking rules are worth their pairs, learned without labels from a sample.

For some records all pairs that share anything uncommon are gathered, with the blocking keys they
share and the first match weight. A rule, a conjunction of up to three blocking keys with a cap
on how many records may hold one key, is then worth the likely matches it adds per pair it
costs; the best is taken until the budget is spent or nothing adds enough.

Belongs here: the choice, and what share of likely matches the rules find.
Does not belong here: what the blocking keys are (``blocking_keys``); how pairs
are made (``candidates``).
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from dagster_project.identity.blocking.blocking_keys import BLOCKING_KEYS

Ints = npt.NDArray[np.int64]

Floats = npt.NDArray[np.float64]

CAPS = (10, 30, 90)
"""Records that may hold one key of a rule: rare keys of a broad rule may be all that is wanted."""

LEAST_RECALL = 0.0005
"""Share of the likely matches that a further rule must add."""

FOUND_ONCE = 0.05
"""What is left of a likely match's worth once a rule finds it: others like it may differ just
where that rule looks, so that a second way to them is worth something."""

WORTH_A_LOOK = 0.002
"""Likely matches that a pair must bring on average, however much of the budget is left: a match
that nothing else finds is worth five hundred comparisons, and no more."""

FEW_RECORDS = 50_000
"""Up to so many records a pair costs nobody any waiting; from there on its price grows as the pairs
of a rule do, with the square of the records."""

DEAREST_LOOK = 0.05
"""What a pair must bring in large tables, twenty comparisons a match. On a plain table of 300,000
rows the pairs fell from 8.5 to 0.8 for each record, and F1 from .9539 to .9523."""

KEYS_OF_RULE = 0.03
"""Pairs of each record that take as long as making all keys of a rule and joining them."""

MOST_PRICE = 2 * DEAREST_LOOK
"""The dearest that a pair gets where the budget is short."""

TRIES = 6
"""Prices tried between the bounds; each halves the factor between what holds and what does not."""


@dataclass(frozen=True)
class SampledPairs:
    """What sampled records share with others, summed up: one row per record and mask of keys.

    ``rare``: per record, the mask of blocking keys whose value is rare enough that all its pairs
    were gathered. ``matches`` are expected, by the model's probabilities.
    """

    record: Ints
    mask: Ints
    pairs: Floats
    matches: Floats
    rare: Ints


@dataclass(frozen=True)
class Rule:
    """A conjunction of blocking keys; values of more than ``cap`` records are not paired in full."""

    blocking_keys: tuple[str, ...]
    cap: int


@dataclass(frozen=True)
class Choice:
    """The rules, best first, and the share of likely matches they find in the sample."""

    rules: tuple[Rule, ...]
    expected_recall: float
    pairs_per_record: float


def price_of_pair(records: int) -> float:
    """Likely matches that a pair must bring in a table of so many records."""
    return min(DEAREST_LOOK, WORTH_A_LOOK * max(1.0, records / FEW_RECORDS) ** 2)


def choose_rules(
    sampled_pairs: SampledPairs,
    *,
    budget: float,
    most_rules: int,
    least_price: float = WORTH_A_LOOK,
) -> Choice:
    """The rules that find most of the likely matches for ``budget`` pairs per record.

    Each rule is taken for the likely matches it adds less a price per pair; the price is the
    lowest from ``least_price`` on at which the budget holds. A pair counts for both of its records.
    """
    total = max(float(sampled_pairs.matches.sum()), 1e-9)
    sample = _Sample(sampled_pairs)
    proposals = _Search(sample).proposals(LEAST_RECALL * total)
    task = _Task(sample, tuple(proposals), total, most_rules)
    best = _choose_at(task, least_price)
    if best.pairs_per_record <= budget:
        return best
    low, high, best = least_price, MOST_PRICE, _choose_at(task, MOST_PRICE)
    for _ in range(TRIES):
        price = (low * high) ** 0.5
        choice = _choose_at(task, price)
        if choice.pairs_per_record <= budget:
            best, high = choice, price
        else:
            low = price
    return best


@dataclass(frozen=True)
class _Task:
    """What stays the same at every price; ``total`` are all likely matches."""

    sample: "_Sample"
    proposals: "tuple[_Worth, ...]"
    total: float
    most_rules: int


def _choose_at(task: _Task, price: float) -> Choice:
    """The rules where a pair costs so many likely matches."""
    search, total, least = _Search(task.sample), task.total, LEAST_RECALL * task.total
    ahead = [(-w.value(price), w.mask, w.cap) for w in task.proposals]
    heapq.heapify(ahead)
    spent, found, rules = 0.0, 0.0, dict[int, int]()
    for worth in search.identifiers(price):
        spent, found = spent + worth.cost, found + search.take(worth)
        rules[worth.mask] = worth.cap
    while ahead and len(rules) < task.most_rules:
        _, mask, cap = heapq.heappop(ahead)
        fresh = search.worth(mask)[CAPS.index(cap)]
        if fresh.value(price) < least:
            continue
        if ahead and -fresh.value(price) > ahead[0][0]:
            heapq.heappush(ahead, (-fresh.value(price), mask, cap))
            continue
        spent, found = spent + fresh.cost, found + search.take(fresh)
        rules[mask] = max(cap, rules.get(mask, 0))
    return Choice(
        tuple(Rule(_names(mask), cap) for mask, cap in rules.items()),
        found / total,
        spent / 2 / max(search.records, 1),
    )


@dataclass(frozen=True)
class _Worth:
    mask: int
    cap: int
    gain: float
    cost: float
    keys: float = 0.0

    def value(self, price: float) -> float:
        """Likely matches the rule adds, less the price of its pairs and of making its keys."""
        return self.gain - price * (self.cost + self.keys)


@dataclass(frozen=True)
class _Reach:
    """Rows of sampled pairs a conjunction brings at some cap, the least of ``CAPS`` each needs.

    ``lost``: likely matches that no cap lets it bring.
    """

    rows: Ints
    caps: Ints
    lost: float


class _Sample:
    """The sampled pairs, and what each conjunction reaches of them, found out once."""

    def __init__(self, sampled_pairs: SampledPairs) -> None:
        self.all = sampled_pairs
        self.records = len(sampled_pairs.rare)
        self._of_blocking_key: dict[int, Ints] = {}
        self._reached: dict[int, _Reach] = {}

    def rows_of(self, blocking_key: int) -> Ints:
        """Rows whose records share an blocking key."""
        if blocking_key not in self._of_blocking_key:
            self._of_blocking_key[blocking_key] = np.flatnonzero(
                self.all.mask & (1 << blocking_key)
            )
        return self._of_blocking_key[blocking_key]

    def reach(self, mask: int) -> _Reach:
        """What a conjunction reaches."""
        if mask not in self._reached:
            self._reached[mask] = self._reach(mask)
        return self._reached[mask]

    def _reach(self, mask: int) -> _Reach:
        blocking_keys = [n for n in range(mask.bit_length()) if mask >> n & 1]
        rows = min((self.rows_of(blocking_key) for blocking_key in blocking_keys), key=len)
        rows = rows[(self.all.mask[rows] & mask) == mask]
        caps = np.searchsorted(CAPS, self._held(rows, mask), side="right")
        within = caps < len(CAPS)
        lost = float(self.all.matches[rows[~within]].sum())
        return _Reach(rows[within], caps[within], lost)

    def _held(self, rows: Ints, mask: int) -> Floats:
        """Per row, others that hold its record's key, as far as the sample shows; many if common."""
        records = self.all.record[rows]
        held = np.bincount(records, weights=self.all.pairs[rows], minlength=self.records)
        is_rare = (self.all.rare[records] & mask) != 0
        return np.where(is_rare, held[records], np.inf)


class _Search:
    """Sums over the sample for one rule after the other."""

    def __init__(self, sample: _Sample) -> None:
        self.sample = sample
        self.records = sample.records
        self.unpaid = sample.all.pairs.copy()
        self.unfound = sample.all.matches.copy()

    def worth(self, mask: int) -> list[_Worth]:
        """What a conjunction would bring now, at every cap."""
        reach = self.sample.reach(mask)
        gains, costs = (
            np.cumsum(np.bincount(reach.caps, weights=left[reach.rows], minlength=len(CAPS)))
            for left in (self.unfound, self.unpaid)
        )
        return [
            _Worth(mask, cap, float(gain), float(cost), KEYS_OF_RULE * self.records)
            for cap, gain, cost in zip(CAPS, gains, costs, strict=True)
        ]

    def take(self, worth: _Worth) -> float:
        """Mark what the rule brings; the likely matches it is the first to find."""
        reach = self.sample.reach(worth.mask)
        rows = reach.rows[reach.caps <= CAPS.index(worth.cap)]
        fresh = rows[self.unpaid[rows] > 0]
        self.unpaid[rows] = 0.0
        self.unfound[rows] *= FOUND_ONCE
        return float(self.sample.all.matches[fresh].sum())

    def identifiers(self, price: float) -> Iterator[_Worth]:
        """Rules that are always taken: few share such a value, and who does must be compared.

        Up to the cap that is worth most: what one goes by may be a name that many bear, and where
        pairs are dear it must be worth its pairs like any other key. A key whose sharers share a
        wider one too is left to that one's rule.
        """
        caps: dict[str, int] = {}
        for number, key in sorted(
            enumerate(BLOCKING_KEYS), key=lambda each: bool(each[1].within)
        ):
            is_given = key.is_own and (not key.is_bought or price <= WORTH_A_LOOK)
            if not is_given or not len(self.sample.rows_of(number)):
                continue
            best = max(self.worth(1 << number), key=lambda w: (w.value(price), w.cap))
            if key.within is None or caps.get(key.within, 0) < best.cap:
                caps[key.name] = best.cap
                yield best

    def proposals(self, least: float) -> list[_Worth]:
        """Single keys, pairs of keys, and triples that narrow the best of the broad pairs."""
        usual = [n for n in range(len(BLOCKING_KEYS)) if len(self.sample.rows_of(n))]
        found = {1 << n for n in usual}
        pairs = [
            (1 << a) | (1 << b)
            for a, b in combinations(usual, 2)
            if BLOCKING_KEYS[a].topic != BLOCKING_KEYS[b].topic
        ]
        found.update(pairs)
        broad = sorted(pairs, key=lambda mask: (-self.sample.reach(mask).lost, mask))[:BROAD]
        for mask in broad:
            topics = {BLOCKING_KEYS[n].topic for n in usual if mask >> n & 1}
            found.update(mask | 1 << n for n in usual if BLOCKING_KEYS[n].topic not in topics)
        worths = [worth for mask in sorted(found) for worth in self.worth(mask)]
        return [worth for worth in worths if worth.gain >= least]


BROAD = 24
"""Pairs of blocking keys that are narrowed by a third."""


def _names(mask: int) -> tuple[str, ...]:
    return tuple(
        blocking_key.name for n, blocking_key in enumerate(BLOCKING_KEYS) if mask >> n & 1
    )
