{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='email_event_id',
    on_schema_change='fail',
) }}

with

source as (

    select * from {{ source('landing', 'hubspot__email_event') }}

),

arrived as (

    select *
    from source
    where {{ decided_since_last_build() }}

),

renamed as (

    select
        -- keys
        {{ record_key('email_event', 'trim(id)') }} as email_event_id,
        {{ email_record_key('recipient', 'recipient') }} as record_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key('email_campaign', 'email_campaign_id') }} as campaign_id,
        coalesce(
            {{ trimmed('sent_by_id') }},
            case when upper(trim(type)) = 'SENT' then {{ trimmed('id') }} end
        ) as send_id,

        -- attributes
        {{ plain_email('recipient') }} as email,
        upper(trim(type)) as event_name,
        upper(trim(portal_subscription_status)) as subscription_status,
        upper(trim(category)) as bounce_category,
        {{ trimmed('status') }} as smtp_status,
        {{ trimmed('url') }} as url,
        {{ trimmed('user_agent') }} as user_agent,

        -- flags
        coalesce({{ to_boolean('filtered_event') }}, false) as is_filtered,

        -- times
        created as occurred_at_raw,
        {{ to_utc('created', '_timezone') }} as occurred_at,

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
