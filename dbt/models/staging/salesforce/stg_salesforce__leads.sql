{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_landed('salesforce__lead', record_key('lead', 'id')) }}",
) }}

with

source as (

    {{ last_said(
        'salesforce__lead',
        key=record_key('lead', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
        dated=['has_opted_out_of_email'],
        only=is_not_held('record_id', record_key('lead', 'id')),
    ) }}

),

keyed as (

    select
        *,
        {{ record_key('lead', 'id') }} as _record_id
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
        coalesce(
            {{ record_key('contact', 'converted_contact_id') }},
            {{ record_key('lead', 'master_record_id') }}
        ) as merged_into,

        -- attributes
        {{ one_line('first_name') }} as given_name,
        {{ one_line('last_name') }} as family_name,
        coalesce(
            {{ one_line('name') }},
            {{ one_line("concat_ws(' ', first_name, last_name)") }}
        ) as full_name,
        {{ one_line('salutation') }} as salutation,
        {{ one_line('title') }} as title,
        {{ one_line('company') }} as organisation,
        {{ one_line('industry') }} as industry,
        {{ trimmed('owner_id') }} as owner,
        {{ one_line('lead_source') }} as lead_source,
        {{ trimmed('email') }} as email,
        {{ trimmed('phone') }} as phone,
        {{ trimmed('mobile_phone') }} as mobile_phone,
        {{ trimmed('x_handle') }} as x_handle,
        {{ trimmed('website') }} as website,
        {{ words('street') }} as street,
        {{ one_line('city') }} as city,
        {{ one_line('state') }} as state,
        {{ one_line('postal_code') }} as postal_code,
        {{ one_line('country') }} as country,
        {{ trimmed('status') }} as status,
        {{ trimmed('individual_id') }} as individual_id,
        _extra as extra,

        -- flags
        {{ to_boolean('has_opted_out_of_email') }} as has_opted_out_of_email,
        {{ to_boolean('is_converted') }} as is_converted,

        -- times
        _has_opted_out_of_email_at as opt_out_said_at,
        created_date as created_at_raw,
        {{ to_utc('created_date') }} as created_at,
        system_modstamp as updated_at_raw,
        coalesce({{ to_utc('system_modstamp') }}, {{ to_utc('last_modified_date') }}) as updated_at,
        case
            when {{ to_boolean('is_deleted') }}
                then coalesce({{ to_utc('system_modstamp') }}, _as_of)
            else _absent_since
        end as deleted_at,
        {{ to_utc('converted_date') }} as converted_at,

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
