with

source as (

    {{ last_said(
        'salesforce__campaign_member',
        key=record_key('campaign_member', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('campaign_member', 'id') }} as campaign_member_id,
        coalesce(
            {{ record_key('contact', 'contact_id') }},
            {{ record_key('lead', 'lead_id') }}
        ) as record_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ record_key('campaign', 'campaign_id') }} as campaign_id,

        -- attributes
        {{ trimmed('status') }} as status,

        -- flags
        {{ to_boolean('has_responded') }} as has_responded,

        -- times
        first_responded_date as responded_at_raw,
        {{ to_utc('first_responded_date') }} as responded_at,
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
    {{ keep_newest('campaign_member_id', '_version_at') }}

)

select * from latest
