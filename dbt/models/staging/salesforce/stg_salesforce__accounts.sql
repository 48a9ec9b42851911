with

source as (

    {{ last_said(
        'salesforce__account',
        key=record_key('account', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('account', 'id') }} as account_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ record_key('account', 'master_record_id') }} as merged_into,
        {{ record_key('account', 'parent_id') }} as parent_account_id,

        -- attributes
        {{ one_line('name') }} as name,
        {{ trimmed('type') }} as account_type,
        {{ trimmed('phone') }} as phone,
        {{ trimmed('website') }} as website,
        {{ trimmed('industry') }} as industry,
        {{ words('billing_street') }} as street,
        {{ one_line('billing_city') }} as city,
        {{ one_line('billing_state') }} as state,
        {{ one_line('billing_postal_code') }} as postal_code,
        {{ one_line('billing_country') }} as country,
        {{ one_line(extra_text('_extra', legal_name_headers())) }} as legal_name,
        {{ trimmed(extra_text('_extra', registration_headers())) }} as registration_number,
        {{ trimmed(extra_text('_extra', tax_number_headers())) }} as tax_number,
        {{ trimmed('owner_id') }} as account_owner,
        {{ whole_number('number_of_employees') }} as employee_count,
        _extra as extra,

        -- flags
        coalesce({{ to_boolean('is_person_account') }}, false) as is_person_account,

        -- times
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
        _version_at

    from source

),

latest as (

    select *
    from renamed
    {{ keep_newest('account_id', '_version_at') }}

)

select * from latest
