"""Said clusters against true ones: pairs, B-cubed, sizes, and what blocking let through.

Pairs are counted from contingency tables, never listed. B-cubed follows Bagga and Baldwin
(1998): precision and recall per record, averaged. Every function reads a table
``judged(record_id, customer_id, person_id)`` that has each judged record once.
"""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Agreement:
    """Pairs of records: said to be one customer, truly one person, and both."""

    said: int
    true: int
    both: int

    @property
    def precision(self) -> float | None:
        """Share of the pairs that were joined rightly; ``None`` without any."""
        return self.both / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """Share of the true pairs that were joined; ``None`` without any."""
        return self.both / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both."""
        total = self.said + self.true
        return 2 * self.both / total if total else None


@dataclass(frozen=True)
class Candidates:
    """Distinct compared pairs, and how many true pairs are among them (before transitivity)."""

    pairs: int
    true: int
    found: int

    @property
    def recall(self) -> float | None:
        """Share of the true pairs that were compared at all."""
        return self.found / self.true if self.true else None


@dataclass(frozen=True)
class Scorecard:
    """Figures of one clustering; ``sizes`` maps a cluster's size to (said, true) clusters."""

    records: int
    pairs: Agreement
    b_cubed_precision: float | None
    b_cubed_recall: float | None
    sizes: dict[int, tuple[int, int]]
    candidates: Candidates | None = None

    @property
    def b_cubed_f1(self) -> float | None:
        """Harmonic mean of B-cubed precision and recall."""
        if not self.b_cubed_precision or not self.b_cubed_recall:
            return None
        total = self.b_cubed_precision + self.b_cubed_recall
        return 2 * self.b_cubed_precision * self.b_cubed_recall / total


def score(
    connection: duckdb.DuckDBPyConnection,
    *,
    judged: str = "judged",
    compared: str | None = None,
) -> Scorecard:
    """Score ``judged``; ``compared`` is SQL of compared pairs ``record_id_l, record_id_r``."""
    pairs = count_pairs(connection, judged)
    precision, recall = b_cubed(connection, judged)
    records = connection.execute(f"select count(*) from {judged}").fetchall()[0][0]
    return Scorecard(
        records=int(records),
        pairs=pairs,
        b_cubed_precision=precision,
        b_cubed_recall=recall,
        sizes=_sizes(connection, judged),
        candidates=_candidates(connection, judged, compared, pairs.true) if compared else None,
    )


def count_pairs(connection: duckdb.DuckDBPyConnection, judged: str = "judged") -> Agreement:
    """Pairs said, true and both, from the contingency table."""
    row = connection.execute(
        f"""
        select
            (select {_PAIRS} from (select count(*) as n from {judged} group by customer_id)),
            (select {_PAIRS} from (select count(*) as n from {judged} group by person_id)),
            (
                select {_PAIRS}
                from (select count(*) as n from {judged} group by customer_id, person_id)
            )
        """
    ).fetchall()[0]
    return Agreement(*(int(value) for value in row))


_PAIRS = "coalesce(sum(n * (n - 1) // 2), 0)"


def b_cubed(
    connection: duckdb.DuckDBPyConnection, judged: str = "judged"
) -> tuple[float | None, float | None]:
    """Precision and recall per record, averaged."""
    row = connection.execute(
        f"""
        with
        both_ as (select customer_id, person_id, count(*) as n from {judged} group by all),
        said as (select customer_id, count(*) as n from {judged} group by all),
        true_ as (select person_id, count(*) as n from {judged} group by all)
        select
            sum(both_.n * both_.n / said.n) / sum(both_.n),
            sum(both_.n * both_.n / true_.n) / sum(both_.n)
        from both_
        inner join said using (customer_id)
        inner join true_ using (person_id)
        """
    ).fetchall()[0]
    return row[0], row[1]


def _sizes(connection: duckdb.DuckDBPyConnection, judged: str) -> dict[int, tuple[int, int]]:
    rows = connection.execute(
        f"""
        with
        said as (select count(*) as size from {judged} group by customer_id),
        true_ as (select count(*) as size from {judged} group by person_id)
        select size, sum(said), sum(true_)
        from (
            select size, 1 as said, 0 as true_ from said
            union all
            select size, 0 as said, 1 as true_ from true_
        )
        group by size
        order by size
        """
    ).fetchall()
    return {int(size): (int(said), int(true)) for size, said, true in rows}


def _candidates(
    connection: duckdb.DuckDBPyConnection, judged: str, compared: str, true: int
) -> Candidates:
    row = connection.execute(
        f"""
        select count(*), count(*) filter (l.person_id = r.person_id)
        from (
            select distinct
                least(record_id_l, record_id_r) as a, greatest(record_id_l, record_id_r) as b
            from ({compared})
            where record_id_l <> record_id_r
        ) as pair
        left join {judged} as l on pair.a = l.record_id
        left join {judged} as r on pair.b = r.record_id
        """
    ).fetchall()[0]
    return Candidates(pairs=int(row[0]), true=true, found=int(row[1]))
