"""Service-level clocks, all at once: due time, end, status and used time of each.

The time a calendar has been open grows with the time of day, so two questions answer everything:
how much open time lies before an instant, and at which instant a given amount is reached. Both
are one as-of join on a calendar's open intervals with their running sum; nothing walks days.
Times are microseconds since 1970 in UTC.

Belongs here: what starts, pauses, ends and retargets a clock, in SQL.
Does not belong here: opening hours (``opening_hours``), reading a file of cases (``cases``).
"""

from collections.abc import Iterable, Mapping

import duckdb
import pyarrow as pa

from dagster_project.service_levels.calendars import DAY, Calendar
from dagster_project.service_levels.opening_hours import open_intervals, union
from dagster_project.service_levels.policies import Policy

SECOND = 1_000_000
MINUTE = 60 * SECOND

_AHEAD = 40 * DAY
"""Seconds of opening hours worked out beyond the newest instant at first; doubled while a clock
finds no due time, for a month of holidays must not end the search."""

_NEVER = 400 * DAY
"""A calendar that stays shut for longer than a year and its holidays does not open again."""

_ANSWERS = "'agent_public'"
"""A public message by a human of the brand, in the role held at that instant; nothing else does."""

_DELETED = "'customer_deleted', 'deleted'"
_SOLVED = "'solved', 'resolved', 'closed'"
_ABSORBED = "'merged_into', 'absorbed_into'"
_STATES = f"'new', 'open', 'reopened', 'pending', 'on_hold', 'hold', 'waiting', {_SOLVED}"


def write_policies(
    connection: duckdb.DuckDBPyConnection, policies: Mapping[int, Policy]
) -> None:
    """Make ``policy``, ``policy_version``, ``policy_target`` and ``policy_pause``."""
    versions = [
        (number, place, version)
        for number, policy in policies.items()
        for place, version in enumerate(policy.each_version())
    ]
    _table(
        connection,
        "policy",
        {"policy": "int", "priority_at_start": "text", "retargets": "bool"},
        (
            (number, policy.priority_at_start, policy.on_priority_change != "keep")
            for number, policy in policies.items()
        ),
    )
    _table(
        connection,
        "policy_version",
        {
            "policy": "int",
            "version": "int",
            "valid_from": "time",
            "recorded_at": "time",
            "hours": "text",
        },
        (
            (
                number,
                place,
                version.valid_from and int(version.valid_from.timestamp() * SECOND),
                version.recorded_at and int(version.recorded_at.timestamp() * SECOND),
                str(version.hours),
            )
            for number, place, version in versions
        ),
    )
    _table(
        connection,
        "policy_target",
        {"policy": "int", "version": "int", "priority": "text", "target": "time"},
        (
            (number, place, priority, round(minutes * MINUTE))
            for number, place, version in versions
            for priority, minutes in (
                *version.targets.items(),
                *(() if version.target_min is None else ((None, version.target_min),)),
            )
        ),
    )
    _table(
        connection,
        "policy_pause",
        {"policy": "int", "state": "text"},
        ((number, state) for number, policy in policies.items() for state in policy.pause_on),
    )


_TYPES = {"int": pa.int32(), "time": pa.int64(), "text": pa.string(), "bool": pa.bool_()}


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    rows = list(rows)
    made = pa.table(
        {
            column: pa.array([row[place] for row in rows], type=_TYPES[kind])
            for place, (column, kind) in enumerate(columns.items())
        }
    )
    connection.register("arrived", made)
    connection.execute(f"create or replace temp table {name} as select * from arrived")
    connection.unregister("arrived")


