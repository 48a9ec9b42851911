"""Comparisons of two works, as levels packed into a pattern, and what is known beforehand.

Texts are compared by *coverage*: how much of what one record says in a field, in bits of
surprise, the other says anywhere. So an artist inside a title still speaks for itself.
"""

from dataclasses import dataclass

from dagster_project.identity.comparing.comparison import Comparison, Level
from dagster_project.identity.works.fields import CATEGORIES, NUMBERS
from dagster_project.identity.works.siblings import LONE, SIBLINGS
from dagster_project.identity.works.words import EIGHTHS

BITS = 3
"""Width of one level in a pattern."""

_TITLE = Comparison(
    "title",
    (
        Level("different", 0.03, 0.55),
        Level("little_alike", 0.05, 0.25),
        Level("half_alike", 0.10, 0.10),
        Level("alike", 0.22, 0.05),
        Level("same_common", 0.15, 0.02),
        Level("same", 0.20, 0.02),
        Level("same_rare", 0.25, 0.01),
    ),
    """
    case
        when title_cover is null then 0
        when title_cover < 0.25 then 1
        when title_cover < 0.5 then 2
        when title_cover < 0.7 then 3
        when title_cover < 0.9 then 4
        when title_bits < 16 then 5
        when title_bits < 26 then 6
        else 7
    end
    """,
)

_FIELD_LEVELS = (
    Level("different", 0.05, 0.45),
    Level("little_alike", 0.05, 0.15),
    Level("alike", 0.15, 0.15),
    Level("same", 0.75, 0.25),
)


def _field(name: str) -> Comparison:
    """A text that may stand in another field: where one side has none, only agreement counts."""
    return Comparison(
        name,
        _FIELD_LEVELS,
        f"""
        case
            when {name}_cover is null then 0
            when not {name}_both and {name}_cover < 0.6 then 0
            when {name}_cover < 0.3 then 1
            when {name}_cover < 0.6 then 2
            when {name}_cover < 0.85 then 3
            else 4
        end
        """,
    )


_DESCRIPTION = Comparison(
    "description",
    (
        Level("different", 0.30, 0.60),
        Level("alike", 0.30, 0.30),
        Level("same", 0.40, 0.10),
    ),
    """
    case
        when description_cover is null then 0
        when description_cover < 0.25 then 1
        when description_cover < 0.6 then 2
        else 3
    end
    """,
)


def _sets(name: str, matches: float, strangers: float) -> Comparison:
    """Lists of which one shared member counts."""
    return Comparison(
        name,
        (Level("different", 1 - matches, 1 - strangers), Level("same", matches, strangers)),
        f"""
        case
            when l.{name} is null or r.{name} is null then 0
            when list_has_any(l.{name}, r.{name}) then 2
            else 1
        end
        """,
    )


_YEAR = Comparison(
    "year",
    (
        Level("different", 0.05, 0.70),
        Level("next", 0.05, 0.10),
        Level("same", 0.90, 0.20),
    ),
    """
    case
        when l.year is null or r.year is null then 0
        when l.year = r.year then 3
        when abs(l.year - r.year) = 1 then 2
        else 1
    end
    """,
)

_DURATION = Comparison(
    "duration",
    (
        Level("different", 0.03, 0.80),
        Level("near", 0.04, 0.10),
        Level("nearer", 0.08, 0.05),
        Level("same", 0.85, 0.05),
    ),
    """
    case
        when l.duration is null or r.duration is null then 0
        when abs(l.duration - r.duration) <= 1.5 then 4
        when abs(l.duration - r.duration) <= 0.02 * greatest(l.duration, r.duration) then 3
        when abs(l.duration - r.duration) <= 0.1 * greatest(l.duration, r.duration) then 2
        else 1
    end
    """,
)


