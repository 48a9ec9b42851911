"""A table of works or organisations as texts and numbers: ``work.record``, ``text``, ``fact``."""

import re
from collections.abc import Mapping, Sequence

from dagster_project.config.works import WordOptions
from dagster_project.identity.tabular.input_table import TABLE, cell
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.workspace import Workspace

TEXTS: Mapping[Kind, Mapping[str, tuple[Meaning, ...]]] = {
    Kind.WORKS: {
        "title": (Meaning.TITLE,),
        "creator": (Meaning.CREATOR,),
        "series": (Meaning.SERIES,),
        "description": (Meaning.DESCRIPTION, Meaning.FREE_TEXT),
    },
    Kind.ORGANISATIONS: {
        "title": (Meaning.ORGANISATION,),
        "creator": (Meaning.OTHER_NAME,),
        "series": (Meaning.STREET_NUMBER, Meaning.STREET),
        "description": (Meaning.CITY, Meaning.STATE),
    },
}
"""Texts of a kind of thing, and the columns that make them up."""

EVIDENCE: Mapping[Kind, Mapping[str, str]] = {
    Kind.WORKS: {},
    Kind.ORGANISATIONS: {
        "title": "name",
        "creator": "other_name",
        "series": "street",
        "description": "city",
        "codes": "domain_or_number",
        "telephones": "phone",
        "category_1": "postal_code",
        "category_2": "country",
    },
}
"""What comparisons are called in the evidence of a kind, where they have other names there."""

NUMBERS = 3
"""Columns of numbers that are compared, in the table's order."""

CATEGORIES = 2
"""Columns of categories that are compared, in the table's order."""


def is_cited(table: TableSpec) -> bool:
    """Whether the works are publications, by authors, in journals or proceedings, of a year.

    Of these a report, its paper and its article are three works that share title and authors: the
    year and where it appeared are all that tells them apart, so a year is not learned to be vague.
    Volumes and pages, where there are any, tell them apart too, and of years written by hand the truth
    is learned.
    """
    return (
        table.kind is Kind.WORKS
        and bool(table.of(Meaning.YEAR))
        and not table.of(Meaning.NUMBER)
        and any(_WRITTEN_BY.search(name.lower()) for name in table.of(Meaning.CREATOR))
        and any(_APPEARED_IN.search(name.lower()) for name in table.of(Meaning.SERIES))
    )


OF_CITED: Mapping[str, tuple[float, ...]] = {"year": (0.002, 0.004, 0.994)}
"""How often records of one publication give years apart, next to each other, and the same.

A slip of the pen is a matter of per mille in libraries' catalogues; learned from pairs of equal
titles, it came out as 5 % and more, because a paper's article two years on was taken for it.
"""

_WRITTEN_BY = re.compile(r"auth|aut(or|eur)")
_APPEARED_IN = re.compile(
    r"venue|journal|booktitle|conference|proceedings|publication|revue|revista|zeitschrift|rivista"
)


def read_fields(
    work: Workspace,
    table: TableSpec,
    options: WordOptions,
    record_id: str,
    rows: str = TABLE,
    *,
    mail_providers: Sequence[str] = (),
) -> None:
    """Make the tables of one input; ``rid`` numbers the records by record_id.

    ``mail_providers``: domains that many organisations have addresses at.
    """
    columns = _columns(table)
    work.run(
        f"""
        create or replace table work.record as
        select (row_number() over (order by record_id) - 1)::integer as rid, *
        from (select {record_id} as record_id, {columns} from {rows})
        """,
        [list(mail_providers)] if "$1" in columns else None,
    )
    work.run(
        """
        create or replace table work.text as
        select rid, field, value
        from (unpivot work.record on title, creator, series, description into name field value value)
        where not list_contains($1::varchar[], lower(trim(value)))
        """,
        [list(options.placeholders)],
    )
    work.run(_FACTS)


def _columns(table: TableSpec) -> str:
    parts = [f"{_joined(table.of(*m))} as {field}" for field, m in TEXTS[table.kind].items()]
    parts.append(f"{_codes(table)} as codes")
    parts.append(f"{_telephones(table)} as telephones")
    parts.append(f"{_joined(table.of(Meaning.YEAR)[:1])} as year_text")
    parts.append(f"{_joined(table.of(Meaning.DURATION)[:1])} as duration_text")
    parts += _each(table.of(Meaning.NUMBER), NUMBERS, "number")
    if table.kind is Kind.ORGANISATIONS:
        parts += _each(
            _postal_codes(table) + _cells(table, Meaning.COUNTRY), CATEGORIES, "category"
        )
    else:
        kinds = _cells(table, Meaning.LANGUAGE) + _cells(table, Meaning.CATEGORY)
        parts += _each(kinds, CATEGORIES, "category")
    return ", ".join(parts)


def _cells(table: TableSpec, meaning: Meaning) -> list[str]:
    return [cell(name) for name in table.of(meaning)]


def _each(values: Sequence[str], most: int, name: str) -> list[str]:
    return [
        f"{values[n] if n < len(values) else 'null::varchar'} as {name}_{n + 1}"
        for n in range(most)
    ]


