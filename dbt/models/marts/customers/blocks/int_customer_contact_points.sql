with

customers as (

    select * from {{ ref('dim_customer') }}

),

identifiers as (

    select * from {{ ref('customer_identifiers') }}

),

identified as (

    select
        customer_id,
        count(*) filter (where kind = 'email') as email_count,
        count(*) filter (where kind = 'phone') as phone_count,
        min(identifier) filter (where network = 'x') as x_handle,
        min(identifier) filter (where network = 'facebook') as facebook_handle,
        min(identifier) filter (where network = 'instagram') as instagram_handle,
        min(identifier) filter (where network = 'mastodon') as mastodon_handle,
        min(identifier) filter (where network = 'bluesky') as bluesky_handle
    from identifiers
    group by customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(identified.email_count, 0) as email_count,
        coalesce(identified.phone_count, 0) as phone_count,
        identified.x_handle,
        identified.facebook_handle,
        identified.instagram_handle,
        identified.mastodon_handle,
        identified.bluesky_handle
    from customers
    left join identified
        on customers.customer_id = identified.customer_id

)

select * from described
