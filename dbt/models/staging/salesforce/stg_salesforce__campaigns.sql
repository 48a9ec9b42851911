with

source as (

    {{ last_said(
        'salesforce__campaign',
        key=record_key('campaign', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('campaign', 'id') }} as campaign_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ record_key('campaign', 'parent_id') }} as parent_campaign_id,

        -- attributes
        {{ one_line('name') }} as name,
        {{ trimmed('type') }} as campaign_type,
        {{ trimmed('status') }} as status,

        -- measures
        {{ to_minor_units(
            'actual_cost',
            to_currency('currency_iso_code', '_currency')
        ) }} as actual_cost_minor,
        {{ to_minor_units(
            'budgeted_cost',
            to_currency('currency_iso_code', '_currency')
        ) }} as budgeted_cost_minor,
        {{ to_currency('currency_iso_code', '_currency') }} as currency,

        -- flags
        {{ to_boolean('is_active') }} as is_active,

        -- times
        {{ to_date('start_date') }} as start_date,
        {{ to_date('end_date') }} as end_date,
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
    {{ keep_newest('campaign_id', '_version_at') }}

)

select * from latest
