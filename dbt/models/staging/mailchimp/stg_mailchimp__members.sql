{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_landed('mailchimp__member', email_record_key('member', 'email_address')) }}",
) }}

with

source as (

    {{ last_said(
        'mailchimp__member',
        key=email_record_key('member', 'email_address'),
        modified_at=newest_time([
            'last_changed', 'unsub_time', 'clean_time', 'confirm_time', 'optin_time',
        ]),
        modified_from=['last_changed'],
        dated=['status'],
        only=is_not_held('record_id', email_record_key('member', 'email_address')),
    ) }}

),

keyed as (

    select
        *,
        {{ email_record_key('member', 'email_address') }} as _record_id
    from source

),

arrived as (

    select
        *,
        {{ landed_version('_record_id') }} as _version
    from keyed

),

renamed as (

    select
        -- keys
        _record_id as record_id,
        md5({{ plain_email('email_address') }}) as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,

        -- attributes
        {{ one_line('first_name') }} as given_name,
        {{ one_line('last_name') }} as family_name,
        {{ one_line("concat_ws(' ', first_name, last_name)") }} as full_name,
        {{ trimmed('email_address') }} as email,
        {{ trimmed('phone_number') }} as phone,
        {{ trimmed('address') }} as address,
        lower(trim(status)) as status,
        {{ trimmed('tags') }} as tags,
        {{ trimmed('timezone') }} as time_zone,
        {{ trimmed('unsub_reason') }} as unsubscribe_reason,
        {{ record_key('campaign', 'unsub_campaign_id') }} as unsubscribe_campaign_id,
        {{ one_line('unsub_campaign_title') }} as unsubscribe_campaign_name,
        {{ record_key('campaign', 'clean_campaign_id') }} as clean_campaign_id,
        {{ one_line('clean_campaign_title') }} as clean_campaign_name,
        _extra as extra,

        -- measures
        {{ to_count('member_rating') }} as member_rating,

        -- times
        _status_at as status_said_at,
        {{ to_utc('optin_time') }} as opted_in_at,
        {{ to_utc('confirm_time') }} as confirmed_at,
        {{ to_utc('unsub_time') }} as unsubscribed_at,
        {{ to_utc('clean_time') }} as cleaned_at,
        coalesce({{ to_utc('optin_time') }}, {{ to_utc('confirm_time') }}) as created_at,
        last_changed as updated_at_raw,
        greatest(
            {{ to_utc('last_changed') }},
            {{ to_utc('unsub_time') }},
            {{ to_utc('clean_time') }},
            {{ to_utc('confirm_time') }},
            {{ to_utc('optin_time') }}
        ) as updated_at,
        case
            when lower(trim(status)) = 'archived'
                then coalesce({{ to_utc('last_changed') }}, _as_of)
            else _absent_since
        end as deleted_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq,
        _version_at,
        _version

    from arrived

),

latest as (

    select *
    from renamed
    {{ keep_newest('record_id', '_version_at') }}

)

select * from latest
