"""How long harmful posts stand in public, before how many people, until the brand does something.

A post is harmful by its label, or when it breaches somebody's privacy; what the desk has called a
false positive is not. What the brand does is a reply that everybody can see, hiding, or deleting: an
answer in private, or a program's, leaves the post standing.

Belongs here: table ``compliance.exposure`` and what of it raises the alarm. Does not belong here: who
hears of that (``defs``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from dagster_project.compliance.desk import Desk
from dagster_project.compliance.looking import SCHEMA

EXPOSURE: Mapping[str, str] = {
    "message_id": "varchar",
    "version_number": "bigint",
    "harm": "varchar",
    "harm_by": "varchar",
    "author_role": "varchar",
    "author_record_id": "varchar",
    "record_id": "varchar",
    "conversation_id": "varchar",
    "channel": "varchar",
    "brand": "varchar",
    "brand_account": "varchar",
    "language": "varchar",
    "first_action": "varchar",
    "ended_by": "varchar",
    "audience": "bigint",
    "exposed_minutes": "double",
    "is_standing": "boolean",
    "came_in_hours": "boolean",
    "posted_at": "timestamptz",
    "found_at": "timestamptz",
    "acted_at": "timestamptz",
    "ended_at": "timestamptz",
}
"""Columns of the table and their types."""


@dataclass(frozen=True)
class Standing:
    """Harmful posts that stand: how many, since closing hours, before the most people; and all there were.

    ``so_far`` only grows, so that a new post changes the figures also on a day another one went.
    """

    standing: int
    breaches: int
    in_closing_hours: int
    largest_audience: int
    so_far: int


def write_exposure(connection: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Make ``compliance.exposure`` anew; needs ``compliance.findings``."""
    names, rows = desk.table("harm")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    numbers = {"number", "version_number"}
    connection.register(
        "noted",
        pa.table(
            {
                name: pa.array(list(values), pa.int64() if name in numbers else pa.string())
                for name, values in zip(names, columns, strict=True)
            }
        ),
    )
    try:
        connection.execute(_EXPOSURE)
    finally:
        connection.unregister("noted")


def standing(connection: duckdb.DuckDBPyConnection, alert_on: Iterable[str]) -> Standing:
    """What of the exposure is to be told of; ``alert_on``: which harm."""
    (row,) = connection.execute(_STANDING, [list(alert_on)]).fetchall()
    return Standing(*row)


