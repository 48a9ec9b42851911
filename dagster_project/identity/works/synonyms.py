"""Names of series that are one: ``VLDB`` in one library, ``Very Large Data Bases`` in the other.

Two sources have their own words for venues, labels and publishers. Works that their titles, creators
and years make one show which words go together; series that do not, of works that do, are then two.

Makes ``work.synonym(one, other, are_one)`` of hashes of series, in both directions.
Belongs here: finding them. Does not belong here: how series are compared (``levels``).
"""

from collections.abc import Mapping, Sequence

from dagster_project.identity.works.levels import BITS, COMPARISONS
from dagster_project.identity.workspace import Workspace

LEAST_SEEN = 5
"""Pairs of one work that must show two names of a series side by side."""

LEAST_SHARE = 0.3
"""Of the pairs that have the rarer of both names, at least so many must have the other beside it."""

MOST_STRAY = 0.15
"""The same share, below which two names are not one: what is left are other works of one title."""

MOST_NAMES = 500
"""Different names of series from which on they are no small vocabulary that sources could share."""

FEW_NAMES = 20
"""Up to so many well-known names two that go together nowhere are two series; of more, each could be a
way of writing another."""

WELL_KNOWN = 10
"""Pairs of one work that make a name of a series well known."""

NO_SYNONYMS = (
    "create or replace table work.synonym (one ubigint, other ubigint, are_one boolean)"
)

OF_NAMED: Mapping[str, tuple[float, ...]] = {"series": (0.001, 0.004, 0.02, 0.975)}
"""How often records of one work name series that are not one, once it is known which are: a paper and
its article share all else, and would teach that series say nothing. A library names a venue by rote: rarer than slips in years."""

_SURE = {
    "title": ("same_common", "same", "same_rare"),
    "creator": ("alike", "same"),
    "year": ("same",),
}


def find_synonyms(work: Workspace) -> bool:
    """Whether the compared pairs show any."""
    repeated = work.rows(
        "select count(*) from (select series from work.record where series is not null "
        f"group by series having count(*) >= {LEAST_SEEN})"
    )
    if not 1 < int(repeated[0][0]) <= MOST_NAMES:
        return False
    sure = " and ".join(_at(name, levels) for name, levels in _SURE.items())
    work.run(_SYNONYMS.format(sure=sure))
    return work.count("work.synonym") > 0


def knows_two_series(work: Workspace) -> bool:
    """Whether it is known of some names that they are not one series."""
    return bool(work.rows("select exists (from work.synonym where not are_one)")[0][0])


def _at(name: str, levels: Sequence[str]) -> str:
    """SQL: a pattern is at one of these levels of a comparison."""
    place = [comparison.name for comparison in COMPARISONS].index(name)
    wanted = ", ".join(str(COMPARISONS[place].position(level)) for level in levels)
    return f"((pattern >> {BITS * place}) & {2**BITS - 1}) in ({wanted})"


_SYNONYMS = f"""
create or replace table work.synonym as
with

seen as (

    select least(l.series_id, r.series_id) as one, greatest(l.series_id, r.series_id) as other
    from work.compared
    inner join work.side as l on compared.l = l.rid
    inner join work.side as r on compared.r = r.rid
    where {{sure}} and l.series_id is not null and r.series_id is not null

),

together as (select one, other, count(*) as pairs from seen group by one, other),

alone as (

    select name, sum(pairs) as pairs
    from (
        select one as name, pairs from together
        union all
        select other as name, pairs from together where one <> other
    )
    group by name

),

known as (select name from alone where pairs >= {WELL_KNOWN}),

found as (

    select
        l.name as one,
        r.name as other,
        case
            when together.pairs >= {LEAST_SEEN}
                and together.pairs >= {LEAST_SHARE} * least(l.pairs, r.pairs) then true
            when l.name in (from known) and r.name in (from known)
                and (select count(*) from known) <= {FEW_NAMES}
                and coalesce(together.pairs, 0) < {MOST_STRAY} * least(l.pairs, r.pairs) then false
        end as are_one
    from alone as l
    inner join alone as r on l.name < r.name
    left join together on l.name = together.one and r.name = together.other

)

select one, other, are_one from found where are_one is not null
union all
select other as one, one as other, are_one from found where are_one is not null
"""
