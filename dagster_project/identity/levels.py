"""Comparisons of two records and their levels: the one list that SQL, weights and reports read.

Every comparison maps a pair to one level; level 0 means that one side has no value, which is
evidence of nothing. Levels are packed into one integer, the pair's pattern: only distinct
patterns ever reach Python.

Belongs here: how patterns are packed, and the list of comparisons of persons.
Does not belong here: how each field is compared (``name_levels``, ``field_levels``), weights
learned from data (``weights``), vetoes and caps (``guards``).
"""

import re
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from dagster_project.identity.agreements import ALIAS_IS_NAME, ALIAS_IS_SHORT_NAME
from dagster_project.identity.comparison import Comparison
from dagster_project.identity.field_levels import (
    ADDRESS,
    BIRTH,
    BIRTH_PLACE,
    COUNTRY,
    EMAIL,
    FIELD_SIMILARITIES,
    GENDER,
    HANDLE,
    ID_NUMBER,
    OCCUPATION,
    ORGANISATION,
    OTHERS,
    PHONE,
    SOURCE,
)
from dagster_project.identity.name_levels import (
    ALIAS,
    MIDDLE,
    NAME,
    NAME_PARTS,
    NAME_SIMILARITIES,
)

COMPARISONS: tuple[Comparison, ...] = (
    NAME, ALIAS, MIDDLE, EMAIL, PHONE, HANDLE, BIRTH, ADDRESS, ORGANISATION, COUNTRY,
    ID_NUMBER, BIRTH_PLACE, GENDER, OCCUPATION, *OTHERS, SOURCE,
)  # fmt: skip
"""All comparisons of persons, in the order of their bits in a pattern."""

MOST_RARITY = 80
"""Tenths of a bit by which a rare or common value may move a score, per field."""


def compare_statements(
    pairs: str,
    into: str,
    *,
    typical: Mapping[str, float],
    name_ceiling: float,
    known: Collection[str],
) -> Iterator[str]:
    """Statements that make ``into`` (l, r, pattern, surprise) for pairs ``(l, r)`` of rids.

    ``surprise`` is what the rarity of the agreeing values adds to what agreements say on
    average, in tenths of a bit; ``typical`` is that average per field (``rarity``), and
    ``name_ceiling`` the most a name can say. ``known`` are the columns of feature rows that
    have any value: fields that no record has are not compared.

    Names and fields are compared apart, since rows with all their columns at once are slow.
    """
    groups = [
        [c for c in group if _is_known(c, known)]
        for group in ((NAME, ALIAS, MIDDLE), COMPARISONS[3:])
    ]
    parts = [
        (f"work.part_{number}", _part_sql(pairs, group, typical, name_ceiling))
        for number, group in enumerate(groups)
        if group
    ]
    for table, sql in parts:
        yield f"create or replace table {table} as {sql}"
    joins = " ".join(f"inner join {table} on pair.rowid = {table[5:]}.n" for table, _ in parts)
    patterns = " + ".join(["0::bigint", *(f"{table[5:]}.pattern" for table, _ in parts)])
    surprises = " + ".join(["0", *(f"{table[5:]}.surprise" for table, _ in parts)])
    yield f"""
        create or replace table {into} as
        select pair.l, pair.r, {patterns} as pattern, ({surprises})::smallint as surprise
        from {pairs} as pair {joins}
    """
    for table, _ in parts:
        yield f"drop table {table}"


def _is_known(comparison: Comparison, known: Collection[str]) -> bool:
    """Whether any record has what the comparison reads first of each side."""
    return comparison.name in _ALWAYS or any(
        column in known for _, column in _fields(comparison.sql)
    )


_ALWAYS = ("handle",)
"""Comparisons that read agreements only."""


