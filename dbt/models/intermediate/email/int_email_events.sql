{# A view: the rows lie in staging already, millions of them, and only change their words here. #}
{{ config(materialized='view') }}

with

hubspot_rows as (

    select * from {{ ref('stg_hubspot__email_events') }}

),

mailchimp_rows as (

    select * from {{ ref('stg_mailchimp__email_activities') }}

),

sendgrid_rows as (

    select * from {{ ref('stg_sendgrid__events') }}

),

shaped as (

    select
        cast(null as varchar) as email_event_id,
        cast(null as varchar) as source,
        cast(null as varchar) as vendor,
        cast(null as varchar) as brand,
        cast(null as varchar) as region,
        cast(null as varchar) as record_id,
        cast(null as varchar) as send_key,
        cast(null as varchar) as campaign_id,
        cast(null as varchar) as campaign_name,
        cast(null as varchar) as event_type,
        cast(null as varchar) as bounce_class,
        cast(null as varchar) as url,
        cast(null as varchar) as user_agent,
        cast(null as varchar) as ip,
        cast(null as boolean) as is_vendor_machine,
        cast(null as {{ instant_type() }}) as occurred_at,
        cast(null as varchar) as _load_id,
        cast(null as bigint) as _gate_seq
    where false

),

hubspot_events as (

    select
        email_event_id,
        source,
        'hubspot' as vendor,
        brand,
        region,
        record_id,
        source || ':' || send_id as send_key,
        campaign_id,
        case
            when event_name = 'SENT' then 'sent'
            when event_name = 'DELIVERED' then 'delivered'
            when event_name = 'OPEN' then 'open'
            when event_name = 'CLICK' then 'click'
            when event_name = 'BOUNCE' then 'bounce'
            when event_name = 'DROPPED' then 'drop'
            when event_name = 'DEFERRED' then 'defer'
            when event_name = 'SPAMREPORT' then 'complaint'
            when event_name = 'STATUSCHANGE' and subscription_status = 'UNSUBSCRIBED'
                then 'unsubscribe'
            when
                event_name = 'STATUSCHANGE'
                and subscription_status in ('SUBSCRIBED', 'RESUBSCRIBED')
                then 'resubscribe'
            else 'other'
        end as event_type,
        case
            when event_name <> 'BOUNCE' then null
            when smtp_status like '4%' or bounce_category in ('MAILBOX_FULL', 'TIMEOUT')
                then 'soft'
            when bounce_category in ('SPAM', 'POLICY', 'CONTENT') then 'block'
            else 'hard'
        end as bounce_class,
        url,
        user_agent,
        is_filtered as is_vendor_machine,
        occurred_at,
        _load_id,
        _gate_seq
    from hubspot_rows

),

mailchimp_events as (

    select
        email_event_id,
        source,
        'mailchimp' as vendor,
        brand,
        region,
        record_id,
        source || ':' || send_id as send_key,
        campaign_id,
        case
            when event_name in ('open', 'click', 'bounce') then event_name
            when event_name in ('sent', 'send') then 'sent'
            when event_name in ('unsub', 'unsubscribe') then 'unsubscribe'
            else 'other'
        end as event_type,
        case when event_name = 'bounce' then coalesce(bounce_type, 'hard') end as bounce_class,
        url,
        ip,
        false as is_vendor_machine,
        occurred_at,
        _load_id,
        _gate_seq
    from mailchimp_rows

),

sendgrid_events as (

    select
        email_event_id,
        source,
        'sendgrid' as vendor,
        brand,
        region,
        record_id,
        source || ':' || send_id as send_key,
        campaign_id,
        campaign_name,
        case
            when event_name = 'processed' then 'sent'
            when event_name = 'delivered' then 'delivered'
            when event_name = 'open' then 'open'
            when event_name = 'click' then 'click'
            when event_name = 'bounce' then 'bounce'
            when event_name = 'dropped' then 'drop'
            when event_name = 'deferred' then 'defer'
            when event_name = 'spamreport' then 'complaint'
            when event_name in ('unsubscribe', 'group_unsubscribe') then 'unsubscribe'
            when event_name = 'group_resubscribe' then 'resubscribe'
            else 'other'
        end as event_type,
        case
            when event_name <> 'bounce' then null
            when bounce_type = 'blocked' then 'block'
            else 'hard'
        end as bounce_class,
        url,
        user_agent,
        ip,
        is_machine_open as is_vendor_machine,
        occurred_at,
        _load_id,
        _gate_seq
    from sendgrid_rows

),

unioned as (

    {{ union_by_name(['shaped', 'hubspot_events', 'mailchimp_events', 'sendgrid_events']) }}

)

select * from unioned
