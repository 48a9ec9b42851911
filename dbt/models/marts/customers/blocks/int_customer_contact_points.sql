with

customers as (

    select * from {{ ref('dim_customer') }}

),

contact_points as (

    select * from {{ ref('customer_contact_points') }}

),

identifiers as (

    select * from {{ ref('customer_identifiers') }}

),

handled as (

    select
        customer_id,
        min(identifier) filter (where network = 'x') as x_handle,
        min(identifier) filter (where network = 'facebook') as facebook_handle,
        min(identifier) filter (where network = 'instagram') as instagram_handle,
        min(identifier) filter (where network = 'mastodon') as mastodon_handle,
        min(identifier) filter (where network = 'bluesky') as bluesky_handle
    from identifiers
    where kind = 'handle'
    group by customer_id

),

reached as (

    select
        customer_id,
        count(*) filter (where kind = 'email' and state not in ('malformed', 'placeholder'))
            as email_count,
        count(*) filter (where kind = 'phone' and state not in ('malformed', 'placeholder'))
            as phone_count,
        max(state) filter (where kind = 'email' and is_primary) as email_state,
        max(state) filter (where kind = 'phone' and is_primary) as phone_state,
        max(contact_point) filter (where kind = 'email' and contact_rank = 1 and is_contactable)
            as contactable_email,
        max(contact_point) filter (where kind = 'phone' and contact_rank = 1 and is_contactable)
            as contactable_phone,
        max(not_contactable_reason) filter (where kind = 'email' and contact_rank = 1)
            as email_reason,
        max(not_contactable_reason) filter (where kind = 'phone' and contact_rank = 1)
            as phone_reason
    from contact_points
    group by customer_id

),

described as (

    select
        customers.customer_id,
        reached.email_state,
        reached.phone_state,
        coalesce(reached.email_count, 0) as email_count,
        coalesce(reached.phone_count, 0) as phone_count,
        reached.contactable_email,
        case
            when reached.contactable_email is null
                then coalesce(reached.email_reason, 'no_address')
        end as not_contactable_by_email_reason,
        reached.contactable_phone,
        case
            when reached.contactable_phone is null
                then coalesce(reached.phone_reason, 'no_number')
        end as not_contactable_by_phone_reason,
        customers.street is not null
        and (customers.city is not null or customers.postal_code is not null)
            as is_contactable_by_post,
        handled.x_handle,
        handled.facebook_handle,
        handled.instagram_handle,
        handled.mastodon_handle,
        handled.bluesky_handle
    from customers
    left join reached
        on customers.customer_id = reached.customer_id
    left join handled
        on customers.customer_id = handled.customer_id

)

select * from described
