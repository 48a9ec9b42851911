with

facebook_post_rows as (

    select * from {{ ref('stg_facebook__posts') }}

),

facebook_comment_rows as (

    select * from {{ ref('stg_facebook__comments') }}

),

facebook_authors as (

    select
        author_record_id,
        author_native_id,
        author_name,
        source,
        brand,
        region,
        default_country,
        author_native_id = page_id as is_own_account,
        message_id,
        created_at
    from facebook_post_rows
    where author_record_id is not null

    union all

    select
        author_record_id,
        author_native_id,
        author_name,
        source,
        brand,
        region,
        default_country,
        author_native_id = page_id as is_own_account,
        message_id,
        created_at
    from facebook_comment_rows
    where author_record_id is not null

),

facebook_users as (

    select
        author_record_id as record_id,
        source,
        'facebook' as vendor,
        'user' as record_type,
        author_native_id as native_id,
        brand,
        region,
        default_country,
        author_name as full_name,
        bool_or(is_own_account) over (partition by author_record_id) as is_own_account,
        min(created_at) over (partition by author_record_id) as first_seen_at,
        max(created_at) over (partition by author_record_id) as last_seen_at
    from facebook_authors
    qualify
        row_number() over (
            partition by author_record_id
            order by (author_name is null) asc, created_at desc nulls last, message_id asc
        ) = 1

)

select * from facebook_users
