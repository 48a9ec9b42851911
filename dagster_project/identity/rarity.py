"""How rare values are: bits of surprise in meeting one by chance.

Belongs here: term frequencies of all fields that have them. Does not belong here: what an
agreement is worth on average (``weights``); a rare value adds to that, a common one takes away.
"""

from dagster_project.identity.workspace import Workspace

CULTURE = 3.5
"""Bits by which given and family names of one culture meet more often than by chance."""

FIELDS = (
    "rarity", "family_rarity", "given_rarity", "word_rarity", "birth_rarity", "postal_rarity",
    "city_rarity", "company_rarity", "birth_place_rarity", "occupation_rarity",
    "other_1_rarity", "other_2_rarity", "other_3_rarity",
)  # fmt: skip
"""Columns of a feature row that say how rare its values are, in tenths of a bit; 0: no value."""


def measure_names(work: Workspace) -> None:
    """Make ``work.rarity`` per name, ``work.word_rarity`` and ``work.spelled_rarity``."""
    work.run(_RARITY)
    work.run(_WORD_RARITY)
    work.run(_SPELLED_RARITY)


def rarity_sql(column: str) -> str:
    """Tenths of a bit that meeting this value of ``column`` says, over the rows of a query."""
    return (
        f"case when {column} is null then 0 else round(10 * log2("
        f"(count({column}) over ())::double / count({column}) over (partition by {column})"
        f")) end::smallint"
    )


def typical_surprise(work: Workspace) -> dict[str, float]:
    """Tenths of a bit that a chance agreement says on average, per field."""
    columns = ", ".join(
        f"-10 * log2(avg(pow(2.0, -{field} / 10.0)) filter ({field} > 0)) as {field}"
        for field in FIELDS
    )
    row = work.rows(f"select {columns} from work.feature")[0]
    return {
        field: 0.0 if value is None else round(float(str(value)), 4)
        for field, value in zip(FIELDS, row, strict=True)
    }


# Bits of surprise in meeting this very name: given and family name as if independent, less
# what a shared culture makes of them.
_RARITY = f"""
create or replace table work.rarity as
with

named as (select name_id, name, given, family, records from work.name where word_count > 1),

total as (select greatest(sum(records), 1)::double as records from named),

givens as (select given, sum(records) as records from named group by given),

families as (select family, sum(records) as records from named group by family),

-- a name that two people are known to have says less than half of who is meant
borne_twice as (

    select name.name
    from work.record
    inner join work.record_name on record.rid = record_name.rid
    inner join work.name on record_name.name_id = name.name_id
    where name.word_count > 1
    group by name.name
    having
        count(distinct year(record.birth_date)) > 1
        or count(name.generation) > 0

)

select
    named.name_id,
    round(10 * least(
        log2(total.records / givens.records) + log2(total.records / families.records) - {CULTURE},
        case when borne_twice.name is null then 999 else log2(total.records) - 2 end
    ))::smallint as rarity,
    round(10 * log2(total.records / families.records))::smallint as family_rarity,
    round(10 * log2(total.records / givens.records))::smallint as given_rarity
from named
inner join givens on named.given = givens.given
inner join families on named.family = families.family
left join borne_twice on named.name = borne_twice.name
cross join total
"""

# What a nameless record goes by, if it spells somebody's name, is as rare as that name.
_SPELLED_RARITY = """
create or replace table work.spelled_rarity as
select
    alias.rid,
    min(rarity.rarity) as rarity,
    min(rarity.family_rarity) as family_rarity,
    min(rarity.given_rarity) as given_rarity
from work.alias
inner join (select name_id, unnest(long_words || short_words) as word from work.name_word) as word
    on alias.letters = word.word
inner join work.rarity on word.name_id = rarity.name_id
group by alias.rid
"""

# A record with one word for a name may have put it in either place.
_WORD_RARITY = """
create or replace table work.word_rarity as
with

words as (

    select word, sum(records) as records
    from (
        select given as word, records from work.name where given is not null
        union all
        select family as word, records from work.name where family is not null
    )
    group by word

),

total as (select greatest(sum(records), 1)::double as records from work.name)

select
    name.name_id,
    round(10 * log2(total.records / words.records))::smallint as word_rarity
from work.name
inner join words on coalesce(name.family, name.given) = words.word
cross join total
where name.given is null or name.family is null
"""
