with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

summed as (

    select
        -- keys
        customer_id || '|' || currency as customer_money_id,
        customer_id,

        -- attributes
        currency,

        {{ summed_deals() }}
    from opportunities
    where
        customer_id is not null
        and currency is not null
        and not is_deleted
    group by customer_id, currency

)

select * from summed
