with

source as (

    select * from {{ source('landing', 'bluesky__profile') }}

),

renamed as (

    select
        -- keys
        {{ record_key('profile', 'did') }} as record_id,
        did as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,

        -- attributes
        {{ known_handle('lower(trim(handle))') }} as handle,
        {{ one_line('display_name') }} as full_name,
        {{ body_of('description') }} as bio,
        {{ trimmed('website') }} as website,
        _extra as extra,

        -- measures
        {{ to_count('followers_count') }} as followers_count,
        {{ to_count('follows_count') }} as following_count,
        {{ to_count('posts_count') }} as posts_count,

        -- flags
        coalesce({{ to_boolean('is_own_account') }}, false) as is_own_account,

        -- times
        created_at as created_at_raw,
        {{ to_utc('created_at') }} as created_at,
        coalesce({{ to_utc('deleted_at') }}, _absent_since) as deleted_at,

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
        record_id,
        native_id,
        source,
        brand,
        region,
        default_country,
        {{ newest_known('handle') }} as handle,
        {{ newest_known('full_name') }} as full_name,
        bio,
        website,
        extra,
        followers_count,
        following_count,
        posts_count,
        is_own_account,
        {{ newest_known('created_at_raw') }} as created_at_raw,
        {{ newest_known('created_at') }} as created_at,
        deleted_at,
        _as_of,
        _load_id,
        _row,
        _gate_seq
    from renamed
    {{ version_window('record_id') }}

),

latest as (

    select *
    from filled
    {{ keep_newest('record_id') }}

)

select * from latest
