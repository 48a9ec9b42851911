with

source as (

    {{ last_said(
        'salesforce__opportunity_contact_role',
        key=record_key('opportunity_contact_role', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('opportunity_contact_role', 'id') }} as role_id,
        {{ record_key('opportunity', 'opportunity_id') }} as opportunity_id,
        {{ record_key('contact', 'contact_id') }} as record_id,
        _source as source,
        _brand as brand,
        _region as region,

        -- attributes
        {{ trimmed('role') }} as role,

        -- flags
        coalesce({{ to_boolean('is_primary') }}, false) as is_primary,

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
    {{ keep_newest('role_id', '_version_at') }}

)

select * from latest