def _postal_codes(table: TableSpec) -> list[str]:
    """SQL: postal codes without blanks; of ZIP+4 the five digits that everybody writes."""
    bare = (
        f"regexp_replace({value}, '[ .]', '', 'g')"
        for value in _cells(table, Meaning.POSTAL_CODE)
    )
    return [f"regexp_replace({value}, '^([0-9]{{5}})-?[0-9]{{4}}$', '\\1')" for value in bare][
        :1
    ]


def _codes(table: TableSpec) -> str:
    """SQL: what names a thing all by itself, between semicolons."""
    values = _cells(table, Meaning.CODE)
    if table.kind is Kind.ORGANISATIONS:
        values += _cells(table, Meaning.ID_NUMBER)
        values += [
            _domain(value)
            for value in _cells(table, Meaning.URL) + _cells(table, Meaning.EMAIL)
        ]
    return _listed(values)


def _telephones(table: TableSpec) -> str:
    """SQL: telephone numbers, between semicolons; organisations of one house may share one."""
    if table.kind is not Kind.ORGANISATIONS:
        return "null::varchar"
    return _listed([_telephone(value) for value in _cells(table, Meaning.PHONE)])


def _listed(values: Sequence[str]) -> str:
    return f"nullif(concat_ws('; ', {', '.join(values)}), '')" if values else "null::varchar"


def _telephone(text: str) -> str:
    """SQL: the last nine digits, which all ways of writing one number share."""
    digits = f"regexp_replace({text}, '[^0-9]', '', 'g')"
    return f"case when length({digits}) >= 7 then 'tel' || right({digits}, 9) end"


def _domain(text: str) -> str:
    """SQL: the domain of an address or link, unless it is a mail provider's."""
    host = f"regexp_extract(lower({text}), '^(?:[a-z]+://)?(?:[^@/ ]*@)?(?:www[.])?([a-z0-9.-]+[.][a-z]{{2,}})', 1)"
    return (
        f"case when {host} <> '' and not list_contains($1::varchar[], {host}) then {host} end"
    )


def _joined(columns: Sequence[str], *, between: str = " ") -> str:
    if not columns:
        return "null::varchar"
    return f"nullif(concat_ws('{between}', {', '.join(cell(name) for name in columns)}), '')"


def _number(text: str) -> str:
    """SQL: the first number of a text; ``1.299,00``, ``$1,299.00`` and ``007`` alike."""
    digits = f"regexp_extract({text}, '[0-9][0-9.,]*')"
    cents = f"regexp_matches({digits}, '[.,][0-9]{{1,2}}$')"
    whole = (
        f"regexp_replace(regexp_replace({digits}, '[.,][0-9]{{1,2}}$', ''), '[.,]', '', 'g')"
    )
    fraction = f"regexp_extract({digits}, '[.,]([0-9]{{1,2}})$', 1)"
    return (
        f"try_cast(case when {cents} then {whole} || '.' || {fraction} "
        f"else regexp_replace({digits}, '[.,]', '', 'g') end as double)"
    )


# Years of two digits are of the century that has begun, up to 30. Durations come as 2:36,
# 2m 36sec, 156 (seconds), 2.6 (minutes) or 156000 (milliseconds).
_FACTS = f"""
create or replace table work.fact as
with

read as (

    select
        *,
        regexp_extract(year_text, '[0-9]{{4}}') as year_4,
        regexp_extract(year_text, '[0-9]{{2}}') as year_2,
        try_cast(duration_text as double) as duration,
        regexp_extract(duration_text, '^([0-9]+):([0-9]{{2}})(?::([0-9]{{2}}))?', ['a', 'b', 'c'])
            as clock,
        try_cast(regexp_extract(duration_text, '([0-9]+) ?h', 1) as integer) as hours,
        try_cast(regexp_extract(duration_text, '([0-9]+) ?m', 1) as integer) as minutes,
        try_cast(regexp_extract(duration_text, '([0-9]+) ?s', 1) as integer) as seconds
    from work.record

)

select
    rid,
    case
        when year_4 <> '' then try_cast(year_4 as integer)
        when year_2 <> ''
            then try_cast(year_2 as integer) + case when year_2 <= '30' then 2000 else 1900 end
    end as year,
    nullif(case
        when clock.c <> '' then 3600 * try_cast(clock.a as integer)
            + 60 * try_cast(clock.b as integer) + try_cast(clock.c as integer)
        when clock.b <> ''
            then 60 * try_cast(clock.a as integer) + try_cast(clock.b as integer)
        when coalesce(hours, minutes, seconds) is not null
            then 3600 * coalesce(hours, 0) + 60 * coalesce(minutes, 0) + coalesce(seconds, 0)
        when duration >= 10000 then duration / 1000
        when duration < 60 and contains(duration_text, '.') then 60 * duration
        else duration
    end, 0)::double as duration,
    {", ".join(f"{_number(f'number_{n}')} as number_{n}" for n in range(1, NUMBERS + 1))},
    {", ".join(f"lower(category_{n}) as category_{n}" for n in range(1, CATEGORIES + 1))}
from read
"""
