with

source as (

    {{ last_said(
        'facebook__comment',
        key=record_key('comment', 'id'),
        modified_at='coalesce(' ~ to_utc('landed.changed_time') ~ ', landed._as_of)',
        never=['verb', 'changed_time'],
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
        coalesce({{ trimmed('page_id') }}, nullif(split_part(post_id, '_', 1), post_id)) as page_id,
        {{ record_key('post', 'post_id') }} as post_message_id,
        coalesce(
            {{ record_key('comment', "nullif(parent_id, post_id)") }},
            {{ record_key('post', 'post_id') }}
        ) as parent_message_id,
        {{ record_key('user', 'from_id') }} as author_record_id,
        {{ trimmed('from_id') }} as author_native_id,
        {{ one_line(known_author('from_name')) }} as author_name,

        -- attributes
        {{ body_of('message') }} as body_text,
        lower(trim(verb)) as verb,

        -- measures
        {{ to_count('like_count') }} as like_count,
        {{ to_count('comment_count') }} as reply_count,

        -- flags
        {{ to_boolean('is_hidden') }} as is_hidden,
        coalesce({{ to_boolean('is_private') }}, false) as is_private,

        -- times
        created_time as created_at_raw,
        {{ to_utc('created_time') }} as created_at,
        coalesce({{ to_utc('changed_time') }}, _as_of) as changed_at,
        case when lower(trim(verb)) in ('edit', 'edited') then changed_at end as edited_at,
        case when lower(trim(verb)) = 'remove' then changed_at else _absent_since end as deleted_at,

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
        {{ newest_known('post_message_id') }} as post_message_id,
        {{ newest_known('parent_message_id') }} as parent_message_id,
        {{ newest_known('author_record_id') }} as author_record_id,
        {{ newest_known('author_native_id') }} as author_native_id,
        {{ newest_known('author_name') }} as author_name,
        {{ newest_known('body_text') }} as body_text,
        verb,
        like_count,
        reply_count,
        {{ newest_known('is_hidden') }} as is_hidden,
        is_private,
        created_at_raw,
        min(created_at) over (partition by message_id) as created_at,
        changed_at,
        {{ newest_known('edited_at') }} as edited_at,
        deleted_at,
        _as_of,
        _load_id,
        _row,
        _gate_seq
    from renamed
    {{ version_window('message_id', 'changed_at') }}

),

latest as (

    select *
    from filled
    {{ keep_newest('message_id', 'changed_at') }}

)

select * from latest
