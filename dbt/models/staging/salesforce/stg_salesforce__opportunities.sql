with

source as (

    {{ last_said(
        'salesforce__opportunity',
        key=record_key('opportunity', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
        dated=['stage_name', 'is_closed', 'is_won'],
    ) }}

),

priced as (

    select
        *,
        {{ to_currency('currency_iso_code', '_currency', 'amount') }} as _amount_currency
    from source

),

renamed as (

    select
        -- keys
        {{ record_key('opportunity', 'id') }} as opportunity_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ record_key('account', 'account_id') }} as account_id,
        {{ record_key('campaign', 'campaign_id') }} as campaign_id,

        -- attributes
        {{ one_line('name') }} as name,
        {{ trimmed('stage_name') }} as stage,
        {{ one_line('type') }} as opportunity_type,
        {{ one_line('lead_source') }} as lead_source,
        {{ one_line('forecast_category') }} as forecast_category,
        {{ trimmed('owner_id') }} as owner,

        -- measures
        amount as amount_raw,
        {{ to_minor_units('amount', '_amount_currency') }} as amount_minor,
        _amount_currency as currency,
        {{ to_share('probability') }} as probability,

        -- flags
        {{ to_boolean('is_closed') }} as is_closed,
        {{ to_boolean('is_won') }} as is_won,

        -- times
        _stage_name_at as stage_said_at,
        _is_won_at as won_said_at,
        _is_closed_at as closed_said_at,
        {{ to_date('close_date') }} as close_date,
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

    from priced

),

latest as (

    select *
    from renamed
    {{ keep_newest('opportunity_id', '_version_at') }}

)

select * from latest
