"""Comparisons of two works, as levels packed into a pattern, and what is known beforehand.

Texts are compared by *coverage*: how much of what one record says in a field, in bits of
term frequency, the other says anywhere. So an artist inside a title still speaks for itself.
"""

from dataclasses import dataclass

from dagster_project.identity.comparing.comparison import OTHERWISE, Comparison, Level
from dagster_project.identity.works.fields import CATEGORIES, NUMBERS
from dagster_project.identity.works.siblings import LONE, SIBLINGS
from dagster_project.identity.works.words import EIGHTHS

BITS = 3
"""Width of one level in a pattern."""

_TITLE = Comparison(
    "title",
    (
        Level("different", OTHERWISE, matches=0.03, non_matches=0.55),
        Level("little_alike", "title_cover >= 0.25", matches=0.05, non_matches=0.25),
        Level("half_alike", "title_cover >= 0.5", matches=0.10, non_matches=0.10),
        Level("alike", "title_cover >= 0.7", matches=0.22, non_matches=0.05),
        Level("same_common", "title_cover >= 0.9", matches=0.15, non_matches=0.02),
        Level(
            "same", "title_cover >= 0.9 and title_bits >= 16", matches=0.20, non_matches=0.02
        ),
        Level(
            "same_rare",
            "title_cover >= 0.9 and title_bits >= 26",
            matches=0.25,
            non_matches=0.01,
        ),
    ),
    missing="title_cover is null",
)


def _field(name: str) -> Comparison:
    """A text that may stand in another field: where one side has none, only agreement counts."""
    return Comparison(
        name,
        (
            Level("different", OTHERWISE, matches=0.05, non_matches=0.45),
            Level("little_alike", f"{name}_cover >= 0.3", matches=0.05, non_matches=0.15),
            Level("alike", f"{name}_cover >= 0.6", matches=0.15, non_matches=0.15),
            Level("same", f"{name}_cover >= 0.85", matches=0.75, non_matches=0.25),
        ),
        missing=f"{name}_cover is null or (not {name}_both and {name}_cover < 0.6)",
    )


_DESCRIPTION = Comparison(
    "description",
    (
        Level("different", OTHERWISE, matches=0.30, non_matches=0.60),
        Level("alike", "description_cover >= 0.25", matches=0.30, non_matches=0.30),
        Level("same", "description_cover >= 0.6", matches=0.40, non_matches=0.10),
    ),
    missing="description_cover is null",
)


def _missing(name: str) -> str:
    return f"l.{name} is null or r.{name} is null"


def _sets(name: str, matches: float, non_matches: float) -> Comparison:
    """Lists of which one shared member counts."""
    return Comparison(
        name,
        (
            Level("different", OTHERWISE, matches=1 - matches, non_matches=1 - non_matches),
            Level(
                "same",
                f"list_has_any(l.{name}, r.{name})",
                matches=matches,
                non_matches=non_matches,
            ),
        ),
        missing=_missing(name),
    )


_YEAR = Comparison(
    "year",
    (
        Level("different", OTHERWISE, matches=0.05, non_matches=0.70),
        Level("next", "abs(l.year - r.year) = 1", matches=0.05, non_matches=0.10),
        Level("same", "l.year = r.year", matches=0.90, non_matches=0.20),
    ),
    missing=_missing("year"),
)


def _within(name: str, share: float) -> str:
    return f"abs(l.{name} - r.{name}) <= {share} * greatest(l.{name}, r.{name})"


_DURATION = Comparison(
    "duration",
    (
        Level("different", OTHERWISE, matches=0.03, non_matches=0.80),
        Level("near", _within("duration", 0.1), matches=0.04, non_matches=0.10),
        Level("nearer", _within("duration", 0.02), matches=0.08, non_matches=0.05),
        Level("same", "abs(l.duration - r.duration) <= 1.5", matches=0.85, non_matches=0.05),
    ),
    missing=_missing("duration"),
)


