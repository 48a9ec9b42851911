with

conversions as (

    select * from {{ ref('fct_conversion') }}

),

predictions as (

    select * from {{ source('value', 'predictions') }}

),

fits as (

    select * from {{ source('value', 'fits') }}

),

consent_history as (

    select * from {{ ref('customer_consent_history') }}

),

-- scores are profiles
objectors as (

    select customer_id
    from consent_history
    where channel = 'profiling' and is_current and status = 'withdrawn'
    group by customer_id

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

bought as (

    select
        conversions.customer_id,
        conversions.currency,
        conversions.amount_minor,
        cast(conversions.converted_at as date) as bought_on,
        {{ days_between('conversions.converted_at', 'as_of.as_of') }} as days_ago
    from conversions
    cross join as_of
    where
        conversions.customer_id is not null
        and conversions.converted_at <= as_of.as_of
        and conversions.customer_id not in (select objectors.customer_id from objectors)

),

days as (

    select
        customer_id,
        count(distinct bought_on) as purchases,
        count(distinct case when days_ago < 365 then bought_on end) as purchases_365d,
        min(days_ago) as days_since_purchase,
        min(bought_on) as first_purchase_on,
        max(bought_on) as last_purchase_on
    from bought
    group by customer_id

),

amounts as (

    select
        customer_id,
        currency,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(case when days_ago < 365 then amount_minor else 0 end) as bigint)
            as amount_365d_minor
    from bought
    where currency is not null and amount_minor is not null
    group by customer_id, currency

),

valued as (

    select
        days.*,
        predictions.currency,
        amounts.amount_minor,
        amounts.amount_365d_minor,
        predictions.probability_alive,
        predictions.expected_purchases_52w,
        predictions.expected_average_minor
    from days
    inner join predictions
        on days.customer_id = predictions.customer_id
    left join amounts
        on
            days.customer_id = amounts.customer_id
            and predictions.currency = amounts.currency

),

-- quintiles by rank: equal values have equal scores, the best are 5
ranked as (

    select
        *,
        percent_rank() over (order by days_since_purchase desc) as recency_rank,
        percent_rank() over (order by purchases) as frequency_rank,
        percent_rank() over (partition by currency order by amount_minor) as monetary_rank
    from valued

),

scored as (

    select
        *,
        cast(least(5, 1 + floor(5 * recency_rank)) as bigint) as recency_score,
        cast(least(5, 1 + floor(5 * frequency_rank)) as bigint) as frequency_score,
        case
            when amount_minor is not null
                then cast(least(5, 1 + floor(5 * monetary_rank)) as bigint)
        end as monetary_score
    from ranked

),

reasons as (

    select max(not_fitted_because) as not_fitted_because
    from fits
    where model = 'bg_nbd'

),

segmented as (

    select
        -- keys
        scored.customer_id,

        -- attributes
        scored.currency,
        case
            when scored.recency_score >= 4 and scored.frequency_score >= 4 then 'champions'
            when scored.recency_score >= 3 and scored.frequency_score >= 3 then 'loyal'
            when scored.recency_score >= 4 and scored.purchases = 1 then 'new'
            when scored.recency_score >= 3 then 'promising'
            when scored.frequency_score >= 4 then 'cannot_lose'
            when scored.frequency_score >= 3 then 'at_risk'
            else 'hibernating'
        end as rfm_segment,
        reasons.not_fitted_because as unpredicted_reason,

        -- measures
        scored.purchases,
        scored.purchases_365d,
        scored.days_since_purchase,
        scored.amount_minor,
        scored.amount_365d_minor,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        scored.probability_alive,
        1 - scored.probability_alive as churn_risk,
        scored.expected_purchases_52w,
        scored.expected_average_minor,
        cast(round(scored.expected_purchases_52w * scored.expected_average_minor) as bigint)
            as expected_amount_52w_minor,

        -- times
        scored.first_purchase_on,
        scored.last_purchase_on
    from scored
    cross join reasons

)

select * from segmented
