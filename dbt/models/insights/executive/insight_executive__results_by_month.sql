with

conversions as (

    select * from {{ ref('fct_conversion') }}

),

attribution as (

    select * from {{ ref('fct_attribution') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

issues as (

    select * from {{ ref('fct_issue') }}

),

touched as (

    select distinct conversion_id
    from attribution
    where touch_id is not null

),

purchases as (

    select
        conversions.*,
        touched.conversion_id is not null as is_touched,
        min(conversions.converted_at) over (partition by conversions.customer_id)
        < conversions.converted_at as is_repeat
    from conversions
    left join touched
        on conversions.conversion_id = touched.conversion_id

),

-- a result per row of a fact: what of it is counted, out of what
results as (

    select
        'won_revenue' as metric,
        'minor units' as unit,
        brand,
        currency,
        converted_at as happened_at,
        customer_id,
        cast(amount_minor as double) as numerator,
        cast(null as double) as denominator
    from purchases
    where amount_minor is not null

    union all

    select
        'share_of_revenue_after_a_touch' as metric,
        'share' as unit,
        brand,
        currency,
        converted_at as happened_at,
        customer_id,
        case when is_touched then amount_minor else 0 end as numerator,
        amount_minor as denominator
    from purchases
    where amount_minor is not null

    union all

    select
        'share_of_purchases_by_returning_customers' as metric,
        'share' as unit,
        brand,
        'any' as currency,
        converted_at as happened_at,
        customer_id,
        case when is_repeat then 1 else 0 end as numerator,
        1 as denominator
    from purchases
    where customer_id is not null

    union all

    select
        'share_of_deals_won' as metric,
        'share' as unit,
        brand,
        'any' as currency,
        closed_at as happened_at,
        customer_id,
        case when outcome = 'won' then 1 else 0 end as numerator,
        1 as denominator
    from opportunities
    where outcome in ('won', 'lost') and not is_deleted

    union all

    select
        'share_of_messages_answered' as metric,
        'share' as unit,
        brand,
        'any' as currency,
        created_at as happened_at,
        customer_id,
        case when is_answered then 1 else 0 end as numerator,
        1 as denominator
    from messages
    where direction = 'in' and (is_answered or is_unanswered)

    union all

    select
        'hours_to_answer' as metric,
        'hours' as unit,
        brand,
        'any' as currency,
        created_at as happened_at,
        customer_id,
        seconds_to_answer / 3600.0 as numerator,
        1 as denominator
    from messages
    where direction = 'in' and is_answered and seconds_to_answer is not null

    union all

    select
        'days_to_close_a_case' as metric,
        'days' as unit,
        brand,
        'any' as currency,
        closed_at as happened_at,
        customer_id,
        seconds_to_close / 86400.0 as numerator,
        1 as denominator
    from cases
    where is_closed and not is_deleted and seconds_to_close is not null

    union all

    select
        'share_of_issues_routed' as metric,
        'share' as unit,
        brand,
        'any' as currency,
        found_at as happened_at,
        customer_id,
        case when department <> 'unrouted' then 1 else 0 end as numerator,
        1 as denominator
    from issues

    union all

    select
        'share_of_issues_resolved' as metric,
        'share' as unit,
        brand,
        'any' as currency,
        found_at as happened_at,
        customer_id,
        case when state = 'resolved' then 1 else 0 end as numerator,
        1 as denominator
    from issues

    union all

    select
        'days_to_resolve_an_issue' as metric,
        'days' as unit,
        brand,
        'any' as currency,
        found_at as happened_at,
        customer_id,
        seconds_to_resolve / 86400.0 as numerator,
        1 as denominator
    from issues
    where seconds_to_resolve is not null

),

dated as (

    select
        metric,
        unit,
        coalesce(brand, 'unknown') as brand,
        coalesce(currency, 'unknown') as currency,
        cast(date_trunc('month', happened_at) as date) as month_start,
        customer_id,
        numerator,
        denominator,
        case
            when metric = 'won_revenue' then numerator
            when metric = 'share_of_revenue_after_a_touch' then denominator
            else 0
        end as amount
    from results
    where happened_at is not null

),

{{ pooled(
    'dated', ['metric', 'unit', 'currency'], ['month_start', 'brand'], into='grouped',
    amount='amount', dates=['month_start']
) }},

keyed as (

    select
        *,
        concat_ws(
            '|', metric, currency, shown_brand,
            coalesce(cast(shown_month_start as varchar), 'other')
        ) as result_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'result_id', ['round(sum(numerator), 4)', 'sum(denominator)'], into='contributed',
    amount='amount'
) }},

summed as (

    select
        -- keys
        result_id,

        -- attributes
        shown_month_start as month_start,
        shown_brand as brand,
        metric,
        unit,
        currency,

        -- measures
        count(distinct customer_id) as customers,
        round(
            case
                when metric = 'won_revenue' then sum(numerator)
                else sum(numerator) / nullif(sum(denominator), 0)
            end, 4
        ) as value
    from keyed
    group by result_id, shown_month_start, shown_brand, metric, unit, currency

),

compared as (

    select
        summed.*,
        lag(summed.value) over (
            partition by
                summed.metric, summed.currency, summed.brand, summed.month_start is null
            order by summed.month_start
        ) as value_before,
        concat_ws('|', summed.metric, summed.currency) as _block,
        contributed.members as _members,
        -- whose value value_before is
        lag(summed.result_id) over (
            partition by
                summed.metric, summed.currency, summed.brand, summed.month_start is null
            order by summed.month_start
        ) as _row_before
    from summed
    inner join contributed
        on summed.result_id = contributed.result_id

)

select * from compared
