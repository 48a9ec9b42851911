with

source as (

    {{ last_said(
        'hubspot__company',
        key=record_key('company', whole_id('record_id')),
        modified_at=to_utc('last_modified_date', '_timezone'),
        modified_from=['last_modified_date'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('company', whole_id('record_id')) }} as account_id,
        {{ whole_id('record_id') }} as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ record_key('company', whole_id('parent_company_id')) }} as parent_account_id,
        {{ whole_ids('merged_record_ids') }} as merged_ids,

        -- attributes
        {{ one_line('name') }} as name,
        {{ trimmed('company_type') }} as account_type,
        {{ trimmed('phone_number') }} as phone,
        coalesce({{ trimmed('website_url') }}, {{ trimmed('domain') }}) as website,
        {{ trimmed('industry') }} as industry,
        {{ trimmed('street_address') }} as street,
        {{ one_line('city') }} as city,
        {{ one_line('state_region') }} as state,
        {{ one_line('postal_code') }} as postal_code,
        {{ one_line('country_region') }} as country,
        {{ one_line(extra_text('_extra', legal_name_headers())) }} as legal_name,
        {{ trimmed(extra_text('_extra', registration_headers())) }} as registration_number,
        {{ trimmed(extra_text('_extra', tax_number_headers())) }} as tax_number,
        {{ trimmed('company_owner') }} as account_owner,
        {{ whole_number('number_of_employees') }} as employee_count,
        _extra as extra,

        -- times
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
        _version_at

    from source

),

latest as (

    select *
    from renamed
    {{ keep_newest('account_id', '_version_at') }}

)

select * from latest