def run_clocks(
    connection: duckdb.DuckDBPyConnection, calendars: Mapping[int, Calendar]
) -> None:
    """Make ``clock_result``, one row per clock.

    Needs the tables of ``write_policies`` and

    - ``clock``: ``clock_id``, ``measure`` (first_reply, next_reply, resolution), ``calendar``,
      ``policy``, ``started_at`` (null: from the events), ``as_of`` (null: nothing is hidden);
    - ``clock_event``: ``clock_id``, ``ordinal``, ``event_at``, ``kind`` and ``value`` (``priority:urgent``
      is kind priority, value urgent).

    Columns made: ``clock_id, due_at, ended_at, status, business_time, calendar_time``; the times
    used are null where only the due time was asked for.
    """
    connection.execute(_SEEN)
    connection.execute(_STARTED)
    connection.execute(_ENDED)
    connection.execute(_APPLIED)
    open_hours = OpenHours(calendars, _reaches(connection))
    open_hours.write(connection)
    connection.execute(_USED_AT_START)
    connection.execute(_PAUSED_CLOCKS)
    connection.execute(_SPANS)
    while True:
        connection.execute(_DUE)
        _retarget(connection)
        if not open_hours.look_further(_without_due_time(connection)):
            break
        open_hours.write(connection)
    connection.execute(_RESULT)


class OpenHours:
    """Open intervals of calendars over the stretch that their clocks need, which can grow."""

    def __init__(
        self, calendars: Mapping[int, Calendar], reaches: Mapping[int, tuple[int, int]]
    ) -> None:
        """``reaches``: seconds since 1970 from the first to the last instant of each calendar."""
        self._calendars = calendars
        self._ends = {number: ends + _AHEAD for number, (_, ends) in reaches.items()}
        self._begins = {number: begins - DAY for number, (begins, _) in reaches.items()}
        self._intervals = {
            number: open_intervals(calendars[number], begins, self._ends[number])
            for number, begins in self._begins.items()
        }

    def look_further(self, wanted: Iterable[int]) -> bool:
        """Double the stretch of these calendars; false where none of them opens any more."""
        opening = [number for number in wanted if self._still_opens(number)]
        for number in opening:
            known = self._ends[number]
            self._ends[number] += max(known - self._begins[number], _NEVER)
            beyond = open_intervals(self._calendars[number], known, self._ends[number])
            self._intervals[number] = union([*self._intervals[number], *beyond])
        return bool(opening)

    def _still_opens(self, number: int) -> bool:
        if self._ends[number] - self._begins[number] < _NEVER:
            return True
        intervals = self._intervals[number]
        return bool(intervals) and intervals[-1][1] > self._ends[number] - _NEVER

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make ``open_time``: open intervals, and the open time of their calendar before each."""
        rows: list[tuple[int, int, int, int]] = []
        for number, intervals in self._intervals.items():
            before = 0
            for opens, closes in intervals:
                rows.append((number, opens * SECOND, closes * SECOND, before * SECOND))
                before += closes - opens
        _table(
            connection,
            "open_time",
            {"calendar": "int", "opens": "time", "closes": "time", "before": "time"},
            rows,
        )


def _reaches(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int]]:
    rows = connection.execute(
        f"""
        select
            calendar,
            min(started_at) // {SECOND},
            greatest(max(started_at), max(stopped_at)) // {SECOND}
        from ended
        where calendar is not null and started_at is not null
        group by calendar
        order by calendar
        """
    ).fetchall()
    return {calendar: (begins, ends) for calendar, begins, ends in rows}


def _without_due_time(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Calendars of clocks that wait for a due time."""
    rows = connection.execute(
        """
        select distinct calendar
        from due
        join used_at_start using (clock_id)
        where due_at is null
            and due.target is not null
            and not is_paused
            and hours = 'business'
            and started_at is not null
            and calendar is not null
        order by calendar
        """
    ).fetchall()
    return [calendar for (calendar,) in rows]


def _retarget(connection: duckdb.DuckDBPyConnection) -> None:
    """Give clocks still open at a change of priority its target, one change after the other."""
    connection.execute(_CHANGES)
    most = connection.execute(
        "select coalesce(max(ordinal), 0) from priority_change"
    ).fetchone()
    assert most is not None  # an aggregate has a row
    for ordinal in range(1, most[0] + 1):
        connection.execute(_RETARGET, {"ordinal": ordinal})
        connection.execute(_DUE_OF_CHANGED)


def _used(times: str, time: str, calendar: str = "calendar") -> str:
    """Rows of ``times`` with ``used``: open time of their calendar before ``time``; 0 before all."""
    return f"""
        select
            t.*,
            coalesce(o.before + least(o.closes, t.{time}) - o.opens, 0) as used
        from {times} as t
        asof left join open_time as o on t.{calendar} = o.calendar and t.{time} >= o.opens
    """


