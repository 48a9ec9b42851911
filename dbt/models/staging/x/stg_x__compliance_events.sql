with

source as (

    select * from {{ source('landing', 'x__compliance') }}

),

renamed as (

    select
        -- keys
        {{ record_key('compliance', '_native_id') }} as compliance_event_id,
        {{ record_key('post', 'id') }} as message_id,
        _source as source,
        _brand as brand,
        _region as region,

        -- attributes
        lower(trim(action)) as action,
        lower(trim(reason)) as reason,

        -- times
        redacted_at as redacted_at_raw,
        coalesce({{ to_utc('redacted_at') }}, _as_of) as redacted_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq

    from source

),

latest as (

    select *
    from renamed
    {{ keep_newest('compliance_event_id') }}

)

select * from latest
