{{ config(meta={
    "description": "The timeline has as many rows of each fact as that fact has events.",
    "dagster": {"ref": {"name": "customer_timeline"}},
}) }}
with

expected as (

    select
        'fct_message' as fact,
        count(*) as events
    from {{ ref('int_messages') }}

    union all

    select
        'fct_email_event' as fact,
        count(*) as events
    from {{ ref('int_email_events') }}

    union all

    select
        'fct_campaign_member' as fact,
        count(*) filter (where has_responded) as events
    from {{ ref('int_campaign_members') }}

    union all

    select
        'fct_opportunity' as fact,
        count(*) + count(*) filter (where is_won or (is_closed and not is_won)) as events
    from {{ ref('int_opportunities') }}

    union all

    select
        'fct_case' as fact,
        count(*) + count(closed_at) as events
    from {{ ref('int_cases') }}

),

found as (

    select
        fact,
        count(*) as events
    from {{ ref('customer_timeline') }}
    group by fact

),

compared as (

    select
        expected.fact,
        expected.events as expected_events,
        coalesce(found.events, 0) as timeline_events
    from expected
    left join found
        on expected.fact = found.fact

)

select *
from compared
where expected_events <> timeline_events
