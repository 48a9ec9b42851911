with

source as (

    select * from {{ source('landing', 'bluesky__post') }}

),

renamed as (

    select
        -- keys
        {{ record_key('post', 'uri') }} as message_id,
        uri as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ record_key('profile', 'author_did') }} as author_record_id,
        {{ trimmed('author_did') }} as author_native_id,
        {{ known_handle('lower(trim(author_handle))') }} as author_handle,
        {{ record_key('post', 'reply_parent_uri') }} as parent_message_id,
        {{ record_key(
            'profile',
            extracted('reply_parent_uri', '^at://([^/]+)/')
        ) }} as addressee_record_id,
        {{ record_key('post', 'reply_root_uri') }} as thread_id,

        -- attributes
        {{ body_of('text') }} as body_text,
        {{ trimmed('facets') }} as links,
        nullif({{ extracted('lower(langs)', '([a-z]{2,3})', 1) }}, '') as language,

        -- measures
        {{ to_count('like_count') }} as like_count,
        {{ to_count('reply_count') }} as reply_count,

        -- flags
        coalesce({{ to_boolean('is_hidden') }}, false) as is_hidden,

        -- times
        created_at as created_at_raw,
        indexed_at as indexed_at_raw,
        {{ to_utc('created_at') }} as claimed_at,
        coalesce({{ to_utc('indexed_at') }}, {{ to_utc('created_at') }}) as created_at,
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
        message_id,
        native_id,
        source,
        brand,
        region,
        {{ newest_known('author_record_id') }} as author_record_id,
        {{ newest_known('author_native_id') }} as author_native_id,
        {{ newest_known('author_handle') }} as author_handle,
        {{ newest_known('parent_message_id') }} as parent_message_id,
        {{ newest_known('addressee_record_id') }} as addressee_record_id,
        {{ newest_known('thread_id') }} as thread_id,
        body_text,
        links,
        {{ newest_known('language') }} as language,
        like_count,
        reply_count,
        is_hidden,
        {{ newest_known('created_at_raw') }} as created_at_raw,
        {{ newest_known('indexed_at_raw') }} as indexed_at_raw,
        {{ newest_known('claimed_at') }} as claimed_at,
        {{ newest_known('created_at') }} as created_at,
        deleted_at,
        _as_of,
        _load_id,
        _row,
        _gate_seq
    from renamed
    {{ version_window('message_id') }}

),

latest as (

    select *
    from filled
    {{ keep_newest('message_id') }}

)

select * from latest
