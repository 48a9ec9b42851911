with

customers as (

    select * from {{ ref('dim_customer') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

customer_money as (

    select * from {{ ref('customer_money') }}

),

others_of_opportunities as (

    select * from {{ ref('bridge_opportunity_customer') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- an amount without a rate makes every total it belongs to unknown
valued as (

    select
        *,
        case
            when amount_minor is not null and converted_amount_minor is null then 1
            else 0
        end as is_without_rate,
        case when outcome = 'open' then converted_amount_minor end as open_amount
    from opportunities
    where customer_id is not null and not is_deleted

),

dealt as (

    select
        valued.customer_id,
        count(*) as opportunities,
        count(*) filter (where valued.outcome = 'open') as open_opportunities,
        count(*) filter (where valued.is_overdue) as overdue_opportunities,
        count(*) filter (where valued.outcome = 'won') as won_opportunities,
        count(*) filter (
            where valued.outcome = 'won'
            and valued.closed_at > as_of.as_of - interval '365' day
        ) as won_opportunities_365d,
        count(*) filter (where valued.outcome = 'lost') as lost_opportunities,
        count(*) filter (where valued.outcome = 'unknown') as unknown_opportunities,
        max(valued.reporting_currency) as reporting_currency,
        case
            when sum(valued.is_without_rate) filter (where valued.outcome = 'won') > 0 then null
            else cast(
                sum(valued.converted_amount_minor) filter (where valued.outcome = 'won') as bigint
            )
        end as won_converted,
        case
            when sum(valued.is_without_rate) filter (where valued.outcome = 'won') > 0 then null
            else cast(
                sum(valued.converted_amount_minor) filter (
                    where valued.outcome = 'won'
                    and valued.closed_at > as_of.as_of - interval '365' day
                ) as bigint
            )
        end as won_converted_365d,
        case
            when sum(valued.is_without_rate) filter (where valued.outcome = 'open') > 0 then null
            else cast(
                sum(valued.converted_amount_minor) filter (where valued.outcome = 'open') as bigint
            )
        end as open_converted,
        case
            when sum(valued.is_without_rate) filter (where valued.outcome = 'open') > 0 then null
            else cast(
                round(
                    sum(valued.open_amount * valued.probability), 0
                ) as bigint
            )
        end as weighted_open_converted,
        min(valued.exchange_rate_day) filter (
            where valued.currency <> valued.reporting_currency
            and valued.outcome in ('won', 'open')
        ) as oldest_exchange_rate_day,
        min(valued.created_at) as first_opportunity_at,
        max(valued.created_at) as last_opportunity_at,
        min(valued.closed_at) filter (where valued.outcome = 'won') as first_won_at,
        max(valued.closed_at) filter (where valued.outcome = 'won') as last_won_at
    from valued
    cross join as_of
    group by valued.customer_id

),

priced as (

    select
        customer_id,
        currency as main_currency,
        open_opportunities as open_opportunities_in_main_currency,
        won_opportunities as won_opportunities_in_main_currency,
        open_amount_minor,
        won_amount_minor,
        count(*) over (partition by customer_id) as currencies
    from customer_money
    qualify
        row_number() over (
            partition by customer_id
            order by won_opportunities desc, opportunities desc, currency asc
        ) = 1

),

involved as (

    select
        customer_id,
        count(*) as other_opportunities
    from others_of_opportunities
    group by customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(dealt.opportunities, 0) as opportunities,
        coalesce(dealt.open_opportunities, 0) as open_opportunities,
        coalesce(dealt.overdue_opportunities, 0) as overdue_opportunities,
        coalesce(dealt.won_opportunities, 0) as won_opportunities,
        coalesce(dealt.won_opportunities_365d, 0) as won_opportunities_365d,
        coalesce(dealt.lost_opportunities, 0) as lost_opportunities,
        coalesce(dealt.unknown_opportunities, 0) as unknown_opportunities,
        coalesce(involved.other_opportunities, 0) as other_opportunities,
        coalesce(priced.currencies, 0) as currencies,
        priced.main_currency,
        priced.open_opportunities_in_main_currency,
        priced.won_opportunities_in_main_currency,
        priced.open_amount_minor as open_amount_minor_in_main_currency,
        priced.won_amount_minor as won_amount_minor_in_main_currency,
        dealt.reporting_currency,
        dealt.won_converted as won_amount_minor_converted,
        dealt.won_converted_365d as won_amount_minor_converted_365d,
        case
            when dealt.won_opportunities > 0
                then cast(round(dealt.won_converted / dealt.won_opportunities, 0) as bigint)
        end as average_won_amount_minor_converted,
        dealt.open_converted as open_amount_minor_converted,
        dealt.weighted_open_converted as weighted_open_amount_minor_converted,
        dealt.oldest_exchange_rate_day,
        case
            when dealt.won_opportunities > 1
                then cast(
                    round(
                        {{ seconds_between('dealt.first_won_at', 'dealt.last_won_at') }}
                        / 86400.0 / (dealt.won_opportunities - 1), 0
                    ) as bigint
                )
        end as average_days_between_won,
        dealt.first_opportunity_at,
        dealt.last_opportunity_at,
        dealt.first_won_at,
        dealt.last_won_at
    from customers
    left join dealt
        on customers.customer_id = dealt.customer_id
    left join priced
        on customers.customer_id = priced.customer_id
    left join involved
        on customers.customer_id = involved.customer_id

)

select * from described
