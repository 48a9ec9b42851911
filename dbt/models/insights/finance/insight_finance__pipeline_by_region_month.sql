with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

priced as (

    select
        *,
        cast(date_trunc('month', close_date) as date) as close_month
    from opportunities
    where
        not is_deleted
        and amount_minor is not null
        and currency is not null
        and close_date is not null

),

summed as (

    select
        -- keys
        concat_ws('|', brand, region, currency, outcome, cast(close_month as varchar))
            as pipeline_id,

        -- attributes
        close_month,
        brand,
        region,
        currency,
        outcome,

        -- measures
        count(*) as opportunities,
        count(distinct customer_id) as customers,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(round(avg(amount_minor)) as bigint) as average_amount_minor
    from priced
    group by close_month, brand, region, currency, outcome
    having count(distinct customer_id) >= {{ var('min_group_size') }}

)

select * from summed
