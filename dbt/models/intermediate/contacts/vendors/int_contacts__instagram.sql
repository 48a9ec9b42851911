with

instagram_media_rows as (

    select * from {{ ref('stg_instagram__media') }}

),

instagram_comment_rows as (

    select * from {{ ref('stg_instagram__comments') }}

),

instagram_authors as (

    select
        author_record_id,
        author_native_id,
        author_handle,
        source,
        brand,
        region,
        default_country,
        true as is_own_account,
        message_id,
        created_at
    from instagram_media_rows
    where author_record_id is not null

    union all

    select
        author_record_id,
        author_native_id,
        author_handle,
        source,
        brand,
        region,
        default_country,
        false as is_own_account,
        message_id,
        created_at
    from instagram_comment_rows
    where author_record_id is not null

),

instagram_users as (

    select
        author_record_id as record_id,
        source,
        'instagram' as vendor,
        'user' as record_type,
        coalesce(author_native_id, author_handle) as native_id,
        brand,
        region,
        default_country,
        {{ list_of([
            identifier('handle', 'author_handle', network='instagram', is_verified='true'),
        ]) }} as identifiers,
        author_handle as handle,
        bool_or(is_own_account) over (partition by author_record_id) as is_own_account,
        min(created_at) over (partition by author_record_id) as first_seen_at,
        max(created_at) over (partition by author_record_id) as last_seen_at
    from instagram_authors
    qualify
        row_number() over (
            partition by author_record_id
            order by (author_handle is null) asc, created_at desc nulls last, message_id asc
        ) = 1

)

select * from instagram_users
