with

customers as (

    select * from {{ ref('dim_customer') }}

),

consent_history as (

    select * from {{ ref('customer_consent_history') }}

),

-- who does not want what they open and click to be followed
objectors as (

    select customer_id
    from consent_history
    where channel = 'tracking' and is_current and status = 'withdrawn'
    group by customer_id

),

email_facts as (

    select * from {{ ref('fct_email_event') }}

),

email_events as (

    select *
    from email_facts
    where
        event_type not in ('open', 'click')
        or customer_id is null
        or customer_id not in (select objectors.customer_id from objectors)

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

mailed as (

    select
        email_events.customer_id,
        count(*) filter (where email_events.event_type = 'sent') as email_sends,
        count(*) filter (where email_events.event_type = 'delivered') as email_deliveries,
        count(*) filter (
            where email_events.event_type = 'delivered'
            and email_events.occurred_at > as_of.as_of - interval '30' day
        ) as email_deliveries_30d,
        count(*) filter (
            where email_events.event_type = 'delivered'
            and email_events.occurred_at > as_of.as_of - interval '90' day
        ) as email_deliveries_90d,
        count(*) filter (where email_events.engagement = 'human_open') as email_human_opens,
        count(*) filter (
            where email_events.engagement = 'human_open'
            and email_events.occurred_at > as_of.as_of - interval '7' day
        ) as email_human_opens_7d,
        count(*) filter (
            where email_events.engagement = 'human_open'
            and email_events.occurred_at > as_of.as_of - interval '30' day
        ) as email_human_opens_30d,
        count(*) filter (
            where email_events.engagement = 'human_open'
            and email_events.occurred_at > as_of.as_of - interval '90' day
        ) as email_human_opens_90d,
        count(*) filter (where email_events.engagement = 'machine_open') as email_machine_opens,
        count(*) filter (where email_events.engagement = 'human_click') as email_human_clicks,
        count(*) filter (
            where email_events.engagement = 'human_click'
            and email_events.occurred_at > as_of.as_of - interval '7' day
        ) as email_human_clicks_7d,
        count(*) filter (
            where email_events.engagement = 'human_click'
            and email_events.occurred_at > as_of.as_of - interval '30' day
        ) as email_human_clicks_30d,
        count(*) filter (
            where email_events.engagement = 'human_click'
            and email_events.occurred_at > as_of.as_of - interval '90' day
        ) as email_human_clicks_90d,
        count(*) filter (where email_events.engagement = 'bot_click') as email_bot_clicks,
        count(*) filter (where email_events.event_type = 'bounce') as email_bounces,
        count(*) filter (where email_events.event_type = 'complaint') as email_complaints,
        count(*) filter (where email_events.event_type = 'unsubscribe') as email_unsubscribes,
        min(email_events.occurred_at) as first_email_at,
        min(email_events.occurred_at) filter (where email_events.engagement = 'human_open')
            as first_human_open_at,
        max(email_events.occurred_at) filter (where email_events.engagement = 'human_open')
            as last_human_open_at,
        min(email_events.occurred_at) filter (where email_events.engagement = 'human_click')
            as first_human_click_at,
        max(email_events.occurred_at) filter (where email_events.engagement = 'human_click')
            as last_human_click_at,
        max(email_events.occurred_at) filter (where email_events.event_type = 'bounce')
            as last_bounce_at,
        max_by(email_events.bounce_class, email_events.occurred_at) filter (
            where email_events.event_type = 'bounce'
        ) as last_bounce_class,
        max(email_events.occurred_at) filter (where email_events.event_type = 'complaint')
            as last_complaint_at
    from email_events
    cross join as_of
    where email_events.customer_id is not null
    group by email_events.customer_id

),

-- a tool that reports opens and no deliveries (Mailchimp) would make more opens than mails of them
sends as (

    select
        customer_id,
        send_key,
        coalesce(
            min(occurred_at) filter (where event_type in ('sent', 'delivered')), min(occurred_at)
        ) as sent_at,
        count(*) filter (where event_type = 'delivered') > 0 as is_delivered,
        count(*) filter (where engagement in ('human_open', 'human_click')) > 0 as is_read
    from email_events
    where customer_id is not null and send_key is not null
    group by customer_id, send_key

),

sent as (

    select
        customer_id,
        count(*) filter (where is_delivered) as emails_delivered,
        count(*) filter (where is_delivered and is_read) as emails_read,
        max(sent_at) as last_email_at
    from sends
    group by customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(mailed.email_sends, 0) as email_sends,
        coalesce(mailed.email_deliveries, 0) as email_deliveries,
        coalesce(mailed.email_deliveries_30d, 0) as email_deliveries_30d,
        coalesce(mailed.email_deliveries_90d, 0) as email_deliveries_90d,
        coalesce(sent.emails_delivered, 0) as emails_delivered,
        coalesce(sent.emails_read, 0) as emails_read,
        coalesce(mailed.email_human_opens, 0) as email_human_opens,
        coalesce(mailed.email_human_opens_7d, 0) as email_human_opens_7d,
        coalesce(mailed.email_human_opens_30d, 0) as email_human_opens_30d,
        coalesce(mailed.email_human_opens_90d, 0) as email_human_opens_90d,
        coalesce(mailed.email_machine_opens, 0) as email_machine_opens,
        coalesce(mailed.email_human_clicks, 0) as email_human_clicks,
        coalesce(mailed.email_human_clicks_7d, 0) as email_human_clicks_7d,
        coalesce(mailed.email_human_clicks_30d, 0) as email_human_clicks_30d,
        coalesce(mailed.email_human_clicks_90d, 0) as email_human_clicks_90d,
        coalesce(mailed.email_bot_clicks, 0) as email_bot_clicks,
        coalesce(mailed.email_bounces, 0) as email_bounces,
        coalesce(mailed.email_complaints, 0) as email_complaints,
        coalesce(mailed.email_unsubscribes, 0) as email_unsubscribes,
        case
            when mailed.customer_id is null then 'never_mailed'
            when customers.customer_id in (select objectors.customer_id from objectors)
                then 'not_followed'
            when
                greatest(mailed.last_human_open_at, mailed.last_human_click_at)
                > as_of.as_of - interval '90' day
                then 'engaged'
            when
                greatest(mailed.last_human_open_at, mailed.last_human_click_at)
                > as_of.as_of - interval '365' day
                then 'lapsing'
            else 'dormant'
        end as email_engagement,
        mailed.first_email_at,
        coalesce(sent.last_email_at, mailed.first_email_at) as last_email_at,
        mailed.first_human_open_at,
        mailed.last_human_open_at,
        mailed.first_human_click_at,
        mailed.last_human_click_at,
        mailed.last_bounce_at,
        mailed.last_bounce_class,
        mailed.last_complaint_at
    from customers
    cross join as_of
    left join mailed
        on customers.customer_id = mailed.customer_id
    left join sent
        on customers.customer_id = sent.customer_id

)

select * from described
