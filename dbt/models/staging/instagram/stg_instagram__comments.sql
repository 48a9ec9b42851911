with

source as (

    {{ last_said(
        'instagram__comment',
        key=record_key('comment', 'id'),
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('comment', 'id') }} as message_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key('media', 'media_id') }} as media_message_id,
        coalesce(
            {{ record_key('comment', 'parent_id') }},
            {{ record_key('media', 'media_id') }}
        ) as parent_message_id,
        {{ record_key(
            'user',
            "coalesce(nullif(from_id, ''), lower(trim(coalesce(nullif(from_username, ''), username))))"
        ) }} as author_record_id,
        {{ trimmed('from_id') }} as author_native_id,
        {{ known_handle("lower(trim(coalesce(nullif(from_username, ''), username)))") }}
            as author_handle,

        -- attributes
        {{ body_of('text') }} as body_text,

        -- measures
        {{ to_count('like_count') }} as like_count,

        -- flags
        coalesce({{ to_boolean('hidden') }}, false) as is_hidden,

        -- times
        timestamp as created_at_raw,
        {{ to_utc('timestamp') }} as created_at,
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
