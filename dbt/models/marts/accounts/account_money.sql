with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

summed as (

    select
        -- keys
        account_id || '|' || currency as account_money_id,
        account_id,

        -- attributes
        currency,

        {{ summed_deals() }}
    from opportunities
    where
        account_id is not null
        and currency is not null
        and not is_deleted
    group by account_id, currency

)

select * from summed
