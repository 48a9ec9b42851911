with

source as (

    {{ last_said(
        'instagram__media',
        key=record_key('media', 'id'),
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('media', 'id') }} as message_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key(
            'user',
            "coalesce(nullif(owner_id, ''), lower(trim(username)))"
        ) }} as author_record_id,
        {{ trimmed('owner_id') }} as author_native_id,
        {{ known_handle('lower(trim(username))') }} as author_handle,

        -- attributes
        {{ body_of('caption') }} as body_text,

        -- measures
        {{ to_count('like_count') }} as like_count,
        {{ to_count('comments_count') }} as reply_count,

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
