with

mailchimp_member_rows as (

    select * from {{ ref('stg_mailchimp__members') }}

),

mailchimp_activity_rows as (

    select * from {{ ref('stg_mailchimp__email_activities') }}

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
        case
            when status = 'subscribed' then 'mailable'
            when status = 'unsubscribed' or unsubscribed_at is not null then 'opted_out'
            else status
        end as email_status,
        cleaned_at as email_cleaned_at,
        time_zone,
        tags,
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

unioned as (

    {{ union_by_name(['mailchimp_members', 'mailchimp_recipients']) }}

)

select * from unioned
