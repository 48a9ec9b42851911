with

zendesk_user_rows as (

    select * from {{ ref('stg_zendesk__users') }}

),

zendesk_ticket_rows as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

zendesk_comment_rows as (

    select * from {{ ref('stg_zendesk__comments') }}

),

zendesk_users as (

    select
        record_id,
        source,
        'zendesk' as vendor,
        'user' as record_type,
        native_id,
        brand,
        region,
        default_country,
        full_name,
        language,
        account_id,
        {{ list_of([
            identifier('email', 'email'),
            identifier('phone', 'phone'),
            identifier('handle', 'x_handle', network='x'),
            identifier('extra', 'extra'),
        ]) }} as identifiers,
        email as first_email,
        phone as first_phone,
        was_agent as is_employee,
        created_at,
        updated_at,
        deleted_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from zendesk_user_rows

),

-- who asked or wrote, where no list of users tells of them
zendesk_mentions as (

    select
        requester_record_id as record_id,
        source,
        brand,
        region,
        default_country,
        requester_name as full_name,
        requester_email as email,
        created_at
    from zendesk_ticket_rows
    where requester_record_id is not null

    union all

    select
        author_record_id as record_id,
        source,
        brand,
        region,
        default_country,
        cast(null as varchar) as full_name,
        cast(null as varchar) as email,
        created_at
    from zendesk_comment_rows
    where author_record_id is not null

),

zendesk_requesters as (

    select
        record_id,
        source,
        'zendesk' as vendor,
        split_part(record_id, ':', 2) as record_type,
        split_part(record_id, ':', 3) as native_id,
        min(brand) as brand,
        min(region) as region,
        min(default_country) as default_country,
        max(full_name) as full_name,
        {{ list_of([identifier('email', 'min(email)')]) }} as identifiers,
        min(email) as first_email,
        min(created_at) as created_at,
        max(created_at) as updated_at,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at
    from zendesk_mentions
    where record_id not in (select zendesk_users.record_id from zendesk_users)
    group by record_id, source

),

unioned as (

    {{ union_by_name(['zendesk_users', 'zendesk_requesters']) }}

)

select * from unioned  -- noqa: AM04
