"""What two records of organisations agree on, and what each agreement is worth.

Weights are declared, not learned: a company keeps some hundreds of accounts, too few pairs to learn
from, and those that agree are the ones a CRM has already checked. They are Fellegi and Sunter's
log2(matches / non_matches), of shares counted on the demo world's accounts and rounded.
"""

from collections.abc import Sequence
from math import log2

from dagster_project.identity.comparing.comparison import OTHERWISE, Comparison, Level
from dagster_project.identity.works.levels import LEFT, RIGHT
from dagster_project.identity.workspace import Workspace

PRIOR_BITS = -2.0
"""Log-odds of a candidate pair: one in five of those that share rare words or a contact point."""

_NAME = Comparison(
    "name",
    (
        Level("different", OTHERWISE, matches=0.02, non_matches=0.60),
        Level("half_alike", "least_cover >= 0.4", matches=0.03, non_matches=0.20),
        # one says all that the other does, and more: a short form, a site, or a company of a group
        Level("contained", "most_cover >= 0.9 and least_cover >= 0.2", matches=0.10, non_matches=0.08),
        Level("alike", "least_cover >= 0.9", matches=0.13, non_matches=0.03),
        Level("once_called", "list_has_any(l.called, r.called)", matches=0.04, non_matches=0.004),
        # a single word is a family name or a common noun more often than two together
        Level("same_word", "l.core = r.core and not contains(l.core, ' ')", matches=0.16, non_matches=0.08),
        Level("same", "l.core = r.core and contains(l.core, ' ')", matches=0.55, non_matches=0.03),
    ),
    missing="l.core is null or r.core is null",
)  # fmt: skip

_FORM = Comparison(
    "legal_form",
    (
        # a GmbH and an AG of one name are two companies more often than one whose form changed
        Level("different", OTHERWISE, matches=0.03, non_matches=0.55),
        Level("same", "l.legal_form = r.legal_form", matches=0.97, non_matches=0.35),
    ),
    missing="l.legal_form is null or r.legal_form is null",
)

_DOMAIN = Comparison(
    "domain",
    (
        Level("different", OTHERWISE, matches=0.10, non_matches=0.98),
        # people write of their employer from a mailbox of their own as well
        Level(
            "of_people",
            "'employer' in (l.record_type, r.record_type)",
            matches=0.25,
            non_matches=0.98,
        ),
        # nord.fr and nord.com
        Level("same_label", "list_has_any(l.labels, r.labels)", matches=0.10, non_matches=0.01),
        Level("same", "list_has_any(l.domains, r.domains)", matches=0.80, non_matches=0.01),
    ),
    # a domain that reads unlike its company's name may be an agency's, and says nothing against
    missing="""
        len(l.domains) = 0 or len(r.domains) = 0
        or (
            not (l.has_own_domain and r.has_own_domain)
            and not list_has_any(l.domains, r.domains)
        )
    """,
)

_PHONE = Comparison(
    "phone",
    (
        Level("different", OTHERWISE, matches=0.40, non_matches=0.98),
        Level("same", "l.phone = r.phone", matches=0.60, non_matches=0.02),
    ),
    missing="l.phone is null or r.phone is null",
)

SAME_NUMBER = "coalesce(l.registration = r.registration, l.tax = r.tax, false)"
OTHER_NUMBER = """
    (coalesce(l.registration <> r.registration, false) or coalesce(l.tax <> r.tax, false))
    and not (coalesce(l.registration = r.registration, false) or coalesce(l.tax = r.tax, false))
"""

_NUMBER = Comparison(
    "register",
    (
        Level("different", OTHERWISE, matches=0.001, non_matches=0.999),
        Level("same", SAME_NUMBER, matches=0.999, non_matches=0.0005),
    ),
    missing=f"not ({OTHER_NUMBER}) and not {SAME_NUMBER}",
)

SAME_PLACE = """
    coalesce(
        (l.house = r.house and jaro_winkler_similarity(l.road, r.road) >= 0.9)
        or (l.house is null or r.house is null) and l.postcode = r.postcode,
        false
    )
"""
SAME_TOWN = "coalesce(l.postcode = r.postcode, false) or coalesce(jaro_winkler_similarity(l.town, r.town) >= 0.88, false)"

