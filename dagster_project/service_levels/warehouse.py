"""Clocks of the warehouse's conversations, by the code that ``c360 clocks`` computes cases with.

A clock runs from the oldest message of a party (a person in a thread, a ticket's customer side) that
waits, to the answer that ``int_conversation_messages`` found, so that clocks and messages never
disagree about who waits. Escalations are due times of shares of the target; what was due as known at
an earlier instant is the same clock judged at each instant that changed it.

Belongs here: which clocks there are, whose policy they follow, and what happened to them.
Does not belong here: any rule about time (``clocks``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from dagster_project.config.service_levels import MEASURES, ServiceLevels, Tier
from dagster_project.config.service_levels import Policy as PolicyEntry
from dagster_project.engines.duckdb.session import quoted
from dagster_project.service_levels.calendars import Calendar
from dagster_project.service_levels.clocks import MINUTE, SECOND, run_clocks, write_policies
from dagster_project.service_levels.policies import Policy

SCHEMA = "service_levels"


@dataclass(frozen=True)
class Written:
    """What was computed: clocks by status, and what of it stands unseen.

    ``overdue``: clocks past their due time that nobody has answered. ``unseen``: those of messages
    that came while nobody was there, and ``audience`` the most people one of these may have reached.
    """

    by_status: Mapping[str, int]
    overdue: int = 0
    unseen: int = 0
    audience: int = 0


def write_clocks(connection: duckdb.DuckDBPyConnection, levels: ServiceLevels) -> Written:
    """Make ``service_levels.clocks`` anew from the conversations as they stand."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    if not levels.policies:
        connection.execute(f"create or replace table {SCHEMA}.clocks as {_NOTHING}")
        return Written({})
    connection.execute(_ASKS)
    connection.execute(_RUNS)
    connection.execute(_tiers(levels.tiers))
    connection.execute(_wanted(levels.policies))
    names = list(levels.calendars)
    policies = _number_policies(connection, levels.policies)
    write_policies(connection, policies)
    connection.execute(_EVENTS)
    connection.execute(_VARIANTS)
    connection.execute(_clock(levels.policies, names))
    connection.execute(_CLOCK_EVENT)
    run_clocks(
        connection,
        {
            number: Calendar.model_validate(
                [
                    version.model_dump(mode="json", exclude_none=True)
                    for version in levels.calendars[name]
                ]
            )
            for number, name in enumerate(names)
        },
    )
    connection.execute(_result(levels.policies))
    counted = connection.execute(
        f"select status, count(*) from {SCHEMA}.clocks group by status order by status"
    ).fetchall()
    found = standing(connection)
    for table in _WORK:
        connection.execute(f"drop table if exists temp.{table}")
    return Written(dict(counted), *found)


