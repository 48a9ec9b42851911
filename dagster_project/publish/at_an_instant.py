"""Questions that are right at any instant: table macros in a product's file.

``from unanswered_now(now())`` and ``from sla_now(timestamptz '2026-11-01 09:00:00Z')`` ask the same
tables as of that instant: what came later is not seen.
Belongs here: the macros, and which tables each needs. Does not belong here: any rule about time.
"""

import duckdb

from dagster_project.engines.duckdb.digests import Relation, identifier

_UNANSWERED = """
    select
        message_id, conversation_id, party_id, customer_id, source, channel, brand, brand_account,
        language, created_at as waiting_since, date_diff('second', created_at, instant) as seconds_waiting
    from fct_message
    where
        direction = 'in'
        and created_at <= instant
        and (needs_answer or (deleted_at > instant and noise_reason is null and not is_hidden))
        and coalesce(answered_at > instant, true)
        and coalesce(closed_at > instant, true)
"""

_CLOCKS = """
    with
    open_then as (
        select
            *,
            list_filter(
                string_split(due_history, ';'),
                lambda known: split_part(known, '>', 1)::timestamptz <= instant
            ) as known
        from fct_sla_clock
        where
            started_at <= instant
            and coalesce(ended_at > instant, true)
            and status <> 'not_started'
    ),
    due_then as (
        select
            * exclude (known, status, due_at, ended_at, is_open),
            case
                when due_history is null then due_at
                else nullif(split_part(known[-1], '>', 2), '')::timestamptz
            end as due_at,
            list_filter(
                string_split(escalations, ';'),
                lambda step: split_part(step, '>', 2)::timestamptz <= instant
            )[-1] as step
        from open_then
    )
    select
        * exclude (step),
        case
            when due_at < instant then 'missed'
            when due_at is null and due_history is not null then 'paused'
            else 'running'
        end as status,
        date_diff('second', instant, due_at) as seconds_left,
        split_part(step, '>', 1) as escalated_to
    from due_then
"""

_CONSENTS = """
    select customer_id, channel, purpose, status, source, evidence, occurred_at
    from fct_consent_event
    where customer_id is not null and coalesce(occurred_at <= instant, true)
    qualify row_number() over (
        partition by customer_id, channel, purpose
        order by occurred_at desc nulls last, status = 'withdrawn' desc, consent_event_id
    ) = 1
"""

# By name: the table it asks, columns it needs there (one that shows the table to be ours), and its SQL.
_MACROS = {
    "unanswered_now": ("fct_message", "needs_answer", _UNANSWERED),
    "consent_at": (
        "fct_consent_event",
        "consent_event_id customer_id channel purpose status source evidence occurred_at",
        _CONSENTS,
    ),
    "sla_now": ("fct_sla_clock", "due_history", _CLOCKS),
}


def write_macros(
    connection: duckdb.DuckDBPyConnection, product: str, relations: tuple[Relation, ...]
) -> None:
    """Put the macros into a product whose tables they need; a product without them gets none."""
    columns = {relation.table: relation.column_names for relation in relations}
    wanted = [
        (name, sql)
        for name, (table, needed, sql) in _MACROS.items()
        if set(needed.split()) <= set(columns.get(table, ()))
    ]
    if not wanted:
        return
    # A macro is looked through when it is made, and names its tables as its readers do.
    found = connection.execute("select current_database(), current_schema()").fetchall()
    here = ".".join(identifier(name) for name in found[0])
    connection.execute(f"use {identifier(product)}")
    try:
        for name, sql in wanted:
            connection.execute(f"create or replace macro {name}(instant) as table {sql}")
    finally:
        connection.execute(f"use {here}")
