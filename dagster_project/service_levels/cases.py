"""Service-level cases of a file: a clock a row, with its calendar, policy and events beside it.

Belongs here: the form of the file (columns, JSON in cells) and what is wrong with it.
Does not belong here: any rule about time; ``clocks`` is what the warehouse uses too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from pydantic import BaseModel, ValidationError

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.output_file import write_atomically
from dagster_project.service_levels.calendars import Calendar, CalendarVersion
from dagster_project.service_levels.clocks import MINUTE, run_clocks, write_policies
from dagster_project.service_levels.policies import Policy, PolicyVersion

Form = TypeVar("Form", bound=BaseModel)

_NEEDED = ("case_id", "clock", "calendar", "policy", "start")
_OPTIONAL = ("events", "as_of")
_MEASURES = ("first_reply", "next_reply", "resolution")
_SHOWN = 10
"""Mistakes of a file that are told one by one."""


@dataclass(frozen=True)
class Computed:
    """What became of a file: cases by status, and what a reader should know."""

    cases: int
    by_status: Mapping[str, int]
    warnings: tuple[str, ...]


def compute_cases(file: Path, out: Path) -> Computed:
    """Compute the clocks of ``file`` and write due, end, status and used minutes to ``out``.

    Raises:
        Customer360Error: a column is missing, or cells cannot be read; nothing is written.
    """
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        _read(connection, file)
        mistakes = _find_mistakes(connection)
        calendars, wrong = _parsed(connection, "calendar", Calendar)
        mistakes += wrong
        policies, wrong = _parsed(connection, "policy", Policy)
        mistakes += wrong
        if mistakes:
            raise _refusal(file, mistakes)
        write_policies(connection, policies)
        connection.execute(_CLOCK)
        connection.execute(_EVENT)
        run_clocks(connection, calendars)
        warnings = (*_unknown_keys(connection), *_without_due_time(connection))
        write_atomically(connection, _results(), out)
        by_status = dict(
            connection.execute(
                "select status, count(*) from clock_result group by status order by status"
            ).fetchall()
        )
    return Computed(sum(by_status.values()), by_status, warnings)


def _read(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Make ``case_row`` and the distinct texts of its calendars and policies, numbered."""
    try:
        relation = connection.read_csv(
            str(file),
            all_varchar=True,
            header=True,
            delimiter=",",
            quotechar='"',
            escapechar='"',
        )
    except duckdb.Error as error:
        raise _no_table(file) from error
    missing = [name for name in _NEEDED if name not in relation.columns]
    if missing:
        raise Customer360Error(
            f"the file has no column {', '.join(missing)}",
            str(file),
            f"a case has the columns {', '.join(_NEEDED)}, and may have {', '.join(_OPTIONAL)}",
        )
    optional = ", ".join(
        f"nullif(trim(\"{name}\"), '') as {name}"
        if name in relation.columns
        else f"null::varchar as {name}"
        for name in _OPTIONAL
    )
    needed = ", ".join(f"nullif(trim(\"{name}\"), '') as {name}" for name in _NEEDED)
    relation.create_view("case_file")
    try:
        connection.execute(
            f"""
            create temp table case_row as
            select row_number() over () as clock_id, {needed}, {optional} from case_file
            """
        )
    except duckdb.Error as error:
        raise _no_table(file) from error
    for name in ("calendar", "policy"):
        connection.execute(
            f"""
            create temp table {name}_text as
            select row_number() over (order by text)::integer as number, text, case_id
            from (
                select {name} as text, min(case_id) as case_id
                from case_row where {name} is not null group by {name}
            )
            """
        )


def _no_table(file: Path) -> Customer360Error:
    return Customer360Error(
        "the file cannot be read as a table", str(file), "write it as CSV in UTF-8, with commas"
    )


