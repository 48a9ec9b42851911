{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='email_event_id',
    on_schema_change='fail',
) }}

with

source as (

    select * from {{ source('landing', 'sendgrid__event') }}

),

arrived as (

    select *
    from source
    where {{ decided_since_last_build() }}

),

renamed as (

    select
        -- keys
        {{ record_key('event', '_native_id') }} as email_event_id,
        {{ email_record_key('recipient', 'email') }} as record_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        coalesce(
            {{ record_key('marketing_campaign', 'marketing_campaign_id') }},
            {{ record_key('singlesend', 'singlesend_id') }}
        ) as campaign_id,
        {{ one_line('marketing_campaign_name') }} as campaign_name,
        nullif(split_part(sg_message_id, '.', 1), '')
        || ':'
        || md5({{ plain_email('email') }}) as send_id,

        -- attributes
        {{ plain_email('email') }} as email,
        lower(trim(event)) as event_name,
        {{ trimmed('category') }} as category,
        lower(trim(type)) as bounce_type,
        {{ trimmed('bounce_classification') }} as bounce_classification,
        {{ trimmed('asm_group_id') }} as unsubscribe_group_id,
        {{ trimmed('url') }} as url,
        {{ trimmed('useragent') }} as user_agent,
        {{ trimmed('ip') }} as ip,

        -- flags
        coalesce({{ to_boolean('sg_machine_open') }}, false) as is_machine_open,

        -- times
        timestamp as occurred_at_raw,
        {{ to_utc('timestamp') }} as occurred_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq

    from arrived

),

held as (

    {{ with_versions_held('renamed', 'email_event_id') }}

),

latest as (

    select *  -- noqa: AM04
    from held
    {{ keep_newest('email_event_id') }}

)

select * from latest  -- noqa: AM04
