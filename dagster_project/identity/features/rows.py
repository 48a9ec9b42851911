"""One row of features per record, put together of all that is known of it.

Belongs here: how the row is put together. Does not belong here: what its values are and where
they come from (``values``, ``aliases``, ``tf_weight``).
"""

from dagster_project.identity.features.term_frequency import TF_WEIGHT_COLUMNS, tf_weight_parts

OTHER_COLUMNS = 3
"""Columns of unknown meaning that are compared: those with the most values."""

# What a record has, by table. No outer join brings it together: each would cut the engine's
# batches in two, and all that follows pays for every piece. Narrow tables are added up; wide
# ones are filled up with the records they lack.
_WIDE = {"place": "work.point", "birth": "work.birth", "fact": "work.fact"}

# at most two values a record; one with more is looked up by its blocking keys
_NARROW = (
    """
        select
            rid,
            min(canonical) as email_first,
            nullif(max(canonical), min(canonical)) as email_last
        from work.identifier
        where kind = 'email' and (flag is null or flag = 'shared')
        group by rid
    """,
    """
        select rid, min(canonical) as phone_first
        from work.identifier
        where kind = 'phone' and (flag is null or flag = 'shared')
        group by rid
    """,
    """
        select rid, bit_or((1::bigint << (hash(network) % 60)::integer)) as networks
        from work.identifier
        where kind = 'handle' and flag is null
        group by rid
    """,
    """
        select rid, min(hash(domain)) as domain_1, max(hash(domain)) as domain_2
        from work.domain
        group by rid
    """,
    "from work.company",
    """
        select rid, min(letters) as letters
        from work.alias
        where length(letters) >= 4
        group by rid
    """,
    """
        select
            rid,
            tf_weight as spelled_tf_weight,
            family_tf_weight as spelled_family_tf_weight,
            given_tf_weight as spelled_given_tf_weight
        from work.spelled_tf_weight
    """,
    "from work.record_name",
)

_NARROW_COLUMNS = (
    "name_id", "email_first", "email_last", "phone_first", "networks", "domain_1", "domain_2",
    "company", "letters", "spelled_tf_weight",
    "spelled_family_tf_weight", "spelled_given_tf_weight",
    *TF_WEIGHT_COLUMNS,
)  # fmt: skip

FEATURES = f"""
create or replace table work.feature as
with

everybody as (select rid from work.record where not is_mailbox),

narrow as (

    from everybody
    {"".join(f" union all by name {part}" for part in (*_NARROW, *tf_weight_parts()))}

),

detail as (

    select rid, {", ".join(f"max({column}) as {column}" for column in _NARROW_COLUMNS)}
    from narrow
    group by rid

),

{
    " ".join(
        f"{name} as (from {table} union all by name from everybody anti join {table} using (rid)),"
        for name, table in _WIDE.items()
    )
}

tf_weights as (

    select name_id, tf_weight, family_tf_weight, given_tf_weight from work.tf_weight
    union all by name
    select name_id, word_tf_weight from work.word_tf_weight

),

named as (

    select name.*, tf_weights.* exclude (name_id)
    from work.name
    left join tf_weights on name.name_id = tf_weights.name_id

)

select
    record.rid,
    name.name_id,
    name.given,
    name.family,
    name.name,
    name.word_count,
    nullif(array_to_string(name.middle_words, ' '), '') as middle,
    case when name.word_count >= 1 then hash(name.words[1]) end as word_1,
    case when name.word_count >= 2 then hash(name.words[2]) end as word_2,
    case when name.word_count >= 3 then hash(name.words[3]) end as word_3,
    case when name.word_count >= 4 then hash(name.words[4]) end as word_4,
    name.initial,
    name.family_root,
    name.family_sound,
    name.is_two_namings,
    name.is_western_given,
    name.generation,
    coalesce(name.tf_weight, detail.spelled_tf_weight, 0)::smallint as tf_weight,
    coalesce(name.family_tf_weight, detail.spelled_family_tf_weight, 0)::smallint
        as family_tf_weight,
    coalesce(name.given_tf_weight, detail.spelled_given_tf_weight, 0)::smallint as given_tf_weight,
    coalesce(name.word_tf_weight, 0)::smallint as word_tf_weight,
    detail.letters,
    detail.email_first,
    detail.email_last,
    detail.phone_first,
    detail.networks,
    birth.birth_year,
    birth.birth_month,
    birth.birth_day,
    birth.birth_digits,
    birth.birth_digit_sum,
    place.postal_1,
    place.postal_2,
    place.postal_code,
    place.postal_area,
    place.city_1,
    place.city_2,
    place.city,
    place.street,
    detail.company,
    detail.domain_1,
    detail.domain_2,
    upper(nullif(trim(record.country), '')) as country,
    fact.gender,
    fact.id_number,
    fact.birth_place,
    fact.occupation,
    fact.other_1,
    fact.other_2,
    fact.other_3,
    {
    ", ".join(
        f"coalesce(detail.{column}, 0)::smallint as {column}" for column in TF_WEIGHT_COLUMNS
    )
},
    case when record.is_living and list_contains($1::varchar[], record.source) then record.source end
        as single_source
from work.record
inner join detail on record.rid = detail.rid
{" ".join(f"inner join {name} on record.rid = {name}.rid" for name in _WIDE)}
left join named as name on detail.name_id = name.name_id
where not record.is_mailbox
"""
"""What makes ``work.feature``; its parameter are the sources with one record per person."""
