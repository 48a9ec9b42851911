with

source as (

    {{ last_said(
        'hubspot__deal',
        key=record_key('deal', whole_id('record_id')),
        modified_at=to_utc('last_modified_date', '_timezone'),
        modified_from=['last_modified_date'],
        dated=['deal_stage', 'is_closed', 'is_won'],
    ) }}

),

priced as (

    select
        *,
        {{ to_currency('currency', '_currency', 'amount') }} as _amount_currency
    from source

),

renamed as (

    select
        -- keys
        {{ record_key('deal', whole_id('record_id')) }} as opportunity_id,
        {{ whole_id('record_id') }} as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ whole_ids('associated_contact_ids') }} as contact_ids,
        {{ whole_ids('associated_company_ids') }} as company_ids,
        {{ whole_ids('merged_record_ids') }} as merged_ids,

        -- attributes
        {{ one_line('deal_name') }} as name,
        {{ trimmed('deal_stage') }} as stage,
        {{ trimmed('pipeline') }} as pipeline,
        {{ one_line('deal_owner') }} as owner,

        -- measures
        amount as amount_raw,
        {{ to_minor_units('amount', '_amount_currency') }} as amount_minor,
        _amount_currency as currency,

        -- flags
        {{ to_boolean('is_won') }} as is_won,
        {{ to_boolean('is_closed') }} as is_closed,

        -- times
        _deal_stage_at as stage_said_at,
        _is_won_at as won_said_at,
        _is_closed_at as closed_said_at,
        {{ to_date('close_date', '_timezone') }} as close_date,
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
        _version_at

    from priced

),

latest as (

    select *
    from renamed
    {{ keep_newest('opportunity_id', '_version_at') }}

)

select * from latest
