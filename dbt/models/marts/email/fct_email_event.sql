{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_touched_email_events(
        ref('int_email_events'), ref('customer_records'), ref('campaign_xref')
    ) }}",
) }}

with

email_events as (

    select * from {{ ref('int_email_events') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

campaign_xref as (

    select * from {{ ref('campaign_xref') }}

),

thresholds as (

    select
        {{ setting('email.scanner_agents') }} as scanner_agents,
        {{ setting('email.prefetch_agents') }} as prefetch_agents,
        {{ setting('email.prefetch_addresses') }} as prefetch_addresses,
        {{ setting('email.proxy_agents') }} as proxy_agents,
        {{ setting('email.proxy_seconds', 'bigint') }} as proxy_seconds,
        {{ setting('email.fast_seconds', 'bigint') }} as fast_seconds,
        {{ setting('email.burst_links', 'bigint') }} as burst_links,
        {{ setting('email.burst_seconds', 'bigint') }} as burst_seconds
    from settings

),

restated as (

    select
        email_events.*,
        {{ version_of(['email_events']) }} as _version
    from email_events
    where {{ not_held('email_events', 'email_event_id') }}

),

-- an event is judged by what else happened to its e-mail
events as (

    select *
    from email_events
    where send_key in (select restated.send_key from restated)

),

agents as (

    select
        restated.user_agent,
        {{ matches_pattern('restated.user_agent', 'max(thresholds.scanner_agents)') }}
            as is_scanner,
        {{ matches_pattern('restated.user_agent', 'max(thresholds.prefetch_agents)') }}
            as is_prefetch,
        {{ matches_pattern('restated.user_agent', 'max(thresholds.proxy_agents)') }} as is_proxy
    from restated
    cross join thresholds
    where restated.user_agent is not null
    group by restated.user_agent

),

addresses as (

    select
        restated.ip,
        {{ matches_pattern('restated.ip', 'max(thresholds.prefetch_addresses)') }} as is_prefetch
    from restated
    cross join thresholds
    where restated.event_type = 'open' and restated.ip is not null
    group by restated.ip

),

deliveries as (

    select
        send_key,
        min(occurred_at) as delivered_at
    from events
    where event_type = 'delivered' and send_key is not null
    group by send_key

),

clicks as (

    select
        email_event_id,
        send_key,
        url,
        occurred_at
    from events
    where event_type = 'click' and send_key is not null

),

much_clicked_sends as (

    select clicks.send_key
    from clicks
    cross join thresholds
    group by clicks.send_key
    having count(distinct clicks.url) >= max(thresholds.burst_links)

),

burst_clicks as (

    select clicks.email_event_id
    from clicks
    inner join much_clicked_sends
        on clicks.send_key = much_clicked_sends.send_key
    inner join clicks as neighbours
        on clicks.send_key = neighbours.send_key
    cross join thresholds
    where
        abs({{ seconds_between('clicks.occurred_at', 'neighbours.occurred_at') }})
        <= thresholds.burst_seconds
    group by clicks.email_event_id
    having count(distinct neighbours.url) >= max(thresholds.burst_links)

),

measured as (

    select
        restated.*,
        agents.is_scanner,
        agents.is_prefetch,
        agents.is_proxy,
        addresses.is_prefetch as is_prefetch_address,
        burst_clicks.email_event_id is not null as is_in_burst,
        {{ seconds_between('deliveries.delivered_at', 'restated.occurred_at') }}
            as seconds_after_delivery
    from restated
    left join agents
        on restated.user_agent = agents.user_agent
    left join addresses
        on restated.ip = addresses.ip
    left join deliveries
        on restated.send_key = deliveries.send_key
    left join burst_clicks
        on restated.email_event_id = burst_clicks.email_event_id

),

judged as (

    select
        measured.*,
        case
            when measured.event_type not in ('open', 'click') then null
            when measured.is_vendor_machine then 'vendor_flag'
            when measured.is_scanner then 'scanner_agent'
            when measured.event_type = 'open' and measured.is_prefetch then 'prefetch_agent'
            when measured.event_type = 'open' and measured.is_prefetch_address
                then 'prefetch_address'
            when
                measured.event_type = 'open'
                and measured.is_proxy
                and measured.seconds_after_delivery <= thresholds.proxy_seconds
                then 'proxy_after_delivery'
            when
                measured.event_type = 'click'
                and measured.seconds_after_delivery <= thresholds.fast_seconds
                then 'click_after_delivery'
            when measured.is_in_burst then 'click_burst'
        end as machine_reason
    from measured
    cross join thresholds

),

attributed as (

    select
        -- keys
        judged.email_event_id,
        judged.record_id,
        customer_records.customer_id,
        judged.send_key,
        campaign_xref.campaign_id,
        judged.campaign_id as campaign_record_id,

        -- attributes
        judged.source,
        judged.vendor,
        judged.brand,
        judged.region,
        judged.campaign_name,
        judged.event_type,
        case
            when judged.event_type = 'open' and judged.machine_reason is null then 'human_open'
            when judged.event_type = 'open' then 'machine_open'
            when judged.event_type = 'click' and judged.machine_reason is null then 'human_click'
            when judged.event_type = 'click' then 'bot_click'
        end as engagement,
        judged.machine_reason,
        judged.bounce_class,
        judged.url,
        {{ unattributed_reason('judged', "'no_recipient'") }} as unattributed_reason,

        -- measures
        cast(judged.seconds_after_delivery as bigint) as seconds_after_delivery,

        -- times
        judged.occurred_at,

        -- provenance
        judged._version
    from judged
    left join customer_records
        on judged.record_id = customer_records.record_id
    left join campaign_xref
        on judged.campaign_id = campaign_xref.campaign_record_id

)

select * from attributed
