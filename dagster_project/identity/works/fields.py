"""A table of works as texts and numbers: ``work.record``, ``work.text``, ``work.fact``."""

from collections.abc import Sequence

from dagster_project.config.works import WordOptions
from dagster_project.identity.tabular.input_table import TABLE, cell
from dagster_project.identity.tabular.meanings import Meaning
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.workspace import Workspace

TEXTS = {
    "title": (Meaning.TITLE,),
    "creator": (Meaning.CREATOR,),
    "series": (Meaning.SERIES,),
    "description": (Meaning.DESCRIPTION, Meaning.FREE_TEXT),
}
"""Texts of a work and the columns that make them up."""

NUMBERS = 3
"""Columns of numbers that are compared, in the table's order."""

CATEGORIES = 2
"""Columns of categories that are compared, in the table's order."""


def read_fields(
    work: Workspace, table: TableSpec, options: WordOptions, record_id: str, rows: str = TABLE
) -> None:
    """Make the tables of one input; ``rid`` numbers the records by record_id."""
    work.run(
        f"""
        create or replace table work.record as
        select (row_number() over (order by record_id) - 1)::integer as rid, *
        from (select {record_id} as record_id, {_columns(table)} from {rows})
        """
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
    parts = [f"{_joined(table.of(*m))} as {field}" for field, m in TEXTS.items()]
    parts.append(f"{_joined(table.of(Meaning.CODE), between='; ')} as codes")
    parts.append(f"{_joined(table.of(Meaning.YEAR)[:1])} as year_text")
    parts.append(f"{_joined(table.of(Meaning.DURATION)[:1])} as duration_text")
    parts += _each(table.of(Meaning.NUMBER), NUMBERS, "number")
    categories = table.of(Meaning.LANGUAGE) + table.of(Meaning.CATEGORY)
    parts += _each(categories, CATEGORIES, "category")
    return ", ".join(parts)


def _each(columns: Sequence[str], most: int, name: str) -> list[str]:
    return [
        f"{cell(columns[n]) if n < len(columns) else 'null::varchar'} as {name}_{n + 1}"
        for n in range(most)
    ]


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
