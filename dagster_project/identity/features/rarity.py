"""How rare values are: bits of surprise in meeting one by chance.

Belongs here: term frequencies of all fields that have them. Does not belong here: what an
agreement is worth on average (``learning.weights``); a rare value adds to that, a common one takes away.
"""

from dagster_project.identity.features.statistics import (
    count_values,
    empty_statistics,
    total_up,
)
from dagster_project.identity.workspace import Workspace

CULTURE = 3.5
"""Bits by which given and family names of one culture meet more often than by chance."""

FIELDS = (
    "rarity", "family_rarity", "given_rarity", "word_rarity", "birth_rarity", "postal_rarity",
    "city_rarity", "company_rarity", "birth_place_rarity", "occupation_rarity",
    "other_1_rarity", "other_2_rarity", "other_3_rarity",
)  # fmt: skip
"""Columns of a feature row that say how rare its values are, in tenths of a bit; 0: no value."""


def count_names(work: Workspace, *, has_statistics: bool) -> None:
    """Make ``work.rarity`` and ``work.word_rarity`` per name; needs names.

    Without statistics of an earlier training, names are counted first, and the words that
    spell them written down as ``work.spelled``.
    """
    if not has_statistics:
        empty_statistics(work)
        for field, sql in _NAME_COUNTS.items():
            work.run(f"insert into work.common select '{field}', value, held from ({sql})")
            total_up(work, field)
    work.run(_RARITY)
    work.run(_WORD_RARITY)
    if not has_statistics:
        work.run(_SPELLED)


def count_fields(work: Workspace) -> None:
    """Count the values of all other fields whose rarity matters."""
    for field, (table, column) in _FIELD_VALUES.items():
        count_values(
            work,
            field,
            f"select hash({table}.{column}) from work.{table} "
            f"inner join work.record on {table}.rid = record.rid "
            f"where {table}.{column} is not null and not record.is_mailbox",
        )


_FIELD_VALUES = {
    "birth": ("birth", "birth_digits"),
    "postal": ("point", "postal_1"),
    "city": ("point", "city_1"),
    "company": ("company", "company"),
    **{
        name: ("fact", name)
        for name in ("birth_place", "occupation", "other_1", "other_2", "other_3")
    },
}
"""Per field of the statistics, where its values stand."""

RARITY_COLUMNS = tuple(f"{field}_rarity" for field in _FIELD_VALUES)
"""Columns of a feature row that ``rarity_parts`` make."""


def rarity_parts() -> list[str]:
    """Queries of rid and ``<field>_rarity``: tenths of a bit that meeting its value says.

    A value that the statistics do not know is as rare as one that a single record holds.
    """
    return [
        f"select {table}.rid, round(10 * log2("
        f"greatest(coalesce((select held from work.total where field = '{field}'), 1)"
        f" / coalesce(known.held, 1), 1)"
        f"))::smallint as {field}_rarity "
        f"from work.{table} "
        f"left join (select value, held from work.common where field = '{field}') as known "
        f"on hash({table}.{column}) = known.value "
        f"where {table}.{column} is not null"
        for field, (table, column) in _FIELD_VALUES.items()
    ]


def typical_surprise(work: Workspace) -> dict[str, float]:
    """Tenths of a bit that a chance agreement says on average, per field."""
    columns = ", ".join(
        f"-10 * log2(avg(pow(2.0, -{field} / 10.0)) filter ({field} > 0)) as {field}"
        for field in FIELDS
    )
    row = work.rows(f"select {columns} from work.feature")[0]
    return {
        field: 0.0 if value is None else round(float(value), 4)
        for field, value in zip(FIELDS, row, strict=True)
    }


_NAME_COUNTS = {
    "given": """
        select hash(given) as value, sum(records) as held
        from work.name where word_count > 1 and given is not null group by given
    """,
    "family": """
        select hash(family) as value, sum(records) as held
        from work.name where word_count > 1 and family is not null group by family
    """,
    "word": """
        select hash(word) as value, sum(records) as held
        from (
            select given as word, records from work.name where given is not null
            union all
            select family as word, records from work.name where family is not null
        )
        group by word
    """,
    "full_name": "select null::ubigint as value, sum(records) as held from work.name where word_count > 1",
    "any_name": "select null::ubigint as value, sum(records) as held from work.name",
    # a name that two people are known to have says less than half of who is meant
    "borne_twice": """
        select hash(name.name) as value, count(*) as held
        from work.record
        inner join work.record_name on record.rid = record_name.rid
        inner join work.name on record_name.name_id = name.name_id
        where name.word_count > 1
        group by name.name
        having count(distinct year(record.birth_date)) > 1 or count(name.generation) > 0
    """,
}
"""Counts of names, by hash."""

# Bits of surprise in meeting this very name: given and family name as if independent, less
# what a shared culture makes of them.
_RARITY = f"""
create or replace table work.rarity as
with

measured as (

    select
        name.name_id,
        greatest(total.held / coalesce(givens.held, 1), 1) as given_surprise,
        greatest(total.held / coalesce(families.held, 1), 1) as family_surprise,
        total.held as records,
        borne_twice.value is not null as is_borne_twice
    from work.name
    left join (from work.common where field = 'given') as givens on hash(name.given) = givens.value
    left join (from work.common where field = 'family') as families
        on hash(name.family) = families.value
    left join (from work.common where field = 'borne_twice') as borne_twice
        on hash(name.name) = borne_twice.value
    cross join (from work.total where field = 'full_name') as total
    where name.word_count > 1 and name.given is not null and name.family is not null

)

select
    name_id,
    round(10 * least(
        log2(given_surprise) + log2(family_surprise) - {CULTURE},
        case when is_borne_twice then log2(records) - 2 else 999 end
    ))::smallint as rarity,
    round(10 * log2(family_surprise))::smallint as family_rarity,
    round(10 * log2(given_surprise))::smallint as given_rarity
from measured
"""

# Words that are a name, or spell one; what a nameless record goes by, if it spells somebody's
# name, is as rare as that name.
_SPELLED = """
insert into work.spelled
with

words as (

    select unnest(long_words) as word, 1 as form, name_id from work.name_word
    union all
    select unnest(short_words) as word, 2 as form, name_id from work.name_word
    union all
    select unnest(words) as word, null as form, null as name_id from work.name
    union all
    select nick as word, null as form, null as name_id from work.nickname
    union all
    select root as word, null as form, null as name_id from work.nickname

)

select
    hash(words.word),
    min(words.form),
    min(rarity.rarity),
    min(rarity.family_rarity),
    min(rarity.given_rarity)
from words
left join work.rarity on words.name_id = rarity.name_id
group by words.word
"""

SPELLED_RARITY = """
create or replace table work.spelled_rarity as
select
    alias.rid,
    min(spelled.rarity) as rarity,
    min(spelled.family_rarity) as family_rarity,
    min(spelled.given_rarity) as given_rarity
from work.alias
inner join work.spelled on hash(alias.letters) = spelled.word
where spelled.rarity is not null
group by alias.rid
"""
"""How rare the names are that records without one go by."""

# A record with one word for a name may have put it in either place.
_WORD_RARITY = """
create or replace table work.word_rarity as
select
    name.name_id,
    round(10 * log2(greatest(total.held / coalesce(words.held, 1), 1)))::smallint as word_rarity
from work.name
left join (from work.common where field = 'word') as words
    on hash(coalesce(name.family, name.given)) = words.value
cross join (from work.total where field = 'any_name') as total
where
    (name.given is null or name.family is null)
    and coalesce(name.family, name.given) is not null
"""
