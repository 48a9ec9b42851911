with

source as (

    {{ last_said(
        'x__post',
        key=record_key('post', 'id'),
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
        {{ record_key('user', 'author_id') }} as author_record_id,
        {{ trimmed('author_id') }} as author_native_id,
        {{ record_key('post', 'replied_to_id') }} as parent_message_id,
        {{ record_key('user', 'in_reply_to_user_id') }} as addressee_record_id,
        {{ record_key('post', 'conversation_id') }} as thread_id,
        {{ trimmed('edit_history_ids') }} as edit_history_ids,

        -- attributes
        {{ body_of('text', is_escaped=true) }} as body_text,
        nullif(lower(trim(lang)), 'und') as language,
        {{ trimmed('links') }} as links,

        -- measures
        {{ to_count('like_count') }} as like_count,
        {{ to_count('reply_count') }} as reply_count,
        {{ to_count('impression_count') }} as view_count,

        -- flags
        coalesce(
            nullif(reposted_id, '') is not null
            or {{ has_pattern('text', '^RT @[A-Za-z0-9_]{1,15}:') }},
            false
        ) as is_repost,

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
        {{ newest_known('parent_message_id') }} as parent_message_id,
        {{ newest_known('addressee_record_id') }} as addressee_record_id,
        {{ newest_known('thread_id') }} as thread_id,
        {{ newest_known('edit_history_ids') }} as edit_history_ids,
        body_text,
        language,
        {{ newest_known('links') }} as links,
        like_count,
        reply_count,
        view_count,
        is_repost,
        created_at_raw,
        created_at,
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