def standing(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Clocks overdue, those of messages that came in closing hours, and the largest audience of these."""
    ((overdue, unseen, audience),) = connection.execute(_STANDING).fetchall()
    return overdue, unseen, audience


_WORK = (
    "ask", "waited", "tier", "wanted", "step", "happened", "variant", "clock", "clock_event",
    "policy", "policy_version", "policy_target", "policy_pause", "seen", "started", "ended",
    "applied", "open_time", "used_at_start", "state", "span", "due", "priority_change", "changed",
    "clock_result",
)  # fmt: skip


def _number_policies(
    connection: duckdb.DuckDBPyConnection, entries: tuple[PolicyEntry, ...]
) -> dict[int, Policy]:
    """Number each policy, measure and priority that clocks have, and each step of escalation.

    Makes ``step``: by policy number its scaled copies, 0 for the policy itself.
    """
    found = connection.execute(
        "select distinct policy_place, measure, priority from wanted order by all nulls first"
    ).fetchall()
    policies: dict[int, Policy] = {}
    rows: list[tuple[int, str, str | None, int, int]] = []
    for place, measure, priority in found:
        entry = entries[place]
        for step, share in enumerate((1.0, *(step.at_share for step in entry.escalation))):
            number = len(policies)
            policies[number] = _policy(entry, measure, priority, share)
            rows.append((place, measure, priority, step, number))
    connection.execute(
        "create or replace temp table step "
        "(policy_place int, measure varchar, priority varchar, step int, policy int)"
    )
    if rows:
        connection.executemany("insert into step values (?, ?, ?, ?, ?)", rows)
    return policies


def _policy(entry: PolicyEntry, measure: str, priority: str | None, share: float) -> Policy:
    versions = [
        {
            "valid_from": version.valid_from,
            "recorded_at": version.recorded_at,
            "hours": target.hours,
            "target_min": None if target.target_min is None else target.target_min * share,
            "targets": {name: minutes * share for name, minutes in target.targets.items()},
        }
        for version in entry.versions
        if (target := version.target(measure)) is not None
    ]
    return Policy.model_validate(
        {
            "priority_at_start": priority,
            "on_priority_change": entry.on_priority_change,
            "pause_on": entry.pause_on if measure == "resolution" else (),
            "versions": versions,
        }
    )


def _tiers(tiers: Iterable[Tier]) -> str:
    """SQL of ``tier``: from when each customer is of which, the first of the file being rank 0."""
    selects = [
        "select null::varchar as customer_id, null::int as rank, null::varchar as tier, "
        "null::bigint as since where false"
    ]
    for rank, tier in enumerate(tiers):
        name = quoted(tier.name)
        if tier.won_deals is not None:
            selects.append(
                f"""
                select customer_id, {rank}, '{name}', epoch_us(closed_at)
                from (
                    select x.customer_id, o.close_date::timestamptz as closed_at
                    from intermediate.int_opportunities as o
                    join identity.customer_xref as x
                        on o.primary_record_id = x.record_id and x.valid_to is null
                    where o.outcome = 'won' and o.deleted_at is null and o.close_date is not null
                    qualify
                        row_number() over (partition by x.customer_id order by o.close_date)
                        = {tier.won_deals}
                )
                """
            )
        if tier.email_domains:
            domains = ", ".join(f"'{quoted(d.lower())}'" for d in tier.email_domains)
            selects.append(
                f"""
                select distinct x.customer_id, {rank}, '{name}', -9000000000000000000
                from identity.record_identifiers as i
                join identity.customer_xref as x
                    on i.record_id = x.record_id and x.valid_to is null
                where i.kind = 'email' and split_part(i.value_norm, '@', 2) in ({domains})
                """
            )
    return "create or replace temp table tier as " + " union all ".join(selects)


def _wanted(policies: tuple[PolicyEntry, ...]) -> str:
    """SQL of ``wanted``: each clock with the first policy that fits and promises its measure."""
    branches = []
    for place, policy in enumerate(policies):
        measures = [m for m in MEASURES if any(v.target(m) for v in policy.versions)]
        told = policy.applies_to
        conditions = [
            _among("measure", measures),
            *(
                _among(column, values)
                for column, values in (
                    ("channel", told.channels),
                    ("brand", told.brands),
                    ("priority", told.severities),
                    ("tier", told.tiers),
                    ("language", told.languages),
                )
                if values
            ),
        ]
        branches.append(f"when {' and '.join(conditions)} then {place}")
    return f"""
        create or replace temp table wanted as
        with
        tiered as (
            select w.*, arg_min(t.tier, t.rank) as tier
            from waited as w
            left join identity.customer_xref as x
                on w.record_id = x.record_id and x.valid_to is null
            left join tier as t on x.customer_id = t.customer_id and t.since <= w.started_at
            group by all
        )
        select
            row_number() over (order by conversation_id, party_id, measure, started_at) as number,
            *,
            case {" ".join(branches)} end as policy_place
        from tiered
        qualify policy_place is not null
    """


def _among(column: str, values: Iterable[str]) -> str:
    listed = ", ".join(f"'{quoted(value.lower())}'" for value in values)
    return f"lower({column}) in ({listed})"


def _clock(policies: tuple[PolicyEntry, ...], calendars: list[str]) -> str:
    places = " ".join(
        f"when {place} then {calendars.index(policy.calendar)}"
        for place, policy in enumerate(policies)
    )
    return f"""
        create or replace temp table clock as
        select
            v.clock_id,
            w.measure,
            case w.policy_place {places} end::int as calendar,
            s.policy,
            w.started_at,
            v.as_of
        from variant as v
        join wanted as w using (number)
        join step as s
            on w.policy_place = s.policy_place
            and w.measure = s.measure
            and w.priority is not distinct from s.priority
            and v.step = s.step
    """


# What waits: a customer's message that needs an answer, also where its author took it back later.
_ASKS = """
    create or replace temp table ask as
    select
        c.conversation_id,
        c.party_id,
        c.thread_id,
        m.case_id,
        m.message_id,
        m.record_id,
        m.channel,
        m.brand,
        m.language,
        epoch_us(m.created_at) as asked_at,
        coalesce(m.view_count, m.author_followers) as audience,
        epoch_us(c.answered_at) as answered_at,
        epoch_us(c.closed_at) as closed_at,
        epoch_us(m.deleted_at) as deleted_at,
        epoch_us(a.as_of) as as_of
    from intermediate.int_conversation_messages as c
    join intermediate.int_messages as m using (message_id)
    cross join intermediate.int_as_of as a
    where
        m.direction = 'in'
        and m.created_at <= a.as_of
        and c.author_kind = 'customer'
        and (
            c.needs_answer
            or (
                m.deleted_at is not null
                and c.noise_reason is null
                and not coalesce(c.is_closing, false)
                and not coalesce(m.is_hidden, false)
                and coalesce(m.visibility, 'public') <> 'internal'
            )
        )
"""

# A party's messages with one answer are one wait. The first reply is owed until the first answer;
# an absorbed ticket had a clock of its own, which the merge made void.
_RUNS = """
    create or replace temp table waited as
    with
    change as (
        select ticket_id, epoch_us(changed_at) as changed_at, lower(field_value) as priority
        from staging.stg_zendesk__changes
        where field_name = 'priority' and changed_at is not null
    ),
    grouped as (
        select
            conversation_id,
            party_id,
            thread_id,
            answered_at,
            closed_at,
            coalesce(
                arg_min(message_id, asked_at) filter (deleted_at is null),
                arg_min(message_id, asked_at)
            ) as message_id,
            coalesce(min(asked_at) filter (deleted_at is null), min(asked_at)) as started_at,
            if(bool_and(deleted_at is not null), max(deleted_at), null) as deleted_at,
            arg_min(record_id, asked_at) as record_id,
            any_value(channel) as channel,
            any_value(brand) as brand,
            arg_min(language, asked_at) as language,
            any_value(case_id) as case_id,
            max(audience) as audience,
            any_value(as_of) as as_of
        from ask
        group by conversation_id, party_id, thread_id, answered_at, closed_at
    ),
    numbered as (
        select
            *,
            max(answered_at) over (
                partition by conversation_id, party_id order by started_at
                rows between unbounded preceding and 1 preceding
            ) as answered_before
        from grouped
    ),
    replies as (
        select
            *,
            if(answered_before is null, 'first_reply', 'next_reply') as measure,
            null::bigint as merged_at
        from numbered
    ),
    resolutions as (
        select
            * replace (null::bigint as answered_at, null::bigint as deleted_at),
            'resolution' as measure,
            null::bigint as merged_at
        from numbered
        where case_id is not null
        qualify row_number() over (partition by thread_id order by started_at) = 1
    ),
    absorbed as (
        select
            a.case_id as conversation_id,
            a.case_id as party_id,
            a.case_id as thread_id,
            null::bigint as answered_at,
            null::bigint as closed_at,
            arg_min(a.message_id, a.asked_at) as message_id,
            min(a.asked_at) as started_at,
            null::bigint as deleted_at,
            arg_min(a.record_id, a.asked_at) as record_id,
            any_value(a.channel) as channel,
            any_value(a.brand) as brand,
            arg_min(a.language, a.asked_at) as language,
            any_value(a.case_id) as case_id,
            max(a.audience) as audience,
            any_value(a.as_of) as as_of,
            null::bigint as answered_before,
            'first_reply' as measure,
            coalesce(epoch_us(any_value(c.merged_at)), any_value(a.as_of)) as merged_at
        from ask as a
        join intermediate.int_cases as c on a.case_id = c.case_id
        where a.case_id <> a.thread_id
        group by a.case_id
    ),
    clocks as (
        select * from replies
        union all by name
        select * from resolutions
        union all by name
        select * from absorbed
    ),
    -- what a ticket's priority was at the start; without any change of it, what it is
    at_start as (
        select c.*, p.priority as changed_priority
        from clocks as c
        asof left join change as p
            on c.thread_id = p.ticket_id and c.started_at >= p.changed_at
    )
    select
        a.* exclude (changed_priority),
        coalesce(
            a.changed_priority,
            (select arg_min(p.priority, p.changed_at) from change as p where p.ticket_id = a.thread_id),
            lower(c.priority)
        ) as priority,
        epoch_us(c.deleted_at) as case_deleted_at
    from at_start as a
    left join intermediate.int_cases as c on a.thread_id = c.case_id
"""

# The events of a clock, and none of other waits in the same conversation.
_EVENTS = """
    create or replace temp table happened as
    select number, answered_at as event_at, 'agent_public' as kind, null::varchar as value
    from wanted where answered_at is not null
    union all
    select number, least(answered_before, started_at - 1), 'agent_public', null
    from wanted where measure = 'next_reply'
    union all
    select number, deleted_at, 'customer_deleted', null
    from wanted where deleted_at is not null
    union all
    select number, merged_at, 'absorbed_into', null
    from wanted where merged_at is not null
    union all
    select
        number, closed_at, if(closed_at = case_deleted_at, 'customer_deleted', 'solved'), null
    from wanted where closed_at is not null
    union all
    select
        w.number,
        epoch_us(c.changed_at),
        if(c.field_name = 'priority', 'priority', replace(lower(c.field_value), '-', '_')),
        if(c.field_name = 'priority', lower(c.field_value), null)
    from wanted as w
    join staging.stg_zendesk__changes as c
        on w.thread_id = c.ticket_id
        and c.changed_at is not null
        and c.field_value is not null
    where
        (c.field_name = 'priority' and epoch_us(c.changed_at) >= w.started_at)
        or (c.field_name = 'status' and w.measure = 'resolution')
"""

# The clock itself, its steps of escalation, and itself as it was known after each event that can
# change a due time.
_VARIANTS = """
    create or replace temp table variant as
    select row_number() over (order by number, step, as_of) as clock_id, *
    from (
        select w.number, s.step, w.as_of, false as is_history
        from wanted as w
        join step as s
            on w.policy_place = s.policy_place
            and w.measure = s.measure
            and w.priority is not distinct from s.priority
        union all
        select distinct w.number, 0, greatest(h.event_at, w.started_at), true
        from wanted as w
        join happened as h using (number)
        where
            h.kind not in ('agent_public', 'customer_deleted', 'absorbed_into')
            and h.event_at < w.as_of
            and (w.measure = 'resolution' or h.kind = 'priority')
        union all
        select distinct w.number, 0, w.started_at, true
        from wanted as w
        join happened as h using (number)
        where
            h.kind not in ('agent_public', 'customer_deleted', 'absorbed_into')
            and (w.measure = 'resolution' or h.kind = 'priority')
    )
"""

_CLOCK_EVENT = """
    create or replace temp table clock_event as
    select
        v.clock_id,
        row_number() over (partition by v.clock_id order by h.event_at, h.kind, h.value) as ordinal,
        h.event_at,
        h.kind,
        coalesce(h.value, '') as value
    from variant as v
    join happened as h using (number)
"""


def _result(policies: tuple[PolicyEntry, ...]) -> str:
    names = " ".join(
        f"when {place} then '{quoted(policy.name)}'" for place, policy in enumerate(policies)
    )
    calendars = " ".join(
        f"when {place} then '{quoted(policy.calendar)}'"
        for place, policy in enumerate(policies)
    )
    whom = " ".join(
        f"when w.policy_place = {place} and v.step = {number} then '{quoted(step.to)}'"
        for place, policy in enumerate(policies)
        for number, step in enumerate(policy.escalation, 1)
    )
    return f"""
        create or replace table {SCHEMA}.clocks as
        with
        known as (
            select
                v.number,
                string_agg(
                    make_timestamptz(v.as_of)::varchar || '>'
                    || coalesce(make_timestamptz(r.due_at)::varchar, ''),
                    ';' order by v.as_of
                ) as due_history
            from variant as v
            join clock_result as r using (clock_id)
            where v.is_history
            group by v.number
        ),
        told as (
            select
                v.number,
                string_agg(
                    case {whom or "when false then ''"} end || '>'
                    || make_timestamptz(r.due_at)::varchar,
                    ';' order by r.due_at
                ) as escalations
            from variant as v
            join clock_result as r using (clock_id)
            join wanted as w using (number)
            where v.step > 0 and r.due_at is not null
            group by v.number
        ),
        in_hours as (
            select w.number, coalesce(w.started_at < o.closes, false) as started_in_hours
            from (
                select w.number, w.started_at, u.calendar
                from variant as v
                join wanted as w using (number)
                join used_at_start as u using (clock_id)
                where v.step = 0 and not v.is_history
            ) as w
            asof left join open_time as o
                on w.calendar = o.calendar and w.started_at >= o.opens
        )
        select
            md5(concat_ws('|', w.conversation_id, w.party_id, w.measure, w.started_at)) as clock_id,
            w.conversation_id,
            w.party_id,
            w.message_id,
            w.record_id,
            w.measure,
            w.channel,
            w.brand,
            w.language,
            w.priority,
            w.tier,
            case w.policy_place {names} end as policy,
            u.version as policy_version,
            case w.policy_place {calendars} end as calendar,
            u.hours,
            d.target / {MINUTE} as target_minutes,
            r.status,
            make_timestamptz(w.started_at) as started_at,
            make_timestamptz(r.due_at) as due_at,
            make_timestamptz(r.ended_at) as ended_at,
            r.business_time / {SECOND} as business_seconds,
            r.calendar_time / {SECOND} as calendar_seconds,
            k.due_history,
            t.escalations,
            w.audience::bigint as audience,
            h.started_in_hours,
            (coalesce(r.ended_at, w.as_of) - w.started_at) / {MINUTE} as exposed_minutes
        from variant as v
        join wanted as w using (number)
        join clock_result as r using (clock_id)
        join used_at_start as u using (clock_id)
        join due as d using (clock_id)
        left join known as k using (number)
        left join told as t using (number)
        left join in_hours as h using (number)
        where v.step = 0 and not v.is_history
    """


_NOTHING = """
    select
        null::varchar as clock_id, null::varchar as conversation_id, null::varchar as party_id,
        null::varchar as message_id, null::varchar as record_id, null::varchar as measure,
        null::varchar as channel, null::varchar as brand, null::varchar as language,
        null::varchar as priority, null::varchar as tier, null::varchar as policy,
        null::integer as policy_version, null::varchar as calendar, null::varchar as hours,
        null::double as target_minutes, null::varchar as status, null::timestamptz as started_at,
        null::timestamptz as due_at, null::timestamptz as ended_at,
        null::double as business_seconds, null::double as calendar_seconds,
        null::varchar as due_history, null::varchar as escalations,
        null::bigint as audience, null::boolean as started_in_hours,
        null::double as exposed_minutes
    where false
"""

_STANDING = f"""
    select
        count(*) filter (status = 'missed'),
        count(*) filter (not started_in_hours),
        coalesce(max(audience) filter (not started_in_hours), 0)
    from {SCHEMA}.clocks
    where ended_at is null and status in ('running', 'missed') and measure <> 'resolution'
"""
