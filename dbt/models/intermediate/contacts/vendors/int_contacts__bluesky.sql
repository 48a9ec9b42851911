with

bluesky_profile_rows as (

    select * from {{ ref('stg_bluesky__profiles') }}

),

bluesky_post_rows as (

    select * from {{ ref('stg_bluesky__posts') }}

),

bluesky_profiles as (

    select
        record_id,
        source,
        'bluesky' as vendor,
        'profile' as record_type,
        native_id,
        brand,
        region,
        default_country,
        full_name,
        bio,
        {{ list_of([
            identifier('handle', 'handle', network='bluesky', is_verified='true'),
            identifier(
                'url',
                "case when handle not like '%.bsky.social' then handle end",
                is_verified='true'
            ),
            identifier('url', 'website'),
            identifier('text', 'bio'),
        ]) }} as identifiers,
        followers_count,
        handle,
        is_own_account,
        followers_count as follower_count,
        created_at,
        deleted_at,
        created_at as first_seen_at,
        _as_of as last_seen_at
    from bluesky_profile_rows

),

bluesky_authors as (

    select
        author_record_id as record_id,
        source,
        'bluesky' as vendor,
        'profile' as record_type,
        author_native_id as native_id,
        min(brand) as brand,
        min(region) as region,
        {{ list_of([
            identifier('handle', 'max(author_handle)', network='bluesky', is_verified='true'),
        ]) }} as identifiers,
        max(author_handle) as handle,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at
    from bluesky_post_rows
    where
        author_record_id is not null
        and author_record_id not in (select bluesky_profiles.record_id from bluesky_profiles)
    group by author_record_id, source, author_native_id

),

unioned as (

    {{ union_by_name(['bluesky_profiles', 'bluesky_authors']) }}

)

select * from unioned
