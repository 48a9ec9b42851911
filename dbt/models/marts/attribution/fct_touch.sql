with

email_events as (

    select * from {{ ref('fct_email_event') }}

),

campaign_members as (

    select * from {{ ref('fct_campaign_member') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

kinds as (

    select
        {{ setting('attribution.leave_out') }} as left_out,
        {{ setting('attribution.direct') }} as direct
    from settings

),

-- however often one e-mail is opened and clicked, it was read once
read_emails as (

    select
        min(email_event_id) as touch_id,
        customer_id,
        'email_engagement' as kind,
        'email' as channel,
        'company' as initiated_by,
        min(campaign_id) as campaign_id,
        min(source) as source,
        min(brand) as brand,
        min(region) as region,
        min(occurred_at) as occurred_at
    from email_events
    where engagement in ('human_open', 'human_click') and customer_id is not null
    group by customer_id, coalesce(send_key, email_event_id)

),

responses as (

    select
        campaign_member_id as touch_id,
        customer_id,
        'campaign_response' as kind,
        'campaign' as channel,
        'company' as initiated_by,
        campaign_id,
        source,
        cast(null as varchar) as brand,
        cast(null as varchar) as region,
        coalesce(responded_at, created_at) as occurred_at
    from campaign_members
    where has_responded and customer_id is not null

),

written as (

    select
        message_id as touch_id,
        customer_id,
        case when direction = 'in' then 'message' else 'reply' end as kind,
        channel,
        case when direction = 'in' then 'customer' else 'company' end as initiated_by,
        cast(null as varchar) as campaign_id,
        source,
        brand,
        region,
        created_at as occurred_at
    from messages
    where
        customer_id is not null
        and not is_deleted
        and coalesce(visibility, 'public') <> 'internal'

),

opened as (

    select
        case_id as touch_id,
        customer_id,
        'case_opened' as kind,
        'care' as channel,
        'customer' as initiated_by,
        cast(null as varchar) as campaign_id,
        source,
        brand,
        region,
        created_at as occurred_at
    from cases
    where customer_id is not null and not is_deleted

),

touches as (

    select * from read_emails
    union all
    select * from responses
    union all
    select * from written
    union all
    select * from opened

),

counted as (

    select
        -- keys
        touches.touch_id,
        touches.customer_id,
        touches.campaign_id,

        -- attributes
        touches.kind,
        touches.channel,
        touches.initiated_by,
        touches.source,
        touches.brand,
        touches.region,

        -- flags
        coalesce(kinds.direct, '') like concat('%|', touches.kind, '|%') as is_direct,

        -- times
        touches.occurred_at
    from touches
    cross join kinds
    where
        touches.occurred_at is not null
        and coalesce(kinds.left_out, '') not like concat('%|', touches.kind, '|%')

)

select * from counted
