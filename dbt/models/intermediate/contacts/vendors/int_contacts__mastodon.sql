with

mastodon_account_rows as (

    select * from {{ ref('stg_mastodon__accounts') }}

),

mastodon_status_rows as (

    select * from {{ ref('stg_mastodon__statuses') }}

),

mastodon_accounts as (

    select
        record_id,
        source,
        'mastodon' as vendor,
        'account' as record_type,
        native_id,
        brand,
        region,
        default_country,
        full_name,
        {{ html_to_text('bio') }} as bio,
        moved_to_record_id as merged_into,
        {{ list_of([
            identifier('handle', 'handle', network='mastodon', is_verified='true'),
            identifier('text', 'bio'),
            identifier('fields', 'fields'),
        ]) }} as identifiers,
        followers_count,
        handle,
        is_own_account,
        followers_count as follower_count,
        is_bot,
        is_bot as is_organisation,
        created_at,
        deleted_at,
        created_at as first_seen_at,
        _as_of as last_seen_at
    from mastodon_account_rows

),

mastodon_authors as (

    select
        author_record_id as record_id,
        source,
        'mastodon' as vendor,
        'account' as record_type,
        author_native_id as native_id,
        min(brand) as brand,
        min(region) as region,
        {{ list_of([
            identifier('handle', 'max(author_handle)', network='mastodon', is_verified='true'),
        ]) }} as identifiers,
        max(author_handle) as handle,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at
    from mastodon_status_rows
    where
        author_record_id is not null
        and author_record_id not in (select mastodon_accounts.record_id from mastodon_accounts)
    group by author_record_id, source, author_native_id

),

unioned as (

    {{ union_by_name(['mastodon_accounts', 'mastodon_authors']) }}

)

select * from unioned