def _number(name: str) -> Comparison:
    return Comparison(
        name,
        (
            Level("different", 0.15, 0.80),
            Level("near", 0.15, 0.12),
            Level("same", 0.70, 0.08),
        ),
        f"""
        case
            when l.{name} is null or r.{name} is null then 0
            when abs(l.{name} - r.{name}) <= 0.005 * greatest(l.{name}, r.{name}) then 3
            when abs(l.{name} - r.{name}) <= 0.1 * greatest(l.{name}, r.{name}) then 2
            else 1
        end
        """,
    )


def _category(name: str) -> Comparison:
    """Words of a small set; ``Eng.`` is English."""
    return Comparison(
        name,
        (
            Level("different", 0.10, 0.45),
            Level("alike", 0.10, 0.10),
            Level("same", 0.80, 0.45),
        ),
        f"""
        case
            when l.{name} is null or r.{name} is null then 0
            when l.{name} = r.{name} then 3
            when left(l.{name}, 3) = left(r.{name}, 3)
                or jaro_winkler_similarity(l.{name}, r.{name}) >= 0.88 then 2
            else 1
        end
        """,
    )


COMPARISONS: tuple[Comparison, ...] = (
    _TITLE,
    _field("creator"),
    _field("series"),
    _DESCRIPTION,
    _sets("codes", 0.90, 0.05),
    _sets("models", 0.80, 0.15),
    _sets("figures", 0.85, 0.35),
    *SIBLINGS,
    _YEAR,
    _DURATION,
    *(_number(f"number_{n}") for n in range(1, NUMBERS + 1)),
    *(_category(f"category_{n}") for n in range(1, CATEGORIES + 1)),
)
"""All comparisons, in the order of their bits in a pattern."""


def _mass(tokens: str) -> str:
    """SQL: bits of surprise in a list of tokens."""
    total = f"list_sum(list_transform({tokens}, lambda t: (t & 255)::integer))"
    return f"coalesce({total}, 0) / {EIGHTHS}.0"


def _shared(said: str, heard: str) -> str:
    return _mass(f"list_intersect({said}, {heard})")


@dataclass(frozen=True)
class _Side:
    one: str
    other: str

    def cover(self, field: str, heard: str = "every") -> str:
        """SQL: share of what this side says in a field that the other says; null if nothing."""
        said = f"{self.one}.{field}"
        return (
            f"case when {said} is not null then {_shared(said, f'{self.other}.{heard}')} "
            f"/ greatest({_mass(said)}, 0.125) end"
        )


_LEFT, _RIGHT = _Side("l", "r"), _Side("r", "l")


def _field_cover(field: str) -> str:
    """SQL: the mean of both directions, or the only one there is."""
    left, right = _LEFT.cover(field), _RIGHT.cover(field)
    return f"(coalesce({left}, {right}) + coalesce({right}, {left})) / 2"


_SIMILARITIES = f"""
    case when l.title is not null and r.title is not null
        then least({_LEFT.cover("title")}, {_RIGHT.cover("title")}) end as title_cover,
    least({_shared("l.title", "r.every")}, {_shared("r.title", "l.every")}) as title_bits,
    {_field_cover("creator")} as creator_cover,
    l.creator is not null and r.creator is not null as creator_both,
    {_field_cover("series")} as series_cover,
    l.series is not null and r.series is not null as series_both,
    case when l.description is not null and r.description is not null
        then greatest({_LEFT.cover("description")}, {_RIGHT.cover("description")})
    end as description_cover,
    {LONE}
"""


def compare_sql(pairs: str) -> str:
    """A select of l, r and pattern for pairs ``(l, r)`` of rids."""
    pattern = " + ".join(
        f"(({c.sql})::bigint << {BITS * position})" for position, c in enumerate(COMPARISONS)
    )
    return f"""
        select l_rid as l, r_rid as r, {pattern} as pattern
        from (
            select l_rid, r_rid, l, r, {_SIMILARITIES}
            from (select l as l_rid, r as r_rid from {pairs}) as pair
            inner join work.side as l on pair.l_rid = l.rid
            inner join work.side as r on pair.r_rid = r.rid
        )
    """
