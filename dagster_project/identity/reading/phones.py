"""Phone numbers in E.164, parsed once per distinct value and kept between runs.

A number is E.164 only where a country's numbering plan has it. Digits that no plan has keep a
key of digits alone: two records with the same ones still agree, and nobody is shown them. The
exit code (00, 011, 0011, 810 …) is that of the place where the number was written: the source's
country, then the record's.

The cache lies in the warehouse and holds only numbers that records still have, so erasing a
person empties it too.
"""

import re
from collections.abc import Iterator
from functools import cache

import phonenumbers

from dagster_project.identity.reading.plain_phones import (
    Written,
    is_fixed_line,
    read_plain,
    written_with,
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

LEAST_DIGITS, MOST_DIGITS = 6, 14
"""Digits of a national number that are taken for one where no plan has it."""

WHOLE_DIGITS = 11
"""From here on digits without plus may begin with the code of any country: the national numbers of
most countries are shorter, and so are most other things that stand in a telephone's column."""


def read_phones(work: Workspace, placeholder_pattern: str) -> None:
    """Make ``work.phone``: (value_norm, country, default_country) → number and flag.

    The cache also says which numbers are fixed lines.
    """
    for sql in _CACHE:
        work.run(sql)
    work.run(_DISTINCT)
    _read_in_engine(work)
    rest = work.rows(_UNKNOWN)
    if rest:
        parsed = [
            read_phone(str(value), str(home), str(origin)) for value, home, origin in rest
        ]
        with work.columns(
            "parsed_phone",
            value_norm=[value for value, _, _ in rest],
            region=[home for _, home, _ in rest],
            origin=[origin for _, _, origin in rest],
            e164=parsed,
            is_fixed_line=[number is not None and is_fixed_line(number) for number in parsed],
        ):
            work.run(f"insert into {CACHE} by name from parsed_phone")
    work.run(_PHONES, [placeholder_pattern])


MANY_NUMBERS = 1_000
"""Numbers of one country from which on its plan is asked in the engine: a statement for a few takes
longer than reading them one by one."""


def _read_in_engine(work: Workspace) -> None:
    """Put numbers into the cache that are written with plus and code.

    Those that their plan has as they stand, and those that surely no plan has: they keep their
    digits alone.
    """
    heads: dict[Written, list[str]] = {}
    counts: dict[Written, int] = {}
    for head, numbers in work.rows(_HEADS):
        written = written_with(head)
        if written is not None:
            heads.setdefault(written, []).append(head)
            counts[written] = counts.get(written, 0) + numbers
    for written, known in heads.items():
        if counts[written] >= MANY_NUMBERS:
            work.run(
                _PLAIN.format(
                    start=len(written.code) + 2,
                    plain=written.plain,
                    fixed=written.fixed,
                    sure=written.sure,
                ),
                [known],
            )


def read_phone(value: str, country: str, origin: str) -> str | None:
    """E.164; where no numbering plan has such a number its digits alone; else nothing.

    ``value`` is digits, perhaps with a leading plus and what parts them; ``country`` the record's and ``origin`` the
    source's country as ISO 3166 codes, or empty.
    """
    if (plain := read_plain(value, country, origin)) is not None:
        return plain
    return read_by_library(value, country, origin)


def read_by_library(value: str, country: str, origin: str) -> str | None:
    """As ``read_phone``, of every value and slowly."""
    value = _BETWEEN_DIGITS.sub("", value)
    if _DIGITS.fullmatch(value) is None:
        return None
    numbers = [
        number
        for text, region in _ways_to_read(value, country, origin)
        if (number := _parsed(text, region)) is not None
    ]
    for number in numbers:
        if phonenumbers.is_valid_number(number) or _is_kept_for_fiction(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for number in numbers:
        if LEAST_DIGITS <= len(str(number.national_number)) <= MOST_DIGITS:
            return phonenumbers.format_number(
                number, phonenumbers.PhoneNumberFormat.E164
            ).removeprefix("+")
    # nobody says whose plan it is of: the same digits are one line
    is_national = not (country or origin or value.startswith("+"))
    return value if is_national and LEAST_DIGITS <= len(value) <= MOST_DIGITS else None


def _ways_to_read(value: str, country: str, origin: str) -> Iterator[tuple[str, str]]:
    """What the digits may mean, likeliest first: (text, region) as the library takes them."""
    if value.startswith("+"):
        yield value, ""
        value = value[1:]
        if not value.startswith("0"):
            return
    regions = [region for region in dict.fromkeys((origin, country)) if region]
    for region in regions:
        exit_code = _exit_code(region)
        if exit_code is not None and (dialled := exit_code.match(value)) is not None:
            yield "+" + value[dialled.end() :], ""
    if value.startswith("00"):
        yield "+" + value[2:], ""
    # where a number inside the country begins with 0, one that begins with the country's code has it
    for region in regions:
        code = str(phonenumbers.country_code_for_region(region))
        is_dialled_with_zero = (
            phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) == "0"
        )
        if is_dialled_with_zero and value.startswith(code):
            yield "+" + value, ""
    for region in reversed(regions):
        yield value, region
    codes = {str(phonenumbers.country_code_for_region(region)) for region in regions}
    is_whole = len(value) >= WHOLE_DIGITS or value.startswith(tuple(codes))
    if is_whole and not value.startswith("0"):
        yield "+" + value, ""


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None


_BETWEEN_DIGITS = re.compile(r"[\s()/-]|(?<=[0-9])\.(?=[0-9]{2,}(?:\.|$))")

_DIGITS = re.compile(r"\+?[0-9]+", re.ASCII)


@cache
def _exit_code(region: str) -> re.Pattern[str] | None:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    prefix = metadata.international_prefix if metadata else None
    return re.compile(prefix) if prefix else None


def _is_kept_for_fiction(number: phonenumbers.PhoneNumber) -> bool:
    """Numbers a regulator keeps for films: examples everywhere are full of them."""
    kept = _FICTION.get(number.country_code or 0)
    return kept is not None and kept.fullmatch(str(number.national_number)) is not None


# Ofcom, "Telephone numbers for use in TV and radio drama"; ARCEP, décision 2018-0881, 2.5.12.
_FICTION = {
    44: re.compile(r"7700900[0-9]{3}|1632960[0-9]{3}|3069990[0-9]{3}|8081570[0-9]{3}"),
    33: re.compile(r"(?:19900|26191|35301|46571|53649|63998)[0-9]{4}"),
}


def _home_sql() -> str:
    names = " ".join(f"when '{name}' then '{code}'" for name, code in _COUNTRIES.items())
    return f"""
        case
            when value_norm like '+%' then ''
            when length(country) = 2 then upper(country)
            else coalesce(case strip_accents(lower(country)) {names} end, '')
        end
    """


# Numbers cached before it counted where they were written are read again.
_CACHE = (
    "create schema if not exists identity",
    f"create table if not exists {CACHE} "
    "(value_norm varchar, region varchar, origin varchar, e164 varchar, is_fixed_line boolean)",
    f"alter table {CACHE} add column if not exists is_fixed_line boolean",
    f"alter table {CACHE} add column if not exists origin varchar",
    f"delete from {CACHE} where is_fixed_line is null or origin is null",
)

_DISTINCT = f"""
create or replace table work.phone_value as
select
    value_norm,
    country,
    default_country,
    {_home_sql()} as region,
    case when value_norm like '+%' then '' else upper(default_country) end as origin
from (
    select distinct value_norm, country, default_country
    from work.gathered
    where kind = 'phone'
)
"""

FORGET_UNUSED_PHONES = f"""
delete from {CACHE} as cache
where not exists (
    select 1 from work.phone_value as used
    where
        used.value_norm = cache.value_norm
        and used.region = cache.region
        and used.origin = cache.origin
)
"""
"""Drop cached numbers that no record holds any more; needs ``work.phone_value`` of all records."""

# With a plus neither country nor origin counts: both are empty there.
_HEADS = f"""
select substr(value_norm, 2, 3) as head, count(distinct value_norm) as numbers
from work.phone_value as used
where
    regexp_full_match(value_norm, '[+][1-9][0-9]{{6,14}}')
    and value_norm not in (select value_norm from {CACHE} where region = '' and origin = '')
group by head
order by head
"""

_PLAIN = f"""
insert into {CACHE} by name
select
    value_norm,
    '' as region,
    '' as origin,
    case
        when is_plain then value_norm
        when length(national) >= {LEAST_DIGITS} then value_norm[2:]
    end as e164,
    is_plain and is_fixed as is_fixed_line
from (
    select
        *,
        {{plain}} as is_plain,
        {{fixed}} as is_fixed
    from (
        select distinct value_norm, substr(value_norm, {{start}}) as national
        from work.phone_value
        where
            substr(value_norm, 2, 3) in (select unnest($1::varchar[]))
            and regexp_full_match(value_norm, '[+][1-9][0-9]{{{{6,14}}}}')
            and value_norm not in (select value_norm from {CACHE} where region = '' and origin = '')
    )
)
where is_plain or ({{sure}})
"""

_UNKNOWN = f"""
select distinct used.value_norm, used.region, used.origin
from work.phone_value as used
left join {CACHE} as cache
    on
        used.value_norm = cache.value_norm
        and used.region = cache.region
        and used.origin = cache.origin
where cache.value_norm is null
order by used.value_norm, used.region, used.origin
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
inner join {CACHE} as cache
    on
        used.value_norm = cache.value_norm
        and used.region = cache.region
        and used.origin = cache.origin
"""