_EXPOSURE = f"""
    create or replace table {SCHEMA}.exposure as
    with
    breaches as (
        select
            message_id,
            version_number,
            arg_min(concat(rule_id, '/', rule_version), finding_id) as harm_by,
            min(found_at) as found_at,
            bool_and(state = 'false_positive') as is_dismissed
        from {SCHEMA}.findings
        where kind = 'privacy_breach' and superseded_by_finding_id is null
            and message_id is not null
            -- a report of a breach holds nobody's data itself: there must be a place of some
            and replace(spans, '"kind":"words"', '') like '%"kind":%'
        group by message_id, version_number
    ),
    dismissed as (
        select distinct message_id, version_number, kind
        from {SCHEMA}.findings
        where state = 'false_positive' and superseded_by_finding_id is null
            and kind in ('threat', 'hate')
    ),
    harmful as (
        select
            noted.message_id,
            noted.version_number,
            noted.harm,
            noted.labelled_by as harm_by,
            cast(noted.found_at as timestamptz) as found_at
        from noted
        anti join dismissed
            on dismissed.message_id = noted.message_id
            and dismissed.version_number = noted.version_number
            and dismissed.kind = noted.harm
        where noted.message_id is not null
        union all
        select message_id, version_number, 'privacy_breach', harm_by, found_at
        from breaches
        where not is_dismissed
    ),
    -- one row per post and harm: the newest version that holds it, and when it was first found
    posts as (
        select
            message_id,
            harm,
            max(version_number) as version_number,
            arg_max(harm_by, version_number) as harm_by,
            min(found_at) as found_at
        from harmful
        group by message_id, harm
    ),
    shown as (
        select
            posts.*,
            case
                when authors.kind = 'employee' then 'employee'
                when messages.direction = 'out' then 'brand'
                else 'customer'
            end as author_role,
            messages.author_record_id,
            messages.record_id,
            told.conversation_id,
            told.thread_id,
            told.party_id,
            messages.channel,
            messages.brand,
            messages.brand_account,
            messages.language,
            coalesce(messages.view_count, messages.author_followers) as audience,
            messages.is_hidden,
            messages.deleted_by,
            messages.created_at as posted_at,
            messages.deleted_at,
            case when messages.version_number > posts.version_number then messages.edited_at end
                as mended_at,
            clock.as_of
        from posts
        join intermediate.int_messages as messages using (message_id)
        join intermediate.int_conversation_messages as told using (message_id)
        left join intermediate.int_contact_records as authors
            on authors.record_id = messages.author_record_id
        cross join intermediate.int_as_of as clock
        where coalesce(messages.visibility, 'public') in ('public', 'unlisted')
            and not messages.is_repost
    ),
    replies as (
        select shown.message_id, shown.harm, min(answers.created_at) as replied_at
        from shown
        join intermediate.int_conversation_messages as told
            on told.thread_id = shown.thread_id and told.is_answer
        join intermediate.int_messages as answers
            on answers.message_id = told.message_id
            and coalesce(answers.visibility, 'public') in ('public', 'unlisted')
            and answers.created_at >= shown.posted_at
            and (answers.parent_message_id = shown.message_id or told.party_id = shown.party_id)
        where shown.author_role = 'customer'
        group by shown.message_id, shown.harm
    ),
    acts as (
        select
            shown.*,
            replies.replied_at,
            case
                when deleted_by = 'brand'
                    or (author_role <> 'customer' and deleted_by is distinct from 'network')
                    then deleted_at
            end as brand_deleted_at
        from shown
        left join replies using (message_id, harm)
    ),
    timed as (
        select
            *,
            least(replied_at, brand_deleted_at) as acted_at,
            least(replied_at, deleted_at, mended_at) as ended_at
        from acts
    ),
    hours as (
        select message_id, bool_or(started_in_hours) as came_in_hours
        from service_levels.clocks
        group by message_id
    )
    select
        timed.message_id,
        timed.version_number,
        timed.harm,
        timed.harm_by,
        timed.author_role,
        timed.author_record_id,
        timed.record_id,
        timed.conversation_id,
        timed.channel,
        timed.brand,
        timed.brand_account,
        timed.language,
        case
            when timed.acted_at is not null and timed.acted_at = timed.replied_at then 'reply'
            when timed.acted_at is not null then 'deleted'
            when timed.is_hidden then 'hidden'
        end as first_action,
        case
            when timed.ended_at is null then case when timed.is_hidden then 'brand' end
            when timed.ended_at = timed.acted_at then 'brand'
            when timed.ended_at = timed.mended_at then 'author'
            else coalesce(timed.deleted_by, 'unknown')
        end as ended_by,
        cast(timed.audience as bigint) as audience,
        -- when a post was hidden nobody says, so how long it stood is not known
        case
            when timed.ended_at is not null or not timed.is_hidden
                then (epoch_us(coalesce(timed.ended_at, timed.as_of)) - epoch_us(timed.posted_at))
                / 60000000.0
        end as exposed_minutes,
        timed.ended_at is null and not timed.is_hidden as is_standing,
        hours.came_in_hours,
        timed.posted_at,
        timed.found_at,
        timed.acted_at,
        timed.ended_at
    from timed
    left join hours using (message_id)
    order by timed.posted_at, timed.message_id, timed.harm
"""

_STANDING = f"""
    select
        count(*) filter (is_standing),
        count(*) filter (is_standing and harm = 'privacy_breach'),
        count(*) filter (is_standing and not coalesce(came_in_hours, true)),
        coalesce(max(audience) filter (is_standing), 0),
        count(*)
    from {SCHEMA}.exposure
    where harm in (select unnest($1::varchar[]))
"""
