{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_landed('hubspot__contact', record_key('contact', whole_id('record_id'))) }}",
) }}

with

source as (

    {{ last_said(
        'hubspot__contact',
        key=record_key('contact', whole_id('record_id')),
        modified_at=to_utc('last_modified_date', '_timezone'),
        modified_from=['last_modified_date'],
        dated=['unsubscribed_from_all_email'],
        only=is_not_held('record_id', record_key('contact', whole_id('record_id'))),
    ) }}

),

keyed as (

    select
        *,
        {{ record_key('contact', whole_id('record_id')) }} as _record_id
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
        {{ whole_id('record_id') }} as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ whole_ids('associated_company_ids') }} as company_ids,
        {{ whole_ids('merged_record_ids') }} as merged_record_ids,
        {{ trimmed('calculated_merged_vids') }} as calculated_merged_vids,

        -- attributes
        {{ one_line('first_name') }} as given_name,
        {{ one_line('last_name') }} as family_name,
        {{ one_line("concat_ws(' ', first_name, last_name)") }} as full_name,
        date_of_birth as birth_date_raw,
        {{ to_date('date_of_birth', '_timezone') }} as birth_date,
        {{ one_line('job_title') }} as title,
        {{ one_line('associated_company') }} as organisation,
        {{ trimmed('email') }} as email,
        {{ trimmed('additional_emails') }} as additional_emails,
        {{ trimmed('phone_number') }} as phone,
        {{ trimmed('mobile_phone_number') }} as mobile_phone,
        {{ trimmed('twitter_username') }} as twitter_username,
        {{ trimmed('linkedin_url') }} as linkedin_url,
        {{ trimmed('website_url') }} as website,
        {{ words('street_address') }} as street,
        {{ one_line('city') }} as city,
        {{ one_line('state_region') }} as state,
        {{ one_line('postal_code') }} as postal_code,
        {{ one_line('country_region') }} as country,
        {{ trimmed('preferred_language') }} as language,
        {{ one_line('contact_owner') }} as owner,
        {{ one_line('lead_status') }} as lead_status,
        {{ one_line('original_source') }} as lead_source,
        {{ trimmed('lifecycle_stage') }} as lifecycle_stage,
        {{ trimmed('marketing_contact_status') }} as marketing_status,
        _extra as extra,

        -- flags
        {{ to_boolean('unsubscribed_from_all_email') }} as has_unsubscribed_from_all,

        -- times
        _unsubscribed_from_all_email_at as opt_out_said_at,
        {{ to_utc('last_activity_date', '_timezone') }} as last_activity_at,
        create_date as created_at_raw,
        {{ to_utc('create_date', '_timezone') }} as created_at,
        last_modified_date as updated_at_raw,
        {{ to_utc('last_modified_date', '_timezone') }} as updated_at,
        case
            when {{ to_boolean('archived') }}
                then coalesce({{ to_utc('last_modified_date', '_timezone') }}, _as_of)
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
