{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_landed('salesforce__contact', record_key('contact', 'id')) }}",
) }}

with

source as (

    {{ last_said(
        'salesforce__contact',
        key=record_key('contact', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
        dated=['has_opted_out_of_email', 'do_not_call'],
        only=is_not_held('record_id', record_key('contact', 'id')),
    ) }}

),

keyed as (

    select
        *,
        {{ record_key('contact', 'id') }} as _record_id
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
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key('account', 'account_id') }} as account_id,
        {{ record_key('contact', 'master_record_id') }} as merged_into,
        {{ trimmed('individual_id') }} as individual_id,

        -- attributes
        {{ one_line('first_name') }} as given_name,
        {{ one_line('last_name') }} as family_name,
        coalesce(
            {{ one_line('name') }},
            {{ one_line("concat_ws(' ', first_name, last_name)") }}
        ) as full_name,
        {{ one_line('salutation') }} as salutation,
        birthdate as birth_date_raw,
        {{ to_date('birthdate') }} as birth_date,
        {{ one_line('title') }} as title,
        {{ one_line('department') }} as department,
        {{ trimmed('owner_id') }} as owner,
        {{ one_line('lead_source') }} as lead_source,
        {{ trimmed('email') }} as email,
        {{ trimmed('phone') }} as phone,
        {{ trimmed('mobile_phone') }} as mobile_phone,
        {{ trimmed('home_phone') }} as home_phone,
        {{ trimmed('other_phone') }} as other_phone,
        {{ trimmed('x_handle') }} as x_handle,
        {{ trimmed('website') }} as website,
        {{ words('mailing_street') }} as street,
        {{ one_line('mailing_city') }} as city,
        {{ one_line('mailing_state') }} as state,
        {{ one_line('mailing_postal_code') }} as postal_code,
        {{ one_line('mailing_country') }} as country,
        {{ one_line('email_bounced_reason') }} as email_bounce_reason,
        _extra as extra,

        -- flags
        {{ to_boolean('has_opted_out_of_email') }} as has_opted_out_of_email,
        {{ to_boolean('do_not_call') }} as is_not_to_be_called,

        -- times
        _has_opted_out_of_email_at as opt_out_said_at,
        _do_not_call_at as do_not_call_said_at,
        {{ to_utc('last_activity_date') }} as last_activity_at,
        {{ to_utc('email_bounced_date') }} as email_bounced_at,
        created_date as created_at_raw,
        {{ to_utc('created_date') }} as created_at,
        system_modstamp as updated_at_raw,
        coalesce({{ to_utc('system_modstamp') }}, {{ to_utc('last_modified_date') }}) as updated_at,
        case
            when {{ to_boolean('is_deleted') }}
                then coalesce({{ to_utc('system_modstamp') }}, _as_of)
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