_SEEN = """
    create or replace temp table seen as
    select e.*
    from clock_event as e
    join clock as c using (clock_id)
    where c.as_of is null or e.event_at <= c.as_of
"""

# A merge makes one clock of several threads: from the earliest customer message among them.
_STARTED = """
    create or replace temp table started as
    with
    from_events as (
        select
            clock_id,
            bool_or(kind = 'merged_in') as is_merged,
            min(event_at) filter (kind = 'customer') as first_customer_at
        from seen
        where kind in ('customer', 'merged_in')
        group by clock_id
    )
    select
        c.clock_id,
        c.measure,
        c.calendar,
        c.policy,
        c.as_of,
        case
            when measure = 'first_reply' and is_merged then least(started_at, first_customer_at)
            when measure = 'next_reply' then started_at
            else coalesce(started_at, first_customer_at)
        end as started_at
    from clock as c
    left join from_events using (clock_id)
"""

# The clock of a thread that was merged into another is void, whatever became of it: the one clock
# of both starts with the earliest message of both.
_ENDED = f"""
    create or replace temp table ended as
    with
    from_events as (
        select
            s.clock_id,
            bool_or(kind = {_ANSWERS} and event_at < started_at) as was_answered_before,
            min(event_at) filter (kind = {_ANSWERS} and event_at >= started_at) as replied_at,
            min(event_at) filter (kind in ({_SOLVED}) and event_at >= started_at) as solved_at,
            min(event_at) filter (kind in ({_DELETED}) and event_at >= started_at) as deleted_at,
            min(event_at) filter (kind in ({_ABSORBED})) as absorbed_at
        from started as s
        join seen using (clock_id)
        where kind in ({_ANSWERS}, {_SOLVED}, {_DELETED}, {_ABSORBED})
        group by s.clock_id
    ),
    decided as (
        select
            s.*,
            started_at is null
                or coalesce(started_at > as_of, false)
                or (measure = 'next_reply' and not coalesce(was_answered_before, false))
                as is_not_started,
            absorbed_at,
            if(measure = 'resolution', null, replied_at) as answered_at,
            solved_at,
            deleted_at,
            least(answered_at, solved_at, deleted_at) as first_end
        from started as s
        left join from_events using (clock_id)
    )
    select
        clock_id,
        measure,
        calendar,
        policy,
        as_of,
        if(is_not_started, null, started_at) as started_at,
        if(is_not_started, null, coalesce(absorbed_at, first_end)) as ended_at,
        case
            when is_not_started then 'not_started'
            when absorbed_at is not null then 'absorbed'
            when first_end is null then 'open'
            when answered_at = first_end then 'answered'
            when solved_at = first_end then 'solved'
            else 'deleted'
        end as ended_by,
        coalesce(ended_at, if(is_not_started, null, as_of)) as stopped_at
    from decided
"""

# The version that was valid and known when the clock started; where a policy has one that always
# was, the policy tells it.
_APPLIED = """
    create or replace temp table applied as
    with
    version_target as (
        select
            v.policy,
            v.version,
            v.valid_from,
            v.recorded_at,
            v.hours,
            coalesce(own.target, common.target) as target
        from policy_version as v
        join policy as p using (policy)
        left join policy_target as own
            on v.policy = own.policy
            and v.version = own.version
            and p.priority_at_start = own.priority
        left join policy_target as common
            on v.policy = common.policy and v.version = common.version and common.priority is null
    ),
    timeless as (
        select policy, any_value(version) as version, any_value(hours) as hours, any_value(target) as target
        from version_target
        group by policy
        having count(*) = 1 and bool_and(valid_from is null and recorded_at is null)
    ),
    known as (
        select
            e.clock_id,
            arg_max(
                {'version': v.version, 'hours': v.hours, 'target': v.target},
                {
                    'valid_from': coalesce(v.valid_from, -9000000000000000000),
                    'recorded_at': coalesce(v.recorded_at, -9000000000000000000)
                }
            ) as applies
        from ended as e
        anti join timeless using (policy)
        join version_target as v
            on e.policy = v.policy
            and coalesce(v.valid_from <= e.started_at, true)
            and coalesce(v.recorded_at <= e.started_at, true)
        where e.started_at is not null
        group by e.clock_id
    )
    select
        e.*,
        coalesce(t.version, k.applies.version) as version,
        coalesce(t.hours, k.applies.hours, 'business') as hours,
        coalesce(t.target, k.applies.target) as target
    from ended as e
    left join timeless as t using (policy)
    left join known as k using (clock_id)
"""

