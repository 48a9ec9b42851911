"""Comparisons that tell a work from its siblings: those that share all else with it.

Volumes of one title and variants of one model agree in everything but a numeral or a word so
common that it weighs little. A designation counts as *lone* where the other record does not
have it anywhere; agreement is worth nothing here, since words have said it already. Nor is the
silence of a record whose title is cut short or another one: siblings have one title.
"""

from dagster_project.identity.comparing.comparison import Comparison, Level

# Of siblings that designate both, and not the same.
_OTHER_NUMERALS = """
    coalesce(
        (
            len(l.numerals) > 0 and len(r.numerals) > 0
            and not list_has_any(l.numerals, r.numerals)
        )
        or (len(lone_numerals_l) > 0 and len(lone_numerals_r) > 0),
        false
    )
"""
_OTHER_VARIANTS = "coalesce(len(lone_variants_l) > 0 and len(lone_variants_r) > 0, false)"
_OTHER_COUNTS = "coalesce(list_has_any(lone_counted_l, lone_counted_r), false)"
_SAME_TITLE = "coalesce(title_cover, 0) >= 0.25"

_NUMERALS = Comparison(
    "numerals",
    (
        Level("different", _OTHER_NUMERALS, matches=1e-6, non_matches=0.40),
        Level(
            "unsaid",
            f"{_SAME_TITLE} and (len(lone_numerals_l) > 0 or len(lone_numerals_r) > 0) "
            f"and not {_OTHER_NUMERALS}",
            matches=1e-6,
            non_matches=0.20,
        ),
        # the first volume goes without a number until the second
        Level(
            "first_unsaid",
            f"{_SAME_TITLE} and (lone_numerals_l = ['1'] or lone_numerals_r = ['1']) "
            f"and not {_OTHER_NUMERALS}",
            matches=0.02,
            non_matches=0.10,
        ),
        Level(
            "same",
            f"{_SAME_TITLE} and list_has_any(l.numerals, r.numerals) "
            "and not (len(lone_numerals_l) > 0 or len(lone_numerals_r) > 0)",
            matches=0.98,
            non_matches=0.30,
        ),
    ),
)

_VARIANTS = Comparison(
    "variants",
    (
        Level("different", _OTHER_VARIANTS, matches=1e-6, non_matches=0.30),
        Level(
            "other_count",
            f"{_OTHER_COUNTS} and not {_OTHER_VARIANTS}",
            matches=1e-6,
            non_matches=0.20,
        ),
        Level(
            "unsaid",
            f"{_SAME_TITLE} and (len(lone_variants_l) > 0 or len(lone_variants_r) > 0) "
            f"and not {_OTHER_VARIANTS} and not {_OTHER_COUNTS}",
            matches=1e-6,
            non_matches=0.20,
        ),
        Level(
            "same",
            f"{_SAME_TITLE} "
            "and (list_has_any(l.variants, r.variants) or list_has_any(l.counts, r.counts)) "
            "and not (len(lone_variants_l) > 0 or len(lone_variants_r) > 0) "
            f"and not {_OTHER_COUNTS}",
            matches=1.0,
            non_matches=0.30,
        ),
    ),
)

SIBLINGS = (_NUMERALS, _VARIANTS)

AT_ODDS = frozenset({"different", "other_count"})
"""Levels of these at which both records designate, and not the same."""

TOLD_APART = AT_ODDS | {"unsaid"}
"""Levels of these at which two records are siblings, as far as is known beforehand."""


def _lone(said: str, heard: str, side: str) -> str:
    """SQL: what one side says of designations that the other does not."""
    other = "r" if side == "l" else "l"
    return f"list_filter({side}.{said}, lambda n: not list_contains({other}.{heard}, n))"


def _lone_of(side: str) -> str:
    counted = (
        f"list_transform({_lone('counts', 'counts', side)}, lambda n: split_part(n, ':', 1))"
    )
    return f"""
    {_lone("numerals", "numerals_heard", side)} as lone_numerals_{side},
    {_lone("variants", "variants_heard", side)} as lone_variants_{side},
    {counted} as lone_counted_{side}"""


LONE = f"{_lone_of('l')},{_lone_of('r')}"
"""SQL: what each side of a pair ``l``, ``r`` says that the other does not."""
