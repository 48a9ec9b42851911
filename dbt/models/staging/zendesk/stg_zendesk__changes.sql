with

source as (

    select * from {{ source('landing', 'zendesk__change') }}

),

renamed as (

    select
        -- keys
        _source || ':change:' || _native_id as change_id,
        _source as source,
        {{ record_key('ticket', whole_id('ticket_id')) }} as ticket_id,
        {{ record_key('user', whole_id('author_id')) }} as author_record_id,

        -- attributes
        lower({{ trimmed('field_name') }}) as field_name,
        {{ trimmed('value') }} as field_value,

        -- times
        {{ to_utc('created_at') }} as changed_at,

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
    {{ keep_newest('change_id') }}

)

select * from latest
