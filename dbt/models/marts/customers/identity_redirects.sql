with recursive

redirects as (

    select * from {{ source('identity', 'redirects') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

living as (

    select customer_id
    from customer_records
    where customer_id is not null
    group by customer_id

),

followed as (

    -- `union` without `all` ends a chain that runs in a circle
    select
        customer_id,
        redirects_to as reached
    from redirects

    union

    select
        followed.customer_id,
        redirects.redirects_to as reached
    from followed
    inner join redirects
        on followed.reached = redirects.customer_id

),

ends as (

    select
        followed.customer_id,
        min(followed.reached) as resolves_to
    from followed
    inner join living
        on followed.reached = living.customer_id
    group by followed.customer_id

),

resolved as (

    select
        -- keys
        redirects.customer_id,
        redirects.redirects_to,
        ends.resolves_to,

        -- times
        redirects.redirected_at
    from redirects
    left join ends
        on redirects.customer_id = ends.customer_id

)

select * from resolved
