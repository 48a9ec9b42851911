"""What is compared: one row of features per record.

A feature row holds everything a comparison of two records reads, so that scoring a pair is
one join on each side. Mailboxes have none: they never meet persons.
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.features.aliases import find_aliases, write_name_words
from dagster_project.identity.features.rows import OTHER_COLUMNS, write_rows
from dagster_project.identity.features.term_frequency import (
    SPELLED_TF_WEIGHT,
    count_fields,
    count_names,
)
from dagster_project.identity.workspace import Workspace


def build_features(
    work: Workspace,
    spec: IdentitySpec,
    *,
    has_statistics: bool,
    has_others: bool = False,
    each_alone: bool = False,
) -> None:
    """Make ``work.feature``; needs names and contacts.

    ``has_statistics``: counts of a training are there (``statistics``) and stand; else they
    are taken from these very records. ``has_others``: ``kept`` has what other records go by,
    and where they live. ``each_alone``: every record is judged as if no other were here.
    """
    write_name_words(work)
    count_names(work, has_statistics=has_statistics)
    find_aliases(work, elsewhere="kept.alias" if has_others else None, each_alone=each_alone)
    work.run(SPELLED_TF_WEIGHT)
    if not has_statistics:
        work.run(_COMMON_DOMAINS)
    work.run(_DOMAINS, [list(spec.emails.public_domains)])
    work.run(_ORGANISATIONS, [list(spec.placeholders.texts)])
    work.run(_PLACES)
    work.run(_address_keys(has_others=has_others, each_alone=each_alone))
    has_several = each_alone or work.count(_SEVERAL) > 0
    work.run(_POINTS if has_several else _ONLY_POINTS)
    work.run(_BIRTHS, [list(spec.placeholders.birth_dates)])
    work.run(_ATTRIBUTES, [list(spec.placeholders.texts)])
    if not has_statistics:
        count_fields(work)
    write_rows(work, list(spec.one_record_per_person))
    work.forget(
        "gathered_alias", "spelled_user", "spelled_tf_weight", "company", "birth", "point", "fact",
        "tf_weight", "word_tf_weight",
    )  # fmt: skip


def note_columns(work: Workspace) -> None:
    """Make ``work.known_column(name)``: those of ``work.feature`` that some record has."""
    work.run(
        "create or replace table work.known_column as select name from ("
        "unpivot (select count(columns(*)) from work.feature) on columns(*) into name name value filled"
        ") where filled > 0"
    )


_COMMON_DOMAINS = """
insert into work.common
with

held as (

    select split_part(canonical, '@', 2) as domain, rid
    from work.identifier
    where kind = 'email' and (flag is null or flag in ('shared', 'role', 'generic'))

),

counted as (

    select domain, count(distinct rid) as holders from held group by domain

),

total as (select count(distinct rid) as holders from held)

select 'domain', hash(counted.domain), counted.holders
from counted
cross join total
where counted.holders > greatest(20, total.holders / 100)
"""

# Domains that look like an employer's: no public provider, and not held by a large share.
_DOMAINS = """
create or replace table work.domain as
select distinct held.rid, held.domain
from (
    select split_part(canonical, '@', 2) as domain, rid
    from work.identifier
    where kind = 'email' and (flag is null or flag in ('shared', 'role', 'generic'))
) as held
anti join (from work.common where field = 'domain') as common on hash(held.domain) = common.value
where not list_contains($1::varchar[], held.domain)
"""

_ORGANISATIONS = """
create or replace table work.company as
with

folded as (

    select
        rid,
        trim(regexp_replace(
            ' ' || trim(regexp_replace(lower(strip_accents(organisation)), '[^a-z0-9]+', ' ', 'g')) || ' ',
            ' (ab|ag|and|asa|bv|co|company|corp|corporation|et|gmbh|group|holding|holdings|inc|kg|limited|llc|llp|ltd|nv|oy|plc|pty|sa|sarl|sas|sl|spa|srl|the|und) ',
            ' ', 'g'
        )) as company
    from work.record
    where organisation is not null and not list_contains($1::varchar[], lower(trim(organisation)))

)

select rid, company from folded where company <> ''
"""

# An address that people of different given names share says little of which of them it is.
_PLACES = """
create or replace table work.keyed_place as
select
    rid,
    street,
    city,
    postal_code,
    case
        when street is not null and postal_code is not null then hash(street, postal_code)
        when street is not null and city is not null then hash(street, city)
    end as place