def _find_mistakes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Cells that cannot be read, each with its case."""
    measures = ", ".join(f"'{measure}'" for measure in _MEASURES)
    found = connection.execute(
        f"""
        select coalesce(case_id, 'row ' || clock_id), what
        from (
            select *, unnest([
                if(case_id is null, 'case_id is empty', null),
                if(clock in ({measures}), null, 'clock is none of {", ".join(_MEASURES)}'),
                if(start is null or try_cast(start as timestamptz) is not null,
                   null, 'start is no time like 2026-11-20T15:30:00Z'),
                if(as_of is null or try_cast(as_of as timestamptz) is not null,
                   null, 'as_of is no time like 2026-11-20T15:30:00Z'),
                if(events is null or json_valid(events), null, 'events is no JSON'),
                if(policy is null, 'policy is empty', null)
            ]) as what
            from case_row
        )
        where what is not null
        order by clock_id, what
        """
    ).fetchall()
    if not found:
        found = connection.execute(
            """
            select coalesce(case_id, 'row ' || clock_id), 'an event has no time t or no kind e'
            from (
                select *, unnest(from_json(events, '[{"t": "VARCHAR", "e": "VARCHAR"}]')) as event
                from case_row
                where events is not null
            )
            where event.e is null or try_cast(event.t as timestamptz) is null
            order by clock_id
            """
        ).fetchall()
    twice = connection.execute(
        "select case_id, count(*) from case_row group by case_id having count(*) > 1 order by case_id"
    ).fetchall()
    return [
        *(f"case {case}: {what}" for case, what in found),
        *(f"case {case}: stands {times} times" for case, times in twice if case is not None),
    ]


def _parsed(
    connection: duckdb.DuckDBPyConnection, column: str, form: type[Form]
) -> tuple[dict[int, Form], list[str]]:
    """Each distinct text of a column as its form, by number; and what is wrong with the others."""
    read: dict[int, Form] = {}
    mistakes: list[str] = []
    for number, text, case in connection.execute(
        f"select number, text, case_id from {column}_text order by number"
    ).fetchall():
        try:
            read[number] = form.model_validate_json(text)
        except ValidationError as error:
            mistakes.extend(
                f"case {case}: {_place(column, problem['loc'])}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False)
            )
    return read, mistakes


def _place(column: str, path: tuple[Any, ...]) -> str:
    return ".".join([column, *(str(part) for part in path if part != "versions")])


def _refusal(file: Path, mistakes: list[str]) -> Customer360Error:
    more = len(mistakes) - _SHOWN
    told = mistakes[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])
    return Customer360Error(
        "\n".join(
            [f"{counted(len(mistakes), 'cell')} cannot be read:", *(f"✗ {m}" for m in told)]
        ),
        str(file),
        "correct these cells; nothing was computed",
    )


_OBJECTS = {
    "calendar": ("json_extract(text, '$[*]')", (CalendarVersion,)),
    "policy": (
        "list_concat([text::json], json_extract(text, '$.versions[*]'))",
        (Policy, PolicyVersion),
    ),
}
"""Per column: its JSON objects as a SQL list, and the forms they are read as."""


def _unknown_keys(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Keys of calendars and policies that nothing reads: what they meant changed no clock."""
    told: list[str] = []
    for column, (objects, forms) in _OBJECTS.items():
        known = sorted({name for form in forms for name in form.model_fields})
        found = connection.execute(
            f"""
            select key, count(*)
            from (
                select unnest(json_keys(object)) as key
                from (
                    select unnest({objects}) as object
                    from {column}_text
                    join case_row on text = {column}
                )
            )
            where not list_contains(?, key)
            group by key
            order by key
            """,
            [known],
        ).fetchall()
        told.extend(
            f"{column} has an entry {key!r} that nothing reads ({times} times)"
            for key, times in found
        )
    return told


def _without_due_time(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        """
        select
            count(*) filter (target is null),
            count(*) filter (target is not null)
        from used_at_start
        join clock_result using (clock_id)
        where due_at is null and status not in ('not_started', 'paused', 'void')
        """
    ).fetchone()
    assert found is not None  # an aggregate has a row
    no_target, never_open = found
    return [
        *(
            [
                f"{counted(no_target, 'case')} without a target that was known and valid at the start"
            ]
            if no_target
            else []
        ),
        *(
            [f"{counted(never_open, 'case')} whose calendar never opens again: no due time"]
            if never_open
            else []
        ),
    ]


def _results() -> str:
    """Times in UTC, minutes as short as they are exact."""
    return f"""
        select
            case_id,
            {_time("due_at")} as due,
            {_time("ended_at")} as "end",
            status,
            {_minutes("business_time")} as elapsed_business_min,
            {_minutes("calendar_time")} as elapsed_calendar_min
        from clock_result
        join case_row using (clock_id)
        order by clock_id
    """


def _time(column: str) -> str:
    text = f"strftime(make_timestamp({column}), '%Y-%m-%dT%H:%M:%S.%f')"
    return f"rtrim(rtrim({text}, '0'), '.') || 'Z'"


def _minutes(column: str) -> str:
    whole = f"({column} // {MINUTE})::varchar"
    part = f"printf('%.6f', {column} / {MINUTE})"
    exact = f"rtrim(rtrim({part}, '0'), '.')"
    return f"case when status = 'due_only' then null when {column} % {MINUTE} = 0 then {whole} else {exact} end"


_CLOCK = """
    create temp table clock as
    select
        r.clock_id,
        r.clock as measure,
        c.number as calendar,
        p.number as policy,
        epoch_us(cast(r.start as timestamptz)) as started_at,
        epoch_us(cast(r.as_of as timestamptz)) as as_of
    from case_row as r
    left join calendar_text as c on r.calendar = c.text
    left join policy_text as p on r.policy = p.text
"""

# "priority:urgent" is a kind with a value, "customer;client_created_at=…" one with remarks: a
# time that a client set decides nothing.
_EVENT = """
    create temp table clock_event as
    with
    events as (
        select clock_id, generate_subscripts(list, 1) as ordinal, unnest(list) as event
        from (
            select clock_id, from_json(events, '[{"t": "VARCHAR", "e": "VARCHAR"}]') as list
            from case_row
            where events is not null
        )
    )
    select
        clock_id,
        ordinal,
        epoch_us(cast(event.t as timestamptz)) as event_at,
        lower(trim(split_part(split_part(event.e, ';', 1), ':', 1))) as kind,
        lower(trim(split_part(split_part(event.e, ';', 1), ':', 2))) as value
    from events
"""
