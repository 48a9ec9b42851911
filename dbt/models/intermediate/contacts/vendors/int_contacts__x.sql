with

x_user_rows as (

    select * from {{ ref('stg_x__users') }}

),

x_post_rows as (

    select * from {{ ref('stg_x__posts') }}

),

x_users as (

    select
        record_id,
        source,
        'x' as vendor,
        'user' as record_type,
        native_id,
        brand,
        region,
        default_country,
        full_name,
        bio,
        {{ list_of([
            identifier('handle', 'handle', network='x', is_verified='true'),
            identifier('url', 'url'),
            identifier('text', 'bio'),
        ]) }} as identifiers,
        followers_count,
        handle,
        is_own_account,
        followers_count as follower_count,
        verified_type in ('business', 'government') as is_organisation,
        created_at,
        deleted_at,
        created_at as first_seen_at,
        _as_of as last_seen_at
    from x_user_rows

),

-- authors whose profile was not handed over
x_authors as (

    select
        author_record_id as record_id,
        source,
        'x' as vendor,
        'user' as record_type,
        author_native_id as native_id,
        min(brand) as brand,
        min(region) as region,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at
    from x_post_rows
    where
        author_record_id is not null
        and author_record_id not in (select x_users.record_id from x_users)
    group by author_record_id, source, author_native_id

),

unioned as (

    {{ union_by_name(['x_users', 'x_authors']) }}

)

select * from unioned
