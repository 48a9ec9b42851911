{{ config(materialized='view') }}

with

messages as (

    select * from {{ ref('fct_message') }}

),

email_events as (

    select * from {{ ref('fct_email_event') }}

),

campaign_members as (

    select * from {{ ref('fct_campaign_member') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

events as (

    select
        message_id as event_id,
        customer_id,
        record_id,
        message_id as fact_id,
        'fct_message' as fact,
        case when direction = 'in' then 'message_received' else 'message_sent' end as event_type,
        channel,
        direction,
        source,
        brand,
        region,
        unattributed_reason,
        cast(null as bigint) as amount_minor,
        cast(null as varchar) as currency,
        false as is_machine,
        is_deleted,
        created_at as occurred_at
    from messages

    union all

    select
        email_event_id as event_id,
        customer_id,
        record_id,
        email_event_id as fact_id,
        'fct_email_event' as fact,
        'email_' || event_type as event_type,
        'email' as channel,
        case
            when event_type in ('open', 'click', 'complaint', 'unsubscribe', 'resubscribe')
                then 'in'
            else 'out'
        end as direction,
        source,
        brand,
        region,
        unattributed_reason,
        null as amount_minor,
        null as currency,
        machine_reason is not null as is_machine,
        false as is_deleted,
        occurred_at
    from email_events

    union all

    select
        campaign_member_id || ':responded' as event_id,
        customer_id,
        record_id,
        campaign_member_id as fact_id,
        'fct_campaign_member' as fact,
        'campaign_responded' as event_type,
        'crm' as channel,
        'in' as direction,
        source,
        null as brand,
        null as region,
        unattributed_reason,
        null as amount_minor,
        null as currency,
        false as is_machine,
        false as is_deleted,
        responded_at as occurred_at
    from campaign_members
    where has_responded

    union all

    select
        opportunity_id || ':created' as event_id,
        customer_id,
        record_id,
        opportunity_id as fact_id,
        'fct_opportunity' as fact,
        'opportunity_created' as event_type,
        'crm' as channel,
        'internal' as direction,
        source,
        brand,
        region,
        unattributed_reason,
        amount_minor,
        currency,
        false as is_machine,
        is_deleted,
        created_at as occurred_at
    from opportunities

    union all

    select
        opportunity_id || ':closed' as event_id,
        customer_id,
        record_id,
        opportunity_id as fact_id,
        'fct_opportunity' as fact,
        'opportunity_' || outcome as event_type,
        'crm' as channel,
        'internal' as direction,
        source,
        brand,
        region,
        unattributed_reason,
        amount_minor,
        currency,
        false as is_machine,
        is_deleted,
        closed_at as occurred_at
    from opportunities
    where is_closed

    union all

    select
        case_id || ':opened' as event_id,
        customer_id,
        record_id,
        case_id as fact_id,
        'fct_case' as fact,
        'case_opened' as event_type,
        'care' as channel,
        'in' as direction,
        source,
        brand,
        region,
        unattributed_reason,
        null as amount_minor,
        null as currency,
        false as is_machine,
        is_deleted,
        created_at as occurred_at
    from cases

    union all

    select
        case_id || ':closed' as event_id,
        customer_id,
        record_id,
        case_id as fact_id,
        'fct_case' as fact,
        'case_closed' as event_type,
        'care' as channel,
        'internal' as direction,
        source,
        brand,
        region,
        unattributed_reason,
        null as amount_minor,
        null as currency,
        false as is_machine,
        is_deleted,
        closed_at as occurred_at
    from cases
    where is_closed

)

select * from events
