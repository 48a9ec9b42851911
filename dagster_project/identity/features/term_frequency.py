"""How rare values are: bits of term frequency of meeting one by chance.

Belongs here: term frequencies of all fields that have them. Does not belong here: what an
agreement is worth on average (``learning.weights``); a rare value adds to that, a common one takes away.
"""

from collections.abc import Mapping

from dagster_project.identity.features.statistics import (
    count_values,
    empty_statistics,
    total_up,
)
from dagster_project.identity.workspace import Workspace

CULTURE = 3.5
"""Bits by which given and family names of one culture meet more often than by chance."""

FIELDS = (
    "tf_weight", "family_tf_weight", "given_tf_weight", "word_tf_weight", "birth_tf_weight",
    "postal_tf_weight",
    "city_tf_weight", "company_tf_weight", "birth_place_tf_weight", "occupation_tf_weight",
    "other_1_tf_weight", "other_2_tf_weight", "other_3_tf_weight",
)  # fmt: skip
"""Columns of a feature row that say how rare its values are, in tenths of a bit; 0: no value."""


def count_names(work: Workspace, *, has_statistics: bool) -> None:
    """Make ``work.tf_weight`` and ``work.word_tf_weight`` per name; needs names.

    Without statistics of an earlier training, names are counted first, and the words that
    spell them written down as ``work.spelled``.
    """
    if not has_statistics:
        empty_statistics(work)
        for field, sql in _NAME_COUNTS.items():
            work.run(f"insert into work.common select '{field}', value, held from ({sql})")
            total_up(work, field)
    work.run(_TF_WEIGHT)
    work.run(_WORD_TF_WEIGHT)
    if not has_statistics:
        work.run(_SPELLED)


def count_fields(work: Workspace) -> None:
    """Count the values of all other fields whose term frequency matters."""
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

TF_WEIGHT_COLUMNS = tuple(f"{field}_tf_weight" for field in _FIELD_VALUES)
"""Columns of a feature row that ``tf_weighed`` makes."""


def tf_weighed(rows: str, weighed: Mapping[str, str]) -> str:
    """The query ``rows``, with ``<field>_tf_weight``: tenths of a bit that meeting its value says.

    ``weighed``: the column of each field. A value that the statistics do not know is as rare as
    one that a single record holds.
    """
    for field, column in weighed.items():
        total = f"coalesce((select held from work.total where field = '{field}'), 1)"
        rows = f"""
            select valued.*, case when valued.{column} is not null then coalesce(
                counted.tf_weight, round(10 * log2(greatest({total}, 1)))::smallint
            ) end as {field}_tf_weight
            from ({rows}) as valued
            left join (
                select value, round(10 * log2(greatest({total} / held, 1)))::smallint as tf_weight
                from work.common
                where field = '{field}'
            ) as counted on hash(valued.{column}) = counted.value
        """
    return rows


def typical_tf_adjustment(work: Workspace) -> dict[str, float]:
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
        select hash(name.name) as value, sum(borne.records) as held
        from (
            select
                record_name.name_id,
                count(*) as records,
                min(year(record.birth_date)) as first_year,
                max(year(record.birth_date)) as last_year
            from work.record
            inner join work.record_name on record.rid = record_name.rid
            group by record_name.name_id
        ) as borne
        inner join work.name on borne.name_id = name.name_id
        where name.word_count > 1
        group by name.name
        having min(borne.first_year) < max(borne.last_year) or count(name.generation) > 0
    """,
}
"""Counts of names, by hash."""

# Bits of term frequency in meeting this very name: given and family name as if independent,
# less what a shared culture makes of them.
_TF_WEIGHT = f"""
create or replace table work.tf_weight as
with

measured as (

    select
        name.name_id,
        greatest(total.held / coalesce(givens.held, 1), 1) as given_tf_adjustment,
        greatest(total.held / coalesce(families.held, 1), 1) as family_tf_adjustment,
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
        log2(given_tf_adjustment) + log2(family_tf_adjustment) - {CULTURE},
        case when is_borne_twice then log2(records) - 2 else 999 end
    ))::smallint as tf_weight,
    round(10 * log2(family_tf_adjustment))::smallint as family_tf_weight,
    round(10 * log2(given_tf_adjustment))::smallint as given_tf_weight
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
    min(tf_weight.tf_weight),
    min(tf_weight.family_tf_weight),
    min(tf_weight.given_tf_weight)
from words
left join work.tf_weight on words.name_id = tf_weight.name_id
group by words.word
"""

SPELLED_TF_WEIGHT = """
create or replace table work.spelled_tf_weight as
select
    alias.rid,
    min(spelled.tf_weight) as tf_weight,
    min(spelled.family_tf_weight) as family_tf_weight,
    min(spelled.given_tf_weight) as given_tf_weight
from work.alias
inner join work.spelled on hash(alias.letters) = spelled.word
where spelled.tf_weight is not null
group by alias.rid
"""
"""How rare the names are that records without one go by."""

# A record with one word for a name may have put it in either place.
_WORD_TF_WEIGHT = """
create or replace table work.word_tf_weight as
select
    name.name_id,
    round(10 * log2(greatest(total.held / coalesce(words.held, 1), 1)))::smallint as word_tf_weight
from work.name
left join (from work.common where field = 'word') as words
    on hash(coalesce(name.family, name.given)) = words.value
cross join (from work.total where field = 'any_name') as total
where
    (name.given is null or name.family is null)
    and coalesce(name.family, name.given) is not null
"""
