{{ config(meta={
    "description": "A retired id is nobody's any more, and what it leads to lives or was retired in turn.",
    "dagster": {"ref": {"name": "identity_redirects"}},
}) }}
with

redirects as (

    select * from {{ ref('identity_redirects') }}

),

living as (

    select customer_id from {{ ref('dim_customer') }}

),

lost as (

    select redirects.customer_id
    from redirects
    left join living
        on redirects.redirects_to = living.customer_id
    left join redirects as later
        on redirects.redirects_to = later.customer_id
    where
        redirects.redirects_to is not null
        and living.customer_id is null
        and later.customer_id is null

),

still_alive as (

    select redirects.customer_id
    from redirects
    inner join living
        on redirects.customer_id = living.customer_id

)

select * from lost

union all

select * from still_alive
