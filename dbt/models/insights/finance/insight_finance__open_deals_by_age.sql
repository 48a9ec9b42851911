with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

open_deals as (

    select
        opportunities.opportunity_id,
        opportunities.customer_id,
        opportunities.amount_minor,
        coalesce(opportunities.brand, 'unknown') as brand,
        coalesce(opportunities.currency, 'unknown') as currency,
        {{ days_between('opportunities.created_at', 'as_of.as_of') }} as days_open,
        {{ days_between('opportunities.close_date', 'as_of.as_of') }} as days_overdue
    from opportunities
    cross join as_of
    where opportunities.outcome = 'open' and not opportunities.is_deleted

),

aged as (

    select
        *,
        case
            when days_overdue is null then 'no close date'
            when days_overdue > 90 then 'overdue more than 90 days'
            when days_overdue > 30 then 'overdue 31 to 90 days'
            when days_overdue > 0 then 'overdue 1 to 30 days'
            when days_overdue > -30 then 'due within 30 days'
            when days_overdue > -90 then 'due in 30 to 90 days'
            else 'due in more than 90 days'
        end as age
    from open_deals

),

{{ small_groups_as_other('aged', ['brand', 'currency'], 'age', into='grouped') }},

summed as (

    select
        -- keys
        concat_ws('|', brand, currency, shown_age) as deals_id,

        -- attributes
        brand,
        currency,
        shown_age as age,

        -- measures
        count(distinct customer_id) as customers,
        count(*) as deals,
        cast(sum(amount_minor) as bigint) as amount_minor,
        round(avg(days_open), 1) as average_days_open,
        round(avg(case when days_overdue > 0 then days_overdue end), 1) as average_days_overdue
    from grouped
    group by brand, currency, shown_age
    having count(distinct customer_id) >= {{ var('min_group_size') }}

)

select * from summed
