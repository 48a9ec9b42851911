with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

issues as (

    select * from {{ ref('fct_issue') }}

),

-- who complains or reports something broken, and is not yet helped
unhappy as (

    select customer_id
    from issues
    where customer_id is not null and state <> 'resolved' and (is_complaint or ask = 'bug')
    group by customer_id

),

open_deals as (

    select
        opportunities.opportunity_id,
        opportunities.customer_id,
        opportunities.amount_minor,
        opportunities.probability,
        opportunities.created_at,
        opportunities.close_date,
        case when unhappy.customer_id is not null then 1 else 0 end as is_at_risk,
        coalesce(opportunities.brand, 'unknown') as brand,
        coalesce(opportunities.currency, 'unknown') as currency,
        {{ days_between('opportunities.created_at', 'as_of.as_of') }} as days_open,
        {{ days_between('opportunities.close_date', 'as_of.as_of') }} as days_overdue
    from opportunities
    cross join as_of
    left join unhappy
        on opportunities.customer_id = unhappy.customer_id
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

{{ pooled('aged', ['currency'], ['brand', 'age'], into='grouped', amount='amount_minor') }},

keyed as (

    select
        *,
        concat_ws('|', shown_brand, currency, shown_age) as deals_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'deals_id', [
        'min(created_at)', 'max(created_at)', 'min(close_date)', 'max(close_date)',
        'max(is_at_risk)', 'sum(amount_minor * probability)',
    ], into='contributed', amount='amount_minor'
) }},

-- an amount of too few unhappy customers would be theirs
risk_parts as (

    select
        deals_id,
        customer_id,
        sum(amount_minor) as part
    from keyed
    where is_at_risk = 1 and amount_minor is not null
    group by deals_id, customer_id

),

{{ safe_amounts('risk_parts', 'deals_id', into='at_risk') }},

summed as (

    select
        -- keys
        deals_id,

        -- attributes
        shown_brand as brand,
        currency,
        shown_age as age,

        -- measures
        count(distinct customer_id) as customers,
        count(*) as deals,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(
            case
                when count(probability) = count(*)
                    then round(sum(amount_minor * probability))
            end as bigint
        ) as weighted_amount_minor,
        round(avg(days_open), 1) as average_days_open,
        round(avg(case when days_overdue > 0 then days_overdue end), 1) as average_days_overdue
    from keyed
    group by deals_id, shown_brand, currency, shown_age

),

shown as (

    select
        summed.*,
        cast(at_risk.amount as bigint) as amount_at_risk_minor,
        summed.currency as _block,
        contributed.members as _members
    from summed
    inner join contributed
        on summed.deals_id = contributed.deals_id
    left join at_risk
        on summed.deals_id = at_risk.deals_id

)

select * from shown
