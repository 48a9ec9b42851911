{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='email_event_id',
    on_schema_change='fail',
) }}

with

source as (

    select * from {{ source('landing', 'mailchimp__email_activity') }}

),

arrived as (

    select *
    from source
    where {{ decided_since_last_build() }}

),

renamed as (

    select
        -- keys
        {{ record_key('email_activity', '_native_id') }} as email_event_id,
        {{ email_record_key('member', 'email_address') }} as record_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key('campaign', 'campaign_id') }} as campaign_id,
        campaign_id
        || ':'
        || coalesce({{ trimmed('email_id') }}, md5({{ plain_email('email_address') }})) as send_id,

        -- attributes
        {{ plain_email('email_address') }} as email,
        lower(trim(action)) as event_name,
        lower(trim(type)) as bounce_type,
        {{ trimmed('url') }} as url,
        {{ trimmed('ip') }} as ip,

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
