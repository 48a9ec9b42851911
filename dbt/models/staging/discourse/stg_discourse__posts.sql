with

source as (

    {{ last_said(
        'discourse__post',
        key=record_key('post', 'id'),
        modified_at=to_utc('updated_at'),
        modified_from=['updated_at'],
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
        {{ record_key('topic', 'topic_id') }} as topic_id,
        {{ record_key('user', 'user_id') }} as author_record_id,
        {{ trimmed('user_id') }} as author_native_id,

        -- attributes
        {{ one_line('name') }} as author_name,
        lower({{ trimmed('username') }}) as author_handle,
        coalesce({{ body_of('raw') }}, {{ html_to_text('cooked') }}) as body_text,
        {{ trimmed('post_type') }} as post_type,

        -- measures
        {{ to_count('post_number') }} as post_number,
        {{ to_count('reply_to_post_number') }} as reply_to_post_number,
        {{ to_count('version') }} as version_number,
        {{ to_count('reads') }} as view_count,

        -- flags
        coalesce({{ to_boolean('staff') }}, false)
        or coalesce({{ to_boolean('moderator') }}, false)
        or coalesce({{ to_boolean('admin') }}, false) as is_by_staff,
        coalesce({{ to_boolean('hidden') }}, false) as is_hidden,
        coalesce({{ to_boolean('user_deleted') }}, false) as is_deleted_by_author,
        coalesce({{ to_boolean('accepted_answer') }}, false) as is_accepted_answer,

        -- times
        {{ to_utc('created_at') }} as created_at,
        {{ to_utc('updated_at') }} as updated_at,
        case
            when {{ to_boolean('user_deleted') }}
                then coalesce({{ to_utc('deleted_at') }}, {{ to_utc('updated_at') }}, _as_of)
            else coalesce({{ to_utc('deleted_at') }}, _absent_since)
        end as deleted_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq,
        _version_at

    from source

),

latest as (

    select *
    from renamed
    {{ keep_newest('message_id', '_version_at') }}

)

select * from latest
