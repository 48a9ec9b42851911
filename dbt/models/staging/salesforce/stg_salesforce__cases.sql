with

source as (

    {{ last_said(
        'salesforce__case',
        key=record_key('case', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('case', 'id') }} as case_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key('contact', 'contact_id') }} as contact_record_id,
        case
            when nullif(trim(contact_id), '') is null
                then {{ email_record_key('case_requester', 'supplied_email') }}
        end as requester_record_id,
        {{ record_key('account', 'account_id') }} as account_id,

        -- attributes
        {{ trimmed('case_number') }} as case_number,
        {{ record_key('case', 'parent_id') }} as parent_case_id,
        {{ trimmed('owner_id') }} as owner,
        {{ one_line('subject') }} as subject,
        {{ words('description') }} as description,
        {{ trimmed('type') }} as case_type,
        {{ trimmed('reason') }} as reason,
        {{ trimmed('status') }} as status,
        {{ trimmed('priority') }} as priority,
        {{ trimmed('origin') }} as origin,
        {{ one_line('supplied_name') }} as supplied_name,
        {{ trimmed('supplied_email') }} as supplied_email,
        {{ trimmed('supplied_phone') }} as supplied_phone,

        -- flags
        {{ to_boolean('is_closed') }} as is_closed,
        {{ to_boolean('is_escalated') }} as is_escalated,

        -- times
        closed_date as closed_at_raw,
        {{ to_utc('closed_date') }} as closed_at,
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
    {{ keep_newest('case_id', '_version_at') }}

)

select * from latest