def _part_sql(
    pairs: str,
    group: list[Comparison],
    typical: Mapping[str, float],
    name_ceiling: float,
) -> str:
    """Row number of the pair, and its pattern and surprise by a group of comparisons."""
    levels = [f"({c.sql})::bigint as level_{c.name}" for c in group]
    shifts = dict(zip([c.name for c in COMPARISONS], _shifts(COMPARISONS), strict=True))
    pattern = " + ".join(f"(level_{c.name} << {shifts[c.name]})" for c in group)
    surprise = " + ".join(
        [_surprise(c, typical, name_ceiling) for c in group if c.rarities] or ["0"]
    )
    is_named = group[0].name in ("name", "alias", "middle")
    similarities = NAME_SIMILARITIES if is_named else FIELD_SIMILARITIES
    parts = NAME_PARTS if is_named else "0 as nothing"
    read = [f"{side}_{column}" for side, column in _fields(f"{levels} {parts} {similarities}")]
    rare = [f"{side}_{column}" for side, column in _fields(surprise)]
    gathered = ", ".join(f"{name[0]}.{name[2:]} as {name}" for name in sorted({*read, *rare}))
    return f"""
        select n, {pattern} as pattern, ({_flat(surprise)})::smallint as surprise
        from (
            select {", ".join(["n", *rare, *map(_flat, levels)])}
            from (
                select *, {_flat(parts)}
                from (
                    select
                        pair.rowid as n, {gathered}, coalesce(agreement.flags, 0) as flags,
                        {similarities} {_RESPELLED if is_named else ""}
                    from {pairs} as pair
                    inner join work.feature as l on pair.l = l.rid
                    inner join work.feature as r on pair.r = r.rid
                    left join work.agreement as agreement
                        on pair.l = agreement.l and pair.r = agreement.r
                    {_RESPELLINGS if is_named else ""}
                )
            )
        )
    """


_RESPELLED = f""",
    nick_pair.l is not null as is_nickname,
    family_pair.l is not null as is_respelled,
    coalesce(agreement.flags, 0) & {ALIAS_IS_NAME} > 0 as is_alias,
    coalesce(agreement.flags, 0) & {ALIAS_IS_SHORT_NAME} > 0 as is_short_alias
"""

_RESPELLINGS = """
    left join work.nick_pair as nick_pair on l.given = nick_pair.l and r.given = nick_pair.r
    left join work.family_pair as family_pair on l.family = family_pair.l and r.family = family_pair.r
"""


def _surprise(comparison: Comparison, typical: Mapping[str, float], ceiling: float) -> str:
    """A case over the comparison's levels that have a rarity."""
    cases = []
    for levels, columns in comparison.rarities:
        positions = ", ".join(str(comparison.position(level)) for level in levels)
        values = [f"nullif({side}.{column}, 0)" for column in columns for side in "lr"]
        rarity = f"least({', '.join(values)})"
        if comparison.name in ("name", "alias"):
            rarity = f"least({rarity}, {ceiling:.0f})"
        usual = min(typical.get(column, 0.0) for column in columns)
        cases.append(
            f"when level_{comparison.name} in ({positions}) then coalesce(greatest("
            f"-{MOST_RARITY}, least({MOST_RARITY}, {rarity} - {usual:.4f})), 0)"
        )
    return f"case {' '.join(cases)} else 0 end"


_FIELD = re.compile(r"\b([lr])\.(\w+)")


def _fields(sql: str) -> list[tuple[str, str]]:
    return sorted(set(_FIELD.findall(sql)))


def _flat(sql: str) -> str:
    """``l.name`` → ``l_name``: the similarities' subquery hands fields on under flat names."""
    return _FIELD.sub(r"\1_\2", sql)


def _shifts(comparisons: tuple[Comparison, ...]) -> list[int]:
    """Where each comparison's bits start."""
    shifts = [0]
    for comparison in comparisons:
        shifts.append(shifts[-1] + comparison.bits)
    return shifts[:-1]


def unpack(
    patterns: npt.NDArray[np.int64], comparisons: tuple[Comparison, ...] = COMPARISONS
) -> npt.NDArray[np.int8]:
    """Patterns → a matrix of levels, one column per comparison, 0 for missing."""
    columns = [
        (patterns >> shift) & (2**comparison.bits - 1)
        for comparison, shift in zip(comparisons, _shifts(comparisons), strict=True)
    ]
    return np.stack(columns, axis=1).astype(np.int8)


def describe(pattern: int, comparisons: tuple[Comparison, ...] = COMPARISONS) -> str:
    """A pattern in words, missing comparisons left out: ``name=same email=alike``."""
    words = []
    for comparison, shift in zip(comparisons, _shifts(comparisons), strict=True):
        level = (pattern >> shift) & (2**comparison.bits - 1)
        if level:
            words.append(f"{comparison.name}={comparison.levels[level - 1].name}")
    return " ".join(words)
