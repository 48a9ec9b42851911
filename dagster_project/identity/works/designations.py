"""What a title says to tell a work from its siblings: volumes, variants, sizes.

``Vol. 2``, ``Part II`` and ``2nd edition`` all designate; so does a number at a title's end. The
number of a track before a title, or of a page within it, does not. Words like ``Pro`` or ``XL``
tell a variant from the model it varies, and ``64 GB`` one size from another. Such words are so
common that their weight as words says nothing of it.

Makes ``work.designation``: per record (rid) the ``numerals``, ``variants`` and ``counts``
(``gb:64``, ``chapter:2``) of its title, and the numerals and words ``heard`` from it anywhere.
Rewrites ``work.text`` in one notation, so that ``Vol. II`` and ``Book 2`` are the same words.
"""

from collections.abc import Sequence

from dagster_project.identity.works.fields import NUMBERS
from dagster_project.identity.works.notations import (
    BEFORE_MODEL,
    BESIDE_MODEL,
    BRACKETED,
    CLOSING,
    COUNTING,
    ENDING,
    FOLLOWING,
    GLUED,
    MARKED,
    ORDINALS,
    ROMAN,
    SIGNED,
    SIZED,
    STANDING,
    SYNONYMS,
    WORDS,
    WRITTEN,
    one_notation,
    replaced,
)
from dagster_project.identity.workspace import Workspace


def read_designations(
    work: Workspace, variants: Sequence[str], *, only_titles: bool = False
) -> None:
    """Make ``work.designation`` of ``work.text`` and ``work.fact``, and rewrite the texts.

    ``only_titles``: other texts are addresses, where ``128 W`` is a house in the west and no watts.
    """
    work.run(_WRITTEN_TITLES)
    work.run(_TOLD)
    work.run(_DESIGNATION, [list(variants)])
    read = "field = 'title'" if only_titles else "true"
    work.run(
        "create or replace table work.text as "
        f"select rid, field, {one_notation('lower(strip_accents(value))')} as value from work.text"
        f" where {read} union all select rid, field, value from work.text where not {read}"
    )
    for table in ("written", "told"):
        work.run(f"drop table work.{table}")


_WRITTEN_TITLES = f"""
create or replace table work.written as
select
    rid,
    field = 'title' as is_title,
    {replaced("lower(strip_accents(value))", SYNONYMS)} as text
from work.text
where field <> 'description'
"""


def _found(*patterns: str) -> str:
    """SQL: the first group of all that the patterns find."""
    each = (f"regexp_extract_all(text, '{pattern}', 1)" for pattern in patterns)
    return f"flatten([{', '.join(each)}])"


def _counted(pattern: str, thing: int, number: int) -> str:
    """SQL: things and how many, ``gb:64``."""
    count = f"replace(regexp_extract(found, '{pattern}', {number}), ',', '.')"
    return f"""
        list_transform(
            regexp_extract_all(text, '{pattern}'),
            lambda found: rtrim(regexp_extract(found, '{pattern}', {thing}), 's')
                || ':' || ltrim({count}, '0')
        )"""


_TOLD = rf"""
create or replace table work.told as
select
    rid,
    flatten(list({_found(MARKED, GLUED, SIGNED, COUNTING, ENDING, STANDING)}) filter (is_title))
        as said,
    flatten(list({_found(MARKED, GLUED, COUNTING, WRITTEN)})) as heard,
    flatten(list({_found(BESIDE_MODEL, BEFORE_MODEL, BRACKETED, CLOSING)}) filter (is_title))
        as variants,
    flatten(list(regexp_split_to_array(text, '[\s,;:/()\[\]-]+'))) as words,
    flatten(list(list_concat({_counted(SIZED, 2, 1)}, {_counted(FOLLOWING, 1, 2)}))
        filter (is_title)) as counts
from work.written
group by rid
"""


def _read(numeral: str) -> str:
    """SQL: a numeral in figures without leading zeros."""
    places = (
        f"list_position({list(names)}, trim({numeral}))" for names in (ROMAN, WORDS, ORDINALS)
    )
    figures = f"try_cast(regexp_extract({numeral}, '^[0-9]+') as integer)"
    return f"coalesce({figures}, {', '.join(places)})::varchar"


_NUMBERS = ", ".join(
    ["fact.year", *(f"try_cast(fact.number_{n} as bigint)" for n in range(1, NUMBERS + 1))]
)

_DESIGNATION = f"""
create or replace table work.designation as
with

figured as (

    select
        told.rid,
        list_distinct(list_transform(coalesce(said, []), lambda n: {_read("n")})) as said,
        list_distinct(list_transform(heard, lambda n: {_read("n")})) as heard,
        list_filter(list_distinct(variants), lambda word: list_contains($1::varchar[], word))
            as variants,
        words as variants_heard,
        list_distinct(counts) as counts,
        list_transform([{_NUMBERS}], lambda n: n::varchar) as numbers,
        fact.year::varchar as year
    from work.told
    inner join work.fact on told.rid = fact.rid

)

select
    rid,
    list_filter(said, lambda n: year is null or n <> year) as numerals,
    list_concat(heard, said, numbers) as numerals_heard,
    variants,
    variants_heard,
    counts
from figured
"""
