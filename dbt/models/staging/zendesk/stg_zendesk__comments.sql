with

source as (

    {{ last_said('zendesk__comment', key=record_key('comment', whole_id('id'))) }}

),

renamed as (

    select
        -- keys
        {{ record_key('comment', whole_id('id')) }} as message_id,
        {{ whole_id('id') }} as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key('ticket', whole_id('ticket_id')) }} as ticket_id,
        case
            when trim(author_id) <> '-1' then {{ record_key('user', whole_id('author_id')) }}
        end as author_record_id,
        {{ record_key('ticket', whole_id('via_ticket_id')) }} as via_ticket_id,

        -- attributes
        coalesce({{ words('body') }}, {{ html_to_text('html_body') }}) as body_text,
        lower({{ trimmed('via_channel') }}) as via_channel,
        lower({{ trimmed('via_rel') }}) as via_rel,
        {{ auto_reply_header('metadata') }} as auto_reason,

        -- flags
        coalesce({{ to_boolean('public') }}, true) as is_public,
        coalesce(trim(author_id) = '-1', false) as is_by_system,

        -- times
        created_at as created_at_raw,
        {{ to_utc('created_at') }} as created_at,
        _absent_since as deleted_at,

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
    {{ keep_newest('message_id') }}

)

select * from latest
