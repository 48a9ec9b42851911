"""Comparisons of two records and their levels: the one list that SQL, weights and reports read.

Every comparison maps a pair to one level; level 0 means that one side has no value, which is
evidence of nothing. Levels are packed into one integer, the pair's pattern: only distinct
patterns ever reach Python.

Belongs here: how patterns are packed, and the list of comparisons of persons.
Does not belong here: how each field is compared (``name_levels``, ``field_levels``), weights
learned from data (``learning``), vetoes and caps (``guards``).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dagster_project.identity.comparing.comparison import Comparison
from dagster_project.identity.comparing.field_levels import (
    ADDRESS,
    BIRTH,
    BIRTH_PLACE,
    COUNTRY,
    EMAIL,
    FIELD_PARTS,
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
from dagster_project.identity.comparing.name_levels import (
    ALIAS,
    COMMON_WORDS,
    MIDDLE,
    NAME,
    NAME_PARTS,
    NAME_SIMILARITIES,
)
from dagster_project.identity.workspace import Workspace

Counted = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def count_patterns(work: Workspace, table: str) -> Counted:
    """How many pairs of a table have each pattern; ordered, so that sums come out the same."""
    found = work.connection.execute(
        f"select pattern, count(*) as pairs from {table} group by pattern order by pattern"
    ).fetchnumpy()
    return np.asarray(found["pattern"], np.int64), np.asarray(found["pairs"], np.int64)


COMPARISONS: tuple[Comparison, ...] = (
    NAME, ALIAS, MIDDLE, EMAIL, PHONE, HANDLE, BIRTH, ADDRESS, ORGANISATION, COUNTRY,
    ID_NUMBER, BIRTH_PLACE, GENDER, OCCUPATION, *OTHERS, SOURCE,
)  # fmt: skip
"""All comparisons of persons, in the order of their bits in a pattern."""

MOST_TF_WEIGHT = 80
"""Tenths of a bit by which a rare or common value may move a score, per field."""


def compare_statements(
    pairs: str,
    into: str,
    *,
    typical: Mapping[str, float],
    name_ceiling: float,
    known: Collection[str],
    only_hopeful: bool = False,
) -> Iterator[str]:
    """Statements that make ``into`` (l, r, pattern, tf_adjustment) for pairs ``(l, r)`` of rids.

    ``tf_adjustment`` is what the term frequency of agreeing values adds to what they say on
    average, in tenths of a bit; ``typical`` is that average per field (``tf_weight``), and
    ``name_ceiling`` the most a name can say. ``known`` are the columns of feature rows that
    have any value: fields that no record has are not compared.

    Names and fields are compared one after the other, since rows with all their columns at
    once are slow; pairs are put in order first, since rows near each other are read faster.
    What only some pairs have is looked up while rows are narrow, or asked with ``in``: an
    outer join cuts the engine's batches into pieces, and all that follows pays for each.
    ``only_hopeful`` leaves out pairs of different family names that nothing could make up for.
    """
    yield _ALIAS_PAIRS.format(pairs=pairs)
    yield f"""
        create or replace table work.part_0 as
        select
            pair.l,
            pair.r,
            0::bigint as pattern,
            0::smallint as tf_adjustment,
            coalesce(agreement.flags, 0)::usmallint as flags,
            coalesce(alias_pair.forms, 0)::utinyint as forms
        from {pairs} as pair
        left join work.agreement as agreement on pair.l = agreement.l and pair.r = agreement.r
        left join work.alias_pair as alias_pair on pair.l = alias_pair.l and pair.r = alias_pair.r
        order by pair.l, pair.r
    """
    groups = [
        [c for c in group if is_known(c, known)]
        for group in ((NAME, ALIAS, MIDDLE), COMPARISONS[3:])
    ]
    parts = [_Part(group, only_hopeful and not n, known) for n, group in enumerate(groups)]
    parts = [part for part in parts if part.comparisons or part.only_hopeful]
    for number, part in enumerate(parts):
        is_last = part is parts[-1]
        table = into if is_last else f"work.part_{number + 1}"
        yield f"create or replace table {table} as " + _part_sql(
            f"work.part_{number}",
            part,
            typical,
            name_ceiling,
            keep="" if is_last else ", flags",
        )
        yield f"drop table work.part_{number}"
    yield "drop table work.alias_pair"


@dataclass(frozen=True)
class _Part:
    """Comparisons that one statement makes, and whether it leaves out hopeless pairs first.

    ``known``: columns that any record has; the others are nothing, without being read.
    """

    comparisons: list[Comparison]
    only_hopeful: bool
    known: Collection[str]

    @property
    def is_named(self) -> bool:
        """Whether names are compared."""
        return any(c.name in ("name", "alias", "middle") for c in self.comparisons)


def is_known(comparison: Comparison, known: Collection[str]) -> bool:
    """Whether any record has what the comparison reads first of each side."""
    return comparison.name in _ALWAYS or any(
        column in known for _, column in _fields(comparison.sql)
    )


_ALWAYS = ("handle",)
"""Comparisons that read agreements only."""


def _part_sql(
    pairs: str, part: _Part, typical: Mapping[str, float], name_ceiling: float, *, keep: str
) -> str:
    """The pairs, with what a group of comparisons adds to pattern and term frequency adjustment."""
    group = part.comparisons
    levels = [f"({c.sql})::bigint as level_{c.name}" for c in group]
    shifts = dict(zip([c.name for c in COMPARISONS], _shifts(COMPARISONS), strict=True))
    pattern = " + ".join(["pattern", *(f"(level_{c.name} << {shifts[c.name]})" for c in group)])
    tf_adjustment = " + ".join(
        [
            "tf_adjustment",
            *(_tf_adjustment(c, typical, name_ceiling) for c in group if c.tf_weights),
        ]
    )
    similarities = NAME_SIMILARITIES if part.is_named else FIELD_SIMILARITIES
    parts = NAME_PARTS if part.is_named else FIELD_PARTS
    namings = _NAMINGS if part.is_named or part.only_hopeful else ""
    hopeful = f"where {_HOPEFUL}" if part.only_hopeful else ""
    read = _fields(f"{levels} {parts} {similarities} {namings} {hopeful}")
    rare = [f"{side}_{column}" for side, column in _fields(tf_adjustment)]
    names = sorted({*(f"{side}_{column}" for side, column in read), *rare})
    gathered = ", ".join(
        f"{name[0]}.{name[2:]} as {name}"
        if name[2:] in part.known
        else f"case when false then {name[0]}.{name[2:]} end as {name}"
        for name in names
    )
    return f"""
        select l, r, {pattern} as pattern,
            ({_flat(tf_adjustment)})::smallint as tf_adjustment {keep}
        from (
            select {", ".join(["l", "r", "pattern", "tf_adjustment", *rare, *map(_flat, levels)])}
            {keep}
            from (
                select *, {_flat(parts)}
                from (
                    select *, {_flat(similarities)}
                    from (
                        select pair.*, {gathered} {namings}
                        from {pairs} as pair
                        inner join work.feature as l on pair.l = l.rid
                        inner join work.feature as r on pair.r = r.rid
                    )
                    {_flat(hopeful)}
                )
            )
        )
    """


_NAMINGS = """,
    coalesce((l.given, r.given) in (select l, r from work.nick_pair), false) as is_nickname,
    coalesce((l.family, r.family) in (select l, r from work.family_pair), false)
        as is_respelled,
    forms in (1, 3) as is_alias,
    forms in (2, 3) as is_short_alias
