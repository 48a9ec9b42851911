"""Phone numbers in E.164, parsed once per distinct value and kept between runs.

The cache lies in the warehouse and holds only numbers that records still have, so erasing a
person empties it too.
"""

import phonenumbers

from dagster_project.identity.plain_phones import (
    LEAST_DIGITS,
    MOST_DIGITS,
    is_fixed_line,
    read_plain,
)
from dagster_project.identity.workspace import Workspace

CACHE = "identity.phone_numbers"

_COUNTRIES = {
    "australia": "AU", "austria": "AT", "belgique": "BE", "belgium": "BE", "brasil": "BR",
    "brazil": "BR", "canada": "CA", "china": "CN", "deutschland": "DE", "espana": "ES",
    "france": "FR", "germany": "DE", "hong kong": "HK", "hong kong sar": "HK", "india": "IN",
    "ireland": "IE", "italia": "IT", "italy": "IT", "japan": "JP", "luxembourg": "LU",
    "mexico": "MX", "netherlands": "NL", "poland": "PL", "portugal": "PT", "schweiz": "CH",
    "singapore": "SG", "south korea": "KR", "spain": "ES", "suisse": "CH", "sweden": "SE",
    "switzerland": "CH", "taiwan": "TW", "uk": "GB", "united kingdom": "GB",
    "united states": "US", "united states of america": "US", "usa": "US",
}  # fmt: skip


def read_phones(work: Workspace, placeholder_pattern: str) -> None:
    """Make ``work.phone``: (value_norm, country, default_country) → E.164 and flag.

    The cache also says which numbers are fixed lines.
    """
    for sql in _CACHE:
        work.run(sql)
    work.run(_DISTINCT)
    rest = work.rows(_UNKNOWN)
    if rest:
        parsed = [_e164(str(value), str(region)) for value, region in rest]
        with work.columns(
            "parsed_phone",
            value_norm=[value for value, _ in rest],
            region=[region for _, region in rest],
            e164=parsed,
            is_fixed_line=[e164 is not None and is_fixed_line(e164) for e164 in parsed],
        ):
            work.run(f"insert into {CACHE} by name from parsed_phone")
    work.run(_PHONES, [placeholder_pattern])


def _e164(value: str, region: str) -> str | None:
    """E.164 form, or nothing when the digits cannot be a number of that country."""
    if (plain := read_plain(value, region)) is not None:
        return plain
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    if not LEAST_DIGITS <= len(national) <= MOST_DIGITS:
        return None
    zeros = "0" * (number.number_of_leading_zeros or 1) if number.italian_leading_zero else ""
    return f"+{number.country_code}{zeros}{national}"


def _region_sql() -> str:
    names = " ".join(f"when '{name}' then '{code}'" for name, code in _COUNTRIES.items())
    return f"""
        case
            when value_norm like '+%' then ''
            when length(country) = 2 then upper(country)
            else coalesce(case strip_accents(lower(country)) {names} end, default_country)
        end
    """


# Numbers cached before lines were told apart are read again.
_CACHE = (
    "create schema if not exists identity",
    f"create table if not exists {CACHE} "
    "(value_norm varchar, region varchar, e164 varchar, is_fixed_line boolean)",
    f"alter table {CACHE} add column if not exists is_fixed_line boolean",
    f"delete from {CACHE} where is_fixed_line is null",
)

_DISTINCT = f"""
create or replace table work.phone_value as
select
    value_norm,
    country,
    default_country,
    {_region_sql()} as region
from (
    select distinct
        gathered.value_norm,
        coalesce(record.country, '') as country,
        coalesce(record.default_country, '') as default_country
    from work.gathered
    inner join work.record on gathered.rid = record.rid
    where gathered.kind = 'phone'
)
"""

FORGET_UNUSED_PHONES = f"""
delete from {CACHE} as cache
where not exists (
    select 1 from work.phone_value as used
    where used.value_norm = cache.value_norm and used.region = cache.region
)
"""
"""Drop cached numbers that no record holds any more; needs ``work.phone_value`` of all records."""

_UNKNOWN = f"""
select distinct used.value_norm, used.region
from work.phone_value as used
left join {CACHE} as cache
    on used.value_norm = cache.value_norm and used.region = cache.region
where cache.value_norm is null
order by used.value_norm, used.region
"""

_PHONES = f"""
create or replace table work.phone as
select
    used.value_norm,
    used.country,
    used.default_country,
    cache.e164,
    case
        when
            regexp_matches(regexp_replace(used.value_norm, '[^0-9]', '', 'g'), $1)
            or regexp_matches(right(regexp_replace(used.value_norm, '[^0-9]', '', 'g'), 7), '^(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|1234567)$')
            then 'placeholder'
        when cache.e164 is null then 'malformed'
    end as flag
from work.phone_value as used
inner join {CACHE} as cache on used.value_norm = cache.value_norm and used.region = cache.region
"""