from work.address
"""

DWELLERS = """
select keyed.rid, keyed.place, left(name.given, 3) as given
from work.keyed_place as keyed
inner join work.record_name on keyed.rid = record_name.rid
inner join work.name on record_name.name_id = name.name_id
where keyed.place is not null and name.word_count > 1 and length(name.given) > 1
"""
"""Who lives where, by the first letters of given names."""

_OTHER_DWELLERS = """
select other.rid, other.place, other.given
from kept.dweller as other
semi join work.keyed_place as own on other.place = own.place
"""

_DWELLERS_BESIDE = """
select own.rid, other.place, other.given
from work.keyed_place as own
inner join kept.dweller as other on own.place = other.place
"""


def _address_keys(*, has_others: bool, each_alone: bool) -> str:
    """Who shares an address: of all records together, or of each with those known elsewhere."""
    if each_alone:
        return _ADDRESS_KEYS.format(
            dwellers=f"{DWELLERS} union all {_DWELLERS_BESIDE}", by="rid, place"
        )
    others = f" union all {_OTHER_DWELLERS}" if has_others else ""
    return _ADDRESS_KEYS.format(dwellers=DWELLERS + others, by="place")


_ADDRESS_KEYS = """
create or replace table work.address_key as
with

shared as (

    select {by}
    from ({dwellers})
    group by {by}
    having count(distinct given) > 1

)

select keyed.*, shared.place is not null as is_shared
from work.keyed_place as keyed
left join shared using ({by})
"""

# A date that is no date of the calendar still has eight digits to compare.
_BIRTHS = r"""
create or replace table work.birth as
with

written as (

    select
        rid,
        coalesce(
            strftime(birth_date, '%Y%m%d'),
            nullif(regexp_replace(
                regexp_extract(birth_date_text, '^\s*([0-9]{4}([-/.]?[0-9]{2}([-/.]?[0-9]{2})?)?)', 1),
                '[^0-9]', '', 'g'
            ), '')
        ) as digits
    from (
        select
            record.rid,
            case when not list_contains($1::date[], record.birth_date) then record.birth_date end
                as birth_date,
            case
                when record.birth_date is null
                    then coalesce(record.birth_date_text, attribute.value)
            end as birth_date_text
        from work.record
        left join (
            select rid, min(value) as value from work.attribute
            where attribute = 'birth_date' group by rid
        ) as attribute on record.rid = attribute.rid
    )

),

-- many are born on one day, which is taken apart once
day as (

    select
        digits,
        case when length(digits) = 8 then digits end as birth_digits,
        left(digits, 4)::smallint as birth_year,
        nullif(substr(digits, 5, 2), '')::tinyint as birth_month,
        nullif(substr(digits, 7, 2), '')::tinyint as birth_day,
        list_sum(list_transform(string_split(digits, ''), lambda d: d::tinyint))::tinyint
            as birth_digit_sum
    from (select distinct digits from written)
    where
        digits is not null
        and left(digits, 4) between '1001' and '2100'
        and digits <> '19000101'

)

select written.rid, day.* exclude (digits)
from written
inner join day on written.digits = day.digits
"""

# Columns of unknown meaning are numbered by how many values they have.
_ATTRIBUTES = f"""
create or replace table work.fact as
with

told as (

    select rid, attribute, min(trim(regexp_replace(strip_accents(value), '[^a-z0-9]+', ' ', 'g'))) as value
    from work.attribute
    where not list_contains($1::varchar[], value)
    group by rid, attribute

),

others as (

    select attribute, row_number() over (order by count(distinct value) desc, attribute) as place
    from told
    where starts_with(attribute, 'other')
    group by attribute

)

select
    told.rid,
    min(told.value) filter (told.attribute = 'gender') as gender,
    min(told.value) filter (told.attribute = 'occupation') as occupation,
    min(told.value) filter (told.attribute = 'birth_place') as birth_place,
    min(replace(told.value, ' ', '')) filter (told.attribute = 'id_number') as id_number,
    {
    ", ".join(
        f"min(told.value) filter (others.place = {n}) as other_{n}"
        for n in range(1, OTHER_COLUMNS + 1)
    )
}
from told
left join others on told.attribute = others.attribute
where told.value <> ''
group by told.rid
"""

_POSTAL = "case when postal_code is not null then hash(postal_code) end"
_CITY = "case when city is not null then hash(city) end"
_AREA = "left(postal_code, greatest(2, length(postal_code) - 3)::integer)"

# Places of records: values a feature row holds at most two of.
_POINTS = f"""
create or replace table work.point as
select
    rid,
    min({_POSTAL}) as postal_1,
    max({_POSTAL}) as postal_2,
    min({_CITY}) as city_1,
    max({_CITY}) as city_2,
    min(city) as city,
    min(postal_code) as postal_code,
    min({_AREA}) as postal_area,
    min(street) as street
from work.address_key
group by rid
"""

# The same where no record has two.
_ONLY_POINTS = f"""
create or replace table work.point as
select
    rid, {_POSTAL} as postal_1, {_POSTAL} as postal_2, {_CITY} as city_1, {_CITY} as city_2,
    city, postal_code, {_AREA} as postal_area, street
from work.address_key
"""

_SEVERAL = "(select rid from work.address_key group by rid having count(*) > 1 limit 1)"
