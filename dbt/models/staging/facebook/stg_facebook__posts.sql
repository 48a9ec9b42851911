with

source as (

    {{ last_said(
        'facebook__post',
        key=record_key('post', 'id'),
        modified_at=to_utc('updated_time'),
        never=['verb'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('post', 'id') }} as message_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        coalesce({{ trimmed('page_id') }}, nullif(split_part(id, '_', 1), id)) as page_id,
        {{ record_key('user', 'from_id') }} as author_record_id,
        {{ trimmed('from_id') }} as author_native_id,
        {{ one_line(known_author('from_name')) }} as author_name,

        -- attributes
        {{ body_of('message') }} as body_text,

        -- flags
        {{ to_boolean('is_hidden') }} as is_hidden,

        -- times
        created_time as created_at_raw,
        {{ to_utc('created_time') }} as created_at,
        updated_time as updated_at_raw,
        {{ to_utc('updated_time') }} as updated_at,
        case
            when lower(trim(verb)) = 'remove'
                then coalesce({{ to_utc('updated_time') }}, _as_of)
            else _absent_since
        end as deleted_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq

    from source

),

filled as (

    -- a notice of deletion, or an archive, leaves out what an older version told
    select
        message_id,
        native_id,
        source,
        brand,
        region,
        default_country,
        {{ newest_known('page_id') }} as page_id,
        {{ newest_known('author_record_id') }} as author_record_id,
        {{ newest_known('author_native_id') }} as author_native_id,
        {{ newest_known('author_name') }} as author_name,
        {{ newest_known('body_text') }} as body_text,
        {{ newest_known('is_hidden') }} as is_hidden,
        created_at_raw,
        min(created_at) over (partition by message_id) as created_at,
        updated_at_raw,
        updated_at,
        deleted_at,
        _as_of,
        _load_id,
        _row,
        _gate_seq
    from renamed
    {{ version_window('message_id', 'updated_at') }}

),

latest as (

    select *
    from filled
    {{ keep_newest('message_id', 'updated_at') }}

)

select * from latest
