with

sendgrid_event_rows as (

    select * from {{ ref('stg_sendgrid__events') }}

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

)

select * from sendgrid_recipients
