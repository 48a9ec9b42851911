with

hubspot_contact_rows as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

hubspot_email_event_rows as (

    select * from {{ ref('stg_hubspot__email_events') }}

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
        owner,
        lead_status,
        lead_source,
        lifecycle_stage,
        marketing_status,
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
        case when has_unsubscribed_from_all then 'opted_out' else 'mailable' end as email_status,
        last_activity_at,
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

unioned as (

    {{ union_by_name(['hubspot_contacts', 'hubspot_recipients']) }}

)

select * from unioned