def _number(name: str) -> Comparison:
    return Comparison(
        name,
        (
            Level("different", OTHERWISE, matches=0.15, non_matches=0.80),
            Level("near", _within(name, 0.1), matches=0.15, non_matches=0.12),
            Level("same", _within(name, 0.005), matches=0.70, non_matches=0.08),
        ),
        missing=_missing(name),
    )


def _category(name: str) -> Comparison:
    """Words of a small set; ``Eng.`` is English."""
    return Comparison(
        name,
        (
            Level("different", OTHERWISE, matches=0.10, non_matches=0.45),
            Level(
                "alike",
                f"left(l.{name}, 3) = left(r.{name}, 3) "
                f"or jaro_winkler_similarity(l.{name}, r.{name}) >= 0.88",
                matches=0.10,
                non_matches=0.10,
            ),
            Level("same", f"l.{name} = r.{name}", matches=0.80, non_matches=0.45),
        ),
        missing=_missing(name),
    )


COMPARISONS: tuple[Comparison, ...] = (
    _TITLE,
    _field("creator"),
    _field("series"),
    _DESCRIPTION,
    _sets("codes", 0.90, 0.05),
    _sets("telephones", 0.85, 0.05),
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
    """SQL: bits of term frequency in a list of tokens."""
    total = f"list_sum(list_transform({tokens}, lambda t: (t & 255)::integer))"
    return f"coalesce({total}, 0) / {EIGHTHS}.0"


def _shared(said: str, heard: str) -> str:
    return _mass(f"list_intersect({said}, {heard})")


def shared_bits(one: str, other: str) -> str:
    """SQL: surprise in what either says in its title and the other anywhere."""
    there, back = (
        _shared(f"{one}.title", f"{other}.every"),
        _shared(f"{other}.title", f"{one}.every"),
    )
    return f"greatest({there}, {back})"


@dataclass(frozen=True)
class Side:
    """One of the two records of a pair, by the names that both have in SQL."""

    one: str
    other: str

    def cover(self, field: str, heard: str = "every") -> str:
        """SQL: share of what this side says in a field that the other says; null if nothing."""
        said = f"{self.one}.{field}"
        return (
            f"case when {said} is not null then {_shared(said, f'{self.other}.{heard}')} "
            f"/ greatest({_mass(said)}, 0.125) end"
        )


LEFT, RIGHT = Side("l", "r"), Side("r", "l")


def _field_cover(field: str) -> str:
    """SQL: the mean of both directions, or the only one there is."""
    left, right = LEFT.cover(field), RIGHT.cover(field)
    return f"(coalesce({left}, {right}) + coalesce({right}, {left})) / 2"


def _goes_by(one: str, other: str) -> str:
    """SQL: how far another name of one side is the name of the other; null for works."""
    shared = _shared(f"{one}.other_name", f"{other}.title")
    most = f"greatest({_mass(f'{one}.other_name')}, {_mass(f'{other}.title')}, 0.125)"
    return f"case when {one}.other_name is not null then {shared} / {most} end"


_SIMILARITIES = f"""
    case when l.title is not null and r.title is not null
        then greatest(
            least({LEFT.cover("title")}, {RIGHT.cover("title")}),
            {_goes_by("l", "r")},
            {_goes_by("r", "l")}
        ) end as title_cover,
    least({_shared("l.title", "r.every")}, {_shared("r.title", "l.every")}) as title_bits,
    {_field_cover("creator")} as creator_cover,
    l.creator is not null and r.creator is not null as creator_both,
    case
        when synonym.are_one then 1.0
        when not synonym.are_one then 0.0
        -- where sources have names of their own, one that nobody knows is no other series
        when {_field_cover("series")} >= 0.3
            or not exists (from work.synonym where not are_one)
            then {_field_cover("series")}
    end as series_cover,
    l.series is not null and r.series is not null as series_both,
    case when l.description is not null and r.description is not null
        then greatest({LEFT.cover("description")}, {RIGHT.cover("description")})
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
            left join work.synonym as synonym
                on l.series_id = synonym.one and r.series_id = synonym.other
        )
    """
