with

source as (

    select * from {{ source('landing', 'mastodon__status') }}

),

renamed as (

    select
        -- keys
        {{ record_key('status', 'id') }} as message_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        {{ record_key('account', 'account_id') }} as author_record_id,
        {{ trimmed('account_id') }} as author_native_id,
        lower(trim(account_acct)) as author_handle,
        {{ record_key('status', 'in_reply_to_id') }} as parent_message_id,
        {{ record_key('account', 'in_reply_to_account_id') }} as addressee_record_id,
        {{ record_key('status', 'thread_id') }} as thread_id,

        -- attributes
        {{ html_to_text('content') }} as body_text,
        lower(trim(visibility)) as visibility,
        lower(trim(language)) as language,

        -- measures
        {{ to_count('favourites_count') }} as like_count,
        {{ to_count('replies_count') }} as reply_count,

        -- flags
        nullif(reblog_of_id, '') is not null as is_repost,
        case
            when {{ to_utc('edited_at') }} is not null then true
            when coalesce(_absent not like '%,edited_at,%', true) then false
        end as is_edited,

        -- times
        created_at as created_at_raw,
        {{ to_utc('created_at') }} as created_at,
        edited_at as edited_at_raw,
        {{ to_utc('edited_at') }} as edited_at,
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
        {{ newest_known('visibility') }} as visibility,
        {{ newest_known('language') }} as language,
        like_count,
        reply_count,
        is_repost,
        {{ newest_known('is_edited') }} as is_edited,
        {{ newest_known('created_at_raw') }} as created_at_raw,
        {{ newest_known('created_at') }} as created_at,
        {{ newest_known('edited_at_raw') }} as edited_at_raw,
        {{ newest_known('edited_at') }} as edited_at,
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