_USED_AT_START = f"""
    create or replace temp table used_at_start as
    with
    at_start as ({_used("applied", "started_at")}),
    at_stop as ({_used("(select * rename (used as used_at_start) from at_start)", "stopped_at")})
    select
        * exclude (used),
        if(stopped_at is null, null, used - used_at_start) as open_time
    from at_stop
"""

# Clocks that anything paused: the state events of the thread in order, those before the start too,
# as they say in which state the clock began.
_PAUSED_CLOCKS = f"""
    create or replace temp table state as
    with
    paused_clocks as (
        select distinct c.clock_id
        from used_at_start as c
        join policy_pause as p using (policy)
        join seen as s on c.clock_id = s.clock_id and p.state = s.kind
        where
            c.measure = 'resolution'
            and c.started_at is not null
            and (c.ended_at is null or s.event_at < c.ended_at)
    )
    select
        s.clock_id,
        s.event_at,
        s.ordinal,
        p.state is not null as is_pause
    from paused_clocks
    join used_at_start as c using (clock_id)
    join seen as s using (clock_id)
    left join policy_pause as p on c.policy = p.policy and s.kind = p.state
    where
        (p.state is not null or s.kind in ({_STATES}))
        and (c.ended_at is null or s.event_at < c.ended_at)
"""

# Stretches in which a paused clock runs; the last is open-ended unless the clock stands now.
_SPANS = f"""
    create or replace temp table span as
    with
    states as (
        select * from state
        union all by name
        select distinct clock_id, -9000000000000000000 as event_at, -1 as ordinal, false as is_pause
        from state
    ),
    followed as (
        select
            *,
            lead(event_at) over (partition by clock_id order by event_at, ordinal) as next_at
        from states
    ),
    running as (
        select
            c.clock_id,
            c.calendar,
            c.hours,
            c.stopped_at,
            greatest(f.event_at, c.started_at) as begins,
            f.next_at as ends
        from followed as f
        join used_at_start as c using (clock_id)
        where not f.is_pause and (f.next_at is null or f.next_at > c.started_at)
        union all
        select
            c.clock_id, c.calendar, c.hours, c.stopped_at, c.ended_at as begins, null as ends
        from followed as f
        join used_at_start as c using (clock_id)
        where f.is_pause and f.next_at is null and c.ended_at is not null
    ),
    at_begin as ({_used("running", "begins")}),
    at_end as ({_used("(select * rename (used as used_at_begin) from at_begin)", "ends")}),
    at_stop as (
        select
            *,
            if(ends < stopped_at, ends, greatest(stopped_at, begins)) as counted_until
        from (select * rename (used as used_at_end) from at_end)
    ),
    counted as ({_used("at_stop", "counted_until")}),
    measured as (
        select
            clock_id,
            begins,
            if(hours = 'business', used_at_begin, begins) as own_begin,
            if(ends is null, null, if(hours = 'business', used_at_end, ends) - own_begin) as own_time,
            if(hours = 'business', used, counted_until) - own_begin as counted_time
        from counted
    )
    select
        *,
        coalesce(
            sum(own_time) over (
                partition by clock_id order by begins rows between unbounded preceding and 1 preceding
            ),
            0
        )::bigint as time_before
    from measured
"""


