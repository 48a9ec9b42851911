with

messages as (

    select * from {{ ref('int_messages') }}

),

email_events as (

    select * from {{ ref('int_email_events') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

loads as (

    select * from {{ source('landing', 'loads') }}

),

event_times as (

    select created_at as happened_at from messages

    union all

    select occurred_at as happened_at from email_events

    union all

    select updated_at as happened_at from opportunities

    union all

    select updated_at as happened_at from cases

),

newest_load as (

    select max(as_of) as as_of
    from loads
    where state = 'accepted'

),

-- a time later than the day after the newest load is a clock that was wrong
newest_event as (

    select max(event_times.happened_at) as happened_at
    from event_times
    cross join newest_load
    where event_times.happened_at <= newest_load.as_of + interval '1 day'

),

as_of as (

    select
        cast(
            coalesce(
                {{ given_as_of() }},
                newest_event.happened_at,
                newest_load.as_of,
                cast('1970-01-01 00:00:00+00' as {{ instant_type() }})
            ) as {{ instant_type() }}
        ) as as_of
    from newest_load
    cross join newest_event

)

select * from as_of
