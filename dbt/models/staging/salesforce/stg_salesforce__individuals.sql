with

source as (

    {{ last_said(
        'salesforce__individual',
        key=record_key('individual', 'id'),
        modified_at=first_time(['system_modstamp', 'last_modified_date']),
        modified_from=['system_modstamp', 'last_modified_date'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('individual', 'id') }} as individual_record_id,
        {{ trimmed('id') }} as individual_id,
        _source as source,
        _brand as brand,
        _region as region,

        -- flags
        coalesce({{ to_boolean('has_opted_out_tracking') }}, false) as has_opted_out_of_tracking,
        coalesce({{ to_boolean('has_opted_out_profiling') }}, false) as has_opted_out_of_profiling,
        coalesce({{ to_boolean('has_opted_out_processing') }}, false)
            as has_opted_out_of_processing,
        coalesce({{ to_boolean('has_opted_out_solicit') }}, false) as has_opted_out_of_marketing,
        coalesce({{ to_boolean('has_opted_out_geo_tracking') }}, false)
            as has_opted_out_of_geotracking,
        coalesce({{ to_boolean('should_forget') }}, false) as is_to_be_forgotten,

        -- times
        coalesce({{ to_utc('system_modstamp') }}, {{ to_utc('last_modified_date') }}, _as_of)
            as said_at,
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
    {{ keep_newest('individual_record_id', '_version_at') }}

)

select * from latest