def _due_of(clocks: str) -> str:
    """SQL of ``clock_id, target, is_paused, due_at`` for ``clocks`` (``clock_id, target``).

    A due time is the earliest instant at which the target is reached: at the close, not at the
    next opening; a target of nothing at the start.
    """
    return f"""
        with
        straight as (
            select
                c.clock_id,
                c.calendar,
                c.hours,
                t.target,
                c.started_at,
                c.started_at as begins,
                if(c.hours = 'business' and c.started_at is not null, c.used_at_start, c.started_at)
                    + t.target as reached_at,
                false as is_paused
            from {clocks} as t
            join used_at_start as c using (clock_id)
            anti join (select distinct clock_id from state) using (clock_id)
        ),
        reaching as (
            select
                s.clock_id,
                arg_min(s.begins, s.begins) filter (s.own_time is null or time_before + own_time >= target)
                    as begins,
                arg_min(own_begin + target - time_before, s.begins)
                    filter (s.own_time is null or time_before + own_time >= target) as reached_at,
                t.target
            from {clocks} as t
            join span as s using (clock_id)
            group by s.clock_id, t.target
        ),
        paused as (
            select
                c.clock_id,
                c.calendar,
                c.hours,
                t.target,
                c.started_at,
                begins,
                reached_at,
                t.target > 0 and reached_at is null as is_paused
            from {clocks} as t
            join used_at_start as c using (clock_id)
            join (select distinct clock_id from state) using (clock_id)
            left join reaching as r using (clock_id)
        ),
        wanted as (
            select * from straight
            union all by name
            select * from paused
        ),
        -- the interval in whose course, or at whose end, the wanted open time is reached
        found as (
            select
                w.*,
                o.closes - (o.before + o.closes - o.opens - w.reached_at) as open_due_at
            from wanted as w
            asof left join (select *, before + closes - opens as after from open_time) as o
                on w.calendar = o.calendar and w.reached_at <= o.after
        )
        select
            clock_id,
            target,
            is_paused,
            case
                when target = 0 then started_at
                when hours = 'calendar' then reached_at
                else open_due_at
            end as due_at
        from found
    """


_DUE = f"create or replace temp table due as {_due_of('applied')}"

_CHANGES = """
    create or replace temp table priority_change as
    select
        s.clock_id,
        s.event_at,
        row_number() over (partition by s.clock_id order by s.event_at, s.ordinal) as ordinal,
        t.target
    from seen as s
    join used_at_start as c using (clock_id)
    join policy as p on c.policy = p.policy and p.retargets
    join policy_target as t
        on c.policy = t.policy and c.version = t.version and s.value = t.priority
    where
        s.kind = 'priority'
        and s.event_at >= c.started_at
        and (c.ended_at is null or s.event_at < c.ended_at)
"""

# A clock is missed from the first instant after its due time, and then keeps its target.
_RETARGET = """
    create or replace temp table changed as
    select c.clock_id, c.target
    from priority_change as c
    join due as d using (clock_id)
    where
        c.ordinal = $ordinal
        and (d.due_at is null or c.event_at <= d.due_at)
        and c.target is distinct from d.target
"""

_DUE_OF_CHANGED = f"""
    create or replace temp table due as
    select * from due anti join changed using (clock_id)
    union all by name
    select * from ({_due_of("changed")})
"""

# Pauses count in the hours the clock runs in; the other measure is the plain time passed.
_RESULT = """
    create or replace temp table clock_result as
    with
    net as (
        select c.clock_id, coalesce(sum(s.counted_time), 0)::bigint as net_time
        from (select distinct clock_id from state) as c
        left join span as s using (clock_id)
        group by c.clock_id
    ),
    judged as (
        select
            c.clock_id,
            if(d.is_paused and c.ended_by = 'open', null, d.due_at) as due_at,
            c.ended_at,
            case
                when c.ended_by = 'not_started' then 'not_started'
                when c.ended_by = 'absorbed' then 'void'
                when coalesce(c.ended_at, c.as_of) > d.due_at then 'missed'
                when c.ended_by = 'deleted' then 'void'
                when c.ended_by = 'solved' and c.measure != 'resolution' then 'closed_unanswered'
                when c.ended_by in ('answered', 'solved') then 'met'
                when c.as_of is null then 'due_only'
                when d.is_paused then 'paused'
                else 'running'
            end as status,
            if(c.hours = 'business', coalesce(n.net_time, c.open_time), c.open_time)
                as business_time,
            if(
                c.hours = 'calendar',
                coalesce(n.net_time, c.stopped_at - c.started_at),
                c.stopped_at - c.started_at
            ) as calendar_time
        from used_at_start as c
        join due as d using (clock_id)
        left join net as n using (clock_id)
    )
    select * from judged
"""