"""

# Full names of two families, no rare value in common, not born alike: what is left, such as a
# town, an employer or a given name, never makes up for it. Inside a component such pairs are
# compared all the same. The family names differ as they do at the lowest level of names.
# One case after the other, the cheap ones first: conditions joined by "and" are all computed.
_HOPEFUL = f"""
    case
        when flags > 0 then true
        when l.given is null or r.given is null then true
        when l.family is null or r.family is null then true
        when l.family_sound = r.family_sound or l.family_root = r.family_root then true
        when is_respelled then true
        when l.id_number is not null and r.id_number is not null then true
        when l.birth_year = r.birth_year
            and coalesce(l.birth_month = r.birth_month or l.birth_day = r.birth_day, true)
            then true
        when l.birth_month = r.birth_month and l.birth_day = r.birth_day then true
        when starts_with(r.family, l.initial) or starts_with(l.family, r.initial) then true
        when {COMMON_WORDS} >= least(l.word_count, r.word_count) then true
        else jaro_winkler_similarity(l.family, r.family) >= 0.82
    end
"""

# An alias that spells the other record's name counts only where one side has no full name.
_ALIAS_PAIRS = """
create or replace table work.alias_pair as
with

sided as (

    select pair.l, pair.r, nameless.letters, bearer.name_id
    from {pairs} as pair
    inner join work.nameless on pair.l = nameless.rid
    inner join work.feature as bearer on pair.r = bearer.rid
    where bearer.name_id is not null

    union all

    select pair.l, pair.r, nameless.letters, bearer.name_id
    from {pairs} as pair
    inner join work.nameless on pair.r = nameless.rid
    inner join work.feature as bearer on pair.l = bearer.rid
    where bearer.name_id is not null

),

spelled as (

    select sided.l, sided.r, word.form
    from sided
    inner join work.word on sided.name_id = word.name_id and sided.letters = word.word

    union all

    select pair.l, pair.r, one.form
    from {pairs} as pair
    inner join work.nameless as one on pair.l = one.rid
    inner join work.nameless as other on pair.r = other.rid and one.letters = other.letters
    where one.form is not null

)

select l, r, bit_or(form)::utinyint as forms
from spelled
group by l, r
"""
"""Bits of ``forms``: 1 where the alias is the name in full, 2 where it is a short form of it."""


def _tf_adjustment(comparison: Comparison, typical: Mapping[str, float], ceiling: float) -> str:
    """A case over the comparison's levels that have a term frequency."""
    cases = []
    for levels, columns in comparison.tf_weights:
        positions = ", ".join(str(comparison.position(level)) for level in levels)
        values = [f"nullif({side}.{column}, 0)" for column in columns for side in "lr"]
        tf_weight = f"least({', '.join(values)})"
        if comparison.name in ("name", "alias"):
            tf_weight = f"least({tf_weight}, {ceiling:.0f})"
        usual = min(typical.get(column, 0.0) for column in columns)
        cases.append(
            f"when level_{comparison.name} in ({positions}) then coalesce(greatest("
            f"-{MOST_TF_WEIGHT}, least({MOST_TF_WEIGHT}, {tf_weight} - {usual:.4f})), 0)"
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
