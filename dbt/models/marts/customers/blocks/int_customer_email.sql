with

customers as (

    select * from {{ ref('dim_customer') }}

),

email_events as (

    select * from {{ ref('fct_email_event') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

mailed as (

    select
        email_events.customer_id,
        count(*) filter (where email_events.event_type = 'sent') as email_sends,
        count(*) filter (where email_events.event_type = 'delivered') as email_deliveries,
        count(*) filter (where email_events.engagement = 'human_open') as email_human_opens,
        count(*) filter (where email_events.engagement = 'machine_open') as email_machine_opens,
        count(*) filter (where email_events.engagement = 'human_click') as email_human_clicks,
        count(*) filter (where email_events.engagement = 'bot_click') as email_bot_clicks,
        count(*) filter (where email_events.event_type = 'bounce') as email_bounces,
        count(*) filter (where email_events.event_type = 'complaint') as email_complaints,
        count(*) filter (
            where email_events.engagement = 'human_open'
            and email_events.occurred_at > as_of.as_of - interval '90' day
        ) as email_human_opens_90d,
        count(*) filter (
            where email_events.engagement = 'human_click'
            and email_events.occurred_at > as_of.as_of - interval '90' day
        ) as email_human_clicks_90d,
        min(email_events.occurred_at) as first_email_at,
        max(email_events.occurred_at) filter (
            where email_events.event_type in ('sent', 'delivered')
        ) as last_email_at,
        max(email_events.occurred_at) filter (where email_events.engagement = 'human_open')
            as last_human_open_at,
        max(email_events.occurred_at) filter (where email_events.engagement = 'human_click')
            as last_human_click_at,
        max(email_events.occurred_at) filter (where email_events.event_type = 'bounce')
            as last_bounce_at
    from email_events
    cross join as_of
    where email_events.customer_id is not null
    group by email_events.customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(mailed.email_sends, 0) as email_sends,
        coalesce(mailed.email_deliveries, 0) as email_deliveries,
        coalesce(mailed.email_human_opens, 0) as email_human_opens,
        coalesce(mailed.email_human_opens_90d, 0) as email_human_opens_90d,
        coalesce(mailed.email_machine_opens, 0) as email_machine_opens,
        coalesce(mailed.email_human_clicks, 0) as email_human_clicks,
        coalesce(mailed.email_human_clicks_90d, 0) as email_human_clicks_90d,
        coalesce(mailed.email_bot_clicks, 0) as email_bot_clicks,
        coalesce(mailed.email_bounces, 0) as email_bounces,
        coalesce(mailed.email_complaints, 0) as email_complaints,
        mailed.first_email_at,
        mailed.last_email_at,
        mailed.last_human_open_at,
        mailed.last_human_click_at,
        mailed.last_bounce_at
    from customers
    left join mailed
        on customers.customer_id = mailed.customer_id

)

select * from described
