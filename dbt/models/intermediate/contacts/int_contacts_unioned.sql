with

salesforce_contact_rows as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

salesforce_lead_rows as (

    select * from {{ ref('stg_salesforce__leads') }}

),

salesforce_case_rows as (

    select * from {{ ref('stg_salesforce__cases') }}

),

hubspot_contact_rows as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

hubspot_email_event_rows as (

    select * from {{ ref('stg_hubspot__email_events') }}

),

mailchimp_member_rows as (

    select * from {{ ref('stg_mailchimp__members') }}

),

mailchimp_activity_rows as (

    select * from {{ ref('stg_mailchimp__email_activities') }}

),

sendgrid_event_rows as (

    select * from {{ ref('stg_sendgrid__events') }}

),

x_user_rows as (

    select * from {{ ref('stg_x__users') }}

),

x_post_rows as (

    select * from {{ ref('stg_x__posts') }}

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

mastodon_account_rows as (

    select * from {{ ref('stg_mastodon__accounts') }}

),

mastodon_status_rows as (

    select * from {{ ref('stg_mastodon__statuses') }}

),

bluesky_profile_rows as (

    select * from {{ ref('stg_bluesky__profiles') }}

),

bluesky_post_rows as (

    select * from {{ ref('stg_bluesky__posts') }}

),

zendesk_user_rows as (

    select * from {{ ref('stg_zendesk__users') }}

),

zendesk_ticket_rows as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

zendesk_comment_rows as (

    select * from {{ ref('stg_zendesk__comments') }}

),

shaped as (

    {{ empty_contact_shape() }}

),

salesforce_contacts as (

    select
        record_id,
        source,
        'salesforce' as vendor,
        'contact' as record_type,
        native_id,
        brand,
        region,
        default_country,
        given_name,
        family_name,
        full_name,
        birth_date,
        title,
        account_id,
        street,
        city,
        state,
        postal_code,
        country,
        {{ list_of([
            identifier('email', 'email'),
            identifier('phone', 'phone'),
            identifier('phone', 'mobile_phone'),
            identifier('phone', 'home_phone'),
            identifier('phone', 'other_phone'),
            identifier('handle', 'x_handle', network='x'),
            identifier('url', 'website'),
            identifier('extra', 'extra'),
        ]) }} as identifiers,
        email as first_email,
        coalesce(phone, mobile_phone) as first_phone,
        merged_into,
        created_at,
        updated_at,
        deleted_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from salesforce_contact_rows

),

salesforce_leads as (

    select
        record_id,
        source,
        'salesforce' as vendor,
        'lead' as record_type,
        native_id,
        brand,
        region,
        default_country,
        given_name,
        family_name,
        full_name,
        organisation,
        title,
        street,
        city,
        state,
        postal_code,
        country,
        {{ list_of([
            identifier('email', 'email'),
            identifier('phone', 'phone'),
            identifier('phone', 'mobile_phone'),
            identifier('handle', 'x_handle', network='x'),
            identifier('url', 'website'),
            identifier('extra', 'extra'),
        ]) }} as identifiers,
        email as first_email,
        coalesce(phone, mobile_phone) as first_phone,
        merged_into,
        created_at,
        updated_at,
        deleted_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from salesforce_lead_rows

),

salesforce_requesters as (

    select
        requester_record_id as record_id,
        source,
        'salesforce' as vendor,
        'case_requester' as record_type,
        split_part(requester_record_id, ':', 3) as native_id,
        brand,
        region,
        default_country,
        supplied_name as full_name,
        {{ list_of([
            identifier('email', 'supplied_email'),
            identifier('phone', 'supplied_phone'),
        ]) }} as identifiers,
        supplied_email as first_email,
        created_at,
        coalesce(updated_at, created_at) as updated_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from salesforce_case_rows
    where requester_record_id is not null
    qualify
        row_number() over (
            partition by requester_record_id
            order by (supplied_name is null) asc, created_at desc nulls last, case_id asc
        ) = 1

),

hubspot_contacts as (

    select
        record_id,
        source,
        'hubspot' as vendor,
        'contact' as record_type,
        native_id,
        brand,
        region,
        default_country,
        given_name,
        family_name,
        full_name,
        birth_date,
        organisation,
        title,
        language,
        source || ':company:' || nullif(trim(split_part(company_ids, ';', 1)), '') as account_id,
        street,
        city,
        state,
        postal_code,
        country,
        {{ list_of([
            identifier('email', 'email'),
            identifier('email', 'additional_emails'),
            identifier('phone', 'phone'),
            identifier('phone', 'mobile_phone'),
            identifier('handle', 'twitter_username', network='x'),
            identifier('url', 'linkedin_url'),
            identifier('url', 'website'),
            identifier('extra', 'extra'),
        ]) }} as identifiers,
        email as first_email,
        coalesce(phone, mobile_phone) as first_phone,
        created_at,
        updated_at,
        deleted_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from hubspot_contact_rows

),

hubspot_recipients as (

    select
        record_id,
        source,
        'hubspot' as vendor,
        'recipient' as record_type,
        split_part(record_id, ':', 3) as native_id,
        min(brand) as brand,
        min(region) as region,
        min(default_country) as default_country,
        {{ list_of([identifier('email', 'min(email)')]) }} as identifiers,
        min(email) as first_email,
        min(occurred_at) as created_at,
        max(occurred_at) as updated_at,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from hubspot_email_event_rows
    where record_id is not null
    group by record_id, source

),

mailchimp_members as (

    select
        record_id,
        source,
        'mailchimp' as vendor,
        'member' as record_type,
        native_id,
        brand,
        region,
        default_country,
        given_name,
        family_name,
        full_name,
        {{ address_part('address', 'street') }} as street,
        {{ address_part('address', 'city') }} as city,
        {{ address_part('address', 'state') }} as state,
        {{ address_part('address', 'postal_code') }} as postal_code,
        {{ address_part('address', 'country') }} as country,
        {{ list_of([
            identifier('email', 'email', is_verified='confirmed_at is not null'),
            identifier('phone', 'phone'),
            identifier('extra', 'extra'),
        ]) }} as identifiers,
        email as first_email,
        created_at,
        updated_at,
        deleted_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from mailchimp_member_rows
    where record_id is not null

),

-- members an export no longer holds, known by what they opened
mailchimp_recipients as (

    select
        record_id,
        source,
        'mailchimp' as vendor,
        'member' as record_type,
        split_part(record_id, ':', 3) as native_id,
        min(brand) as brand,
        min(region) as region,
        min(default_country) as default_country,
        {{ list_of([identifier('email', 'min(email)')]) }} as identifiers,
        min(email) as first_email,
        min(occurred_at) as created_at,
        max(occurred_at) as updated_at,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from mailchimp_activity_rows
    where
        record_id is not null
        and record_id not in (select mailchimp_members.record_id from mailchimp_members)
    group by record_id, source

),

sendgrid_recipients as (

    select
        record_id,
        source,
        'sendgrid' as vendor,
        'recipient' as record_type,
        split_part(record_id, ':', 3) as native_id,
        min(brand) as brand,
        min(region) as region,
        min(default_country) as default_country,
        {{ list_of([identifier('email', 'min(email)')]) }} as identifiers,
        min(email) as first_email,
        min(occurred_at) as created_at,
        max(occurred_at) as updated_at,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from sendgrid_event_rows
    where record_id is not null
    group by record_id, source

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
        handle,
        is_own_account,
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
        handle,
        is_own_account,
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
        handle,
        is_own_account,
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

    {{ union_by_name([
        'shaped',
        'salesforce_contacts',
        'salesforce_leads',
        'salesforce_requesters',
        'hubspot_contacts',
        'hubspot_recipients',
        'mailchimp_members',
        'mailchimp_recipients',
        'sendgrid_recipients',
        'x_users',
        'x_authors',
        'facebook_users',
        'instagram_users',
        'mastodon_accounts',
        'mastodon_authors',
        'bluesky_profiles',
        'bluesky_authors',
        'zendesk_users',
        'zendesk_requesters',
    ]) }}

)

select * from unioned
