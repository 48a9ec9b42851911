with

messages as (

    select * from {{ ref('fct_message') }}

),

changes as (

    select * from {{ ref('stg_zendesk__changes') }}

),

-- a conversation waits as long as any message in it does
waits as (

    select
        conversation_id,
        created_at as waits_from,
        coalesce(
            least(answered_at, closed_at), cast('9999-12-31 00:00:00+00' as {{ instant_type() }})
        ) as waits_to
    from messages
    where needs_answer and created_at is not null

),

reached as (

    select
        *,
        max(waits_to) over (
            partition by conversation_id
            order by waits_from, waits_to
            rows between unbounded preceding and 1 preceding
        ) as reached_to
    from waits

),

numbered as (

    select
        *,
        sum(case when waits_from <= reached_to then 0 else 1 end) over (
            partition by conversation_id
            order by waits_from, waits_to
            rows between unbounded preceding and current row
        ) as stretch
    from reached

),

waiting as (

    select
        conversation_id,
        'waiting_for_brand' as state,
        min(waits_from) as valid_from,
        nullif(max(waits_to), cast('9999-12-31 00:00:00+00' as {{ instant_type() }})) as valid_to
    from numbered
    group by conversation_id, stretch

),

resting as (

    select
        conversation_id,
        'waiting_for_customer' as state,
        valid_to as valid_from,
        lead(valid_from) over (partition by conversation_id order by valid_from) as valid_to
    from waiting

),

desk as (

    select
        ticket_id as conversation_id,
        field_value as state,
        changed_at as valid_from,
        lead(changed_at) over (partition by ticket_id order by changed_at, change_id) as valid_to
    from changes
    where field_name = 'status' and changed_at is not null

),

stretches as (

    select
        conversation_id,
        'answer' as state_of,
        state,
        valid_from,
        valid_to
    from waiting

    union all

    select
        conversation_id,
        'answer' as state_of,
        state,
        valid_from,
        valid_to
    from resting
    where valid_from is not null

    union all

    select
        conversation_id,
        'desk' as state_of,
        state,
        valid_from,
        valid_to
    from desk

),

final as (

    select
        concat_ws('|', conversation_id, state_of, state, cast(min(valid_from) as varchar))
            as state_id,
        conversation_id,
        state_of,
        state,
        valid_from,
        max(valid_to) as valid_to
    from stretches
    group by conversation_id, state_of, state, valid_from

)

select * from final