_PLACE = Comparison(
    "place",
    (
        Level("other_town", OTHERWISE, matches=0.15, non_matches=0.78),
        Level("same_town", SAME_TOWN, matches=0.25, non_matches=0.20),
        Level("same", SAME_PLACE, matches=0.60, non_matches=0.02),
    ),
    missing="coalesce(l.postcode, l.town) is null or coalesce(r.postcode, r.town) is null",
)

_COUNTRY = Comparison(
    "country",
    (
        # of an employer it is the country of a person who works there
        Level("different", OTHERWISE, matches=0.08, non_matches=0.50),
        Level("of_people", "'employer' in (l.record_type, r.record_type)", matches=0.40, non_matches=0.50),
        Level("same", "l.country = r.country", matches=0.92, non_matches=0.50),
    ),
    missing="l.country is null or r.country is null",
)  # fmt: skip

COMPARISONS: tuple[Comparison, ...] = (
    _NAME, _FORM, _DOMAIN, _PHONE, _NUMBER, _PLACE, _COUNTRY,
)  # fmt: skip
"""In the order of their bits in a pattern."""

WIDTH = 4
"""Bits of one level in a pattern."""


def compare_accounts(work: Workspace, pairs: str) -> None:
    """Add the pairs ``(l, r)`` to ``work.compared(l, r, pattern)``; reads ``work.side``."""
    pattern = " + ".join(
        f"(({c.sql})::bigint << {WIDTH * position})" for position, c in enumerate(COMPARISONS)
    )
    work.run(
        f"""
        insert into work.compared
        select l_rid as l, r_rid as r, {pattern} as pattern
        from (
            select *, least(cover_l, cover_r) as least_cover, greatest(cover_l, cover_r) as most_cover
            from (
                select l_rid, r_rid, l, r, {LEFT.cover("title")} as cover_l,
                    {RIGHT.cover("title")} as cover_r
                from (select l as l_rid, r as r_rid from {pairs}) as pair
                inner join work.side as l on pair.l_rid = l.rid
                inner join work.side as r on pair.r_rid = r.rid
            )
        )
        """
    )


def score_accounts(work: Workspace) -> None:
    """Make ``work.edge`` and ``work.pattern_weight`` of ``work.compared``; odds in tenths of a bit."""
    patterns = [int(row[0]) for row in work.rows("select distinct pattern from work.compared")]
    work.run(
        "create or replace table work.pattern_weight as select unnest($1::bigint[]) as pattern, "
        "unnest($2::integer[]) as odds, unnest($3::varchar[]) as evidence",
        [patterns, [_odds(each) for each in patterns], [_evidence(each) for each in patterns]],
    )
    work.run(
        """
        create or replace table work.edge as
        select compared.l, compared.r, compared.pattern, weight.odds, weight.odds::bigint as weight
        from work.compared
        inner join work.pattern_weight as weight on compared.pattern = weight.pattern
        """
    )


def level_at(comparison: str, *names: str) -> str:
    """SQL: whether a pair's ``pattern`` is at one of these levels of a comparison."""
    position = [each.name for each in COMPARISONS].index(comparison)
    numbers = ", ".join(str(COMPARISONS[position].position(name)) for name in names)
    return f"((pattern >> {WIDTH * position}) & {2**WIDTH - 1}) in ({numbers})"


def levels_of(pattern: int) -> Sequence[tuple[Comparison, Level]]:
    """Each comparison that a pattern says something of, and its level."""
    levels = []
    for position, comparison in enumerate(COMPARISONS):
        number = (pattern >> (WIDTH * position)) & (2**WIDTH - 1)
        if number:
            levels.append((comparison, comparison.levels[number - 1]))
    return levels


def bits_of(level: Level) -> float:
    """What a level is worth."""
    return log2(level.matches / level.non_matches)


def _odds(pattern: int) -> int:
    return round(10 * (PRIOR_BITS + sum(bits_of(level) for _, level in levels_of(pattern))))


def _evidence(pattern: int) -> str:
    return " ".join(
        f"{comparison.name}={level.name}" for comparison, level in levels_of(pattern)
    )
