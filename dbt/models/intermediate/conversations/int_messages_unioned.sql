with

x_post_rows as (

    select * from {{ ref('stg_x__posts') }}

),

x_compliance_rows as (

    select * from {{ ref('stg_x__compliance_events') }}

),

facebook_post_rows as (

    select * from {{ ref('stg_facebook__posts') }}

),

facebook_comment_rows as (

    select * from {{ ref('stg_facebook__comments') }}

),

instagram_media_rows as (

    select * from {{ ref('stg_instagram__media') }}

),

instagram_comment_rows as (

    select * from {{ ref('stg_instagram__comments') }}

),

mastodon_status_rows as (

    select * from {{ ref('stg_mastodon__statuses') }}

),

bluesky_post_rows as (

    select * from {{ ref('stg_bluesky__posts') }}

),

shaped as (

    select
        cast(null as varchar) as message_id,
        cast(null as varchar) as source,
        cast(null as varchar) as vendor,
        cast(null as varchar) as brand,
        cast(null as varchar) as region,
        cast(null as varchar) as author_record_id,
        cast(null as varchar) as addressee_record_id,
        cast(null as varchar) as parent_message_id,
        cast(null as varchar) as thread_id,
        cast(null as varchar) as page_account,
        cast(null as varchar) as body_text,
        cast(null as varchar) as language,
        cast(null as varchar) as visibility,
        cast(null as bigint) as like_count,
        cast(null as bigint) as reply_count,
        cast(null as boolean) as is_hidden,
        cast(null as boolean) as is_from_own_archive,
        cast(null as boolean) as is_repost,
        cast(null as boolean) as is_edited,
        cast(null as {{ instant_type() }}) as created_at,
        cast(null as {{ instant_type() }}) as edited_at,
        cast(null as {{ instant_type() }}) as deleted_at
    where false

),

x_instructions as (

    select
        message_id,
        action,
        redacted_at
    from x_compliance_rows
    qualify
        row_number() over (
            partition by message_id
            order by redacted_at desc nulls last, compliance_event_id asc
        ) = 1

),

-- an edit on X is a new post that names its older versions
x_versions as (

    select
        source,
        message_id as current_message_id,
        native_id as current_id,
        {{ unnested(all_extracted('edit_history_ids', '([0-9]+)')) }} as version_id
    from x_post_rows
    where edit_history_ids <> '["' || native_id || '"]'

),

x_replaced as (

    select
        source || ':post:' || version_id as message_id,
        current_message_id
    from x_versions
    where lpad(version_id, 30, '0') < lpad(current_id, 30, '0')
    qualify
        row_number() over (
            partition by source, version_id
            order by lpad(current_id, 30, '0') desc
        ) = 1

),

x_edited as (

    select current_message_id as message_id
    from x_replaced
    group by current_message_id

),

x_posts as (

    select
        x_post_rows.message_id,
        x_post_rows.source,
        'x' as vendor,
        x_post_rows.brand,
        x_post_rows.region,
        x_post_rows.author_record_id,
        x_post_rows.addressee_record_id,
        coalesce(parents.current_message_id, x_post_rows.parent_message_id) as parent_message_id,
        coalesce(threads.current_message_id, x_post_rows.thread_id) as thread_id,
        x_post_rows.body_text,
        x_post_rows.language,
        'public' as visibility,
        x_post_rows.like_count,
        x_post_rows.reply_count,
        false as is_hidden,
        x_post_rows.author_record_id is null as is_from_own_archive,
        x_post_rows.is_repost,
        case
            when x_edited.message_id is not null then true
            when x_post_rows.edit_history_ids is not null then false
        end as is_edited,
        x_post_rows.created_at,
        case when x_edited.message_id is not null then x_post_rows.created_at end as edited_at,
        coalesce(
            case when x_instructions.action = 'delete' then x_instructions.redacted_at end,
            x_post_rows.deleted_at
        ) as deleted_at
    from x_post_rows
    left join x_instructions
        on x_post_rows.message_id = x_instructions.message_id
    left join x_edited
        on x_post_rows.message_id = x_edited.message_id
    left join x_replaced
        on x_post_rows.message_id = x_replaced.message_id
    left join x_replaced as parents
        on x_post_rows.parent_message_id = parents.message_id
    left join x_replaced as threads
        on x_post_rows.thread_id = threads.message_id
    where x_replaced.message_id is null

),

facebook_posts as (

    select
        message_id,
        source,
        'facebook' as vendor,
        brand,
        region,
        author_record_id,
        message_id as thread_id,
        page_id as page_account,
        body_text,
        'public' as visibility,
        is_hidden,
        created_at,
        deleted_at
    from facebook_post_rows

),

facebook_comments as (

    select
        message_id,
        source,
        'facebook' as vendor,
        brand,
        region,
        author_record_id,
        parent_message_id,
        post_message_id as thread_id,
        page_id as page_account,
        body_text,
        case when is_private then 'private' else 'public' end as visibility,
        like_count,
        reply_count,
        is_hidden,
        -- only a webhook tells what was done to a comment
        case
            when edited_at is not null then true
            when verb is not null then false
        end as is_edited,
        created_at,
        edited_at,
        deleted_at
    from facebook_comment_rows

),

instagram_media as (

    select
        message_id,
        source,
        'instagram' as vendor,
        brand,
        region,
        author_record_id,
        message_id as thread_id,
        author_handle as page_account,
        body_text,
        'public' as visibility,
        like_count,
        reply_count,
        false as is_hidden,
        created_at,
        deleted_at
    from instagram_media_rows

),

instagram_comments as (

    select
        message_id,
        source,
        'instagram' as vendor,
        brand,
        region,
        author_record_id,
        parent_message_id,
        media_message_id as thread_id,
        body_text,
        'public' as visibility,
        like_count,
        is_hidden,
        created_at,
        deleted_at
    from instagram_comment_rows

),

mastodon_statuses as (

    select
        message_id,
        source,
        'mastodon' as vendor,
        brand,
        region,
        author_record_id,
        addressee_record_id,
        parent_message_id,
        thread_id,
        body_text,
        language,
        visibility,
        like_count,
        reply_count,
        false as is_hidden,
        is_repost,
        is_edited,
        created_at,
        edited_at,
        deleted_at
    from mastodon_status_rows

),

bluesky_posts as (

    select
        message_id,
        source,
        'bluesky' as vendor,
        brand,
        region,
        author_record_id,
        addressee_record_id,
        parent_message_id,
        thread_id,
        body_text,
        language,
        'public' as visibility,
        like_count,
        reply_count,
        is_hidden,
        created_at,
        deleted_at
    from bluesky_post_rows

),

unioned as (

    {{ union_by_name([
        'shaped',
        'x_posts',
        'facebook_posts',
        'facebook_comments',
        'instagram_media',
        'instagram_comments',
        'mastodon_statuses',
        'bluesky_posts',
    ]) }}

)

select * from unioned
