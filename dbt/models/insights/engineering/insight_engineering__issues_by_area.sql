with

issues as (

    select * from {{ ref('fct_issue') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

-- an amount without a rate makes every total it belongs to unknown
deals as (

    select
        customer_id,
        max(reporting_currency) as reporting_currency,
        sum(case when outcome = 'won' then converted_amount_minor end) as won_amount,
        sum(case when outcome = 'open' then converted_amount_minor end) as open_amount,
        bool_or(amount_minor is not null and converted_amount_minor is null) as is_without_rate
    from opportunities
    where customer_id is not null and not is_deleted and outcome in ('won', 'open')
    group by customer_id

),

asked as (

    select
        issues.customer_id,
        issues.issue_group_id,
        issues.ask,
        issues.is_complaint,
        issues.state,
        issues.department,
        issues.seconds_to_accept,
        issues.seconds_to_resolve,
        issues.found_at,
        deals.reporting_currency,
        deals.won_amount,
        deals.open_amount,
        coalesce(deals.is_without_rate, false) as is_without_rate,
        coalesce(issues.brand, 'unknown') as brand,
        concat_ws('|', coalesce(issues.product_area, 'unknown'), coalesce(issues.theme, 'none'))
            as topic,
        concat_ws(
            '|', coalesce(issues.platform, 'unknown'), coalesce(issues.app_version, 'unknown')
        ) as build
    from issues
    left join deals
        on issues.customer_id = deals.customer_id
    where issues.ask in ('bug', 'request') or issues.department = 'engineering'

),

{{ pooled('asked', ['ask'], ['brand', 'topic', 'build'], into='grouped') }},

keyed as (

    select
        *,
        concat_ws('|', shown_brand, ask, shown_topic, shown_build) as issues_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'issues_id', [
        'count(distinct issue_group_id)',
        'sum(case when is_complaint then 1 else 0 end)',
        "sum(case when state = 'resolved' then 1 else 0 end)",
        "sum(case when department = 'unrouted' then 1 else 0 end)",
        'sum(seconds_to_accept)',
        'sum(seconds_to_resolve)',
        'max(won_amount)',
        'max(open_amount)',
    ], into='contributed'
) }},

-- somebody's deals count once, however often they ask
won_parts as (

    select
        issues_id,
        customer_id,
        max(won_amount) as part
    from keyed
    where won_amount is not null
    group by issues_id, customer_id

),

open_parts as (

    select
        issues_id,
        customer_id,
        max(open_amount) as part
    from keyed
    where open_amount is not null
    group by issues_id, customer_id

),

{{ safe_amounts('won_parts', 'issues_id', into='won') }},

{{ safe_amounts('open_parts', 'issues_id', into='pending') }},

counted as (

    select
        issues_id,
        shown_brand as brand,
        ask,
        shown_topic,
        shown_build,
        max(reporting_currency) as reporting_currency,
        bool_or(is_without_rate) as is_without_rate,
        count(distinct customer_id) as customers,
        count(*) as issues,
        count(distinct issue_group_id) as distinct_issues,
        count(*) filter (where is_complaint) as complaints,
        count(*) filter (where state <> 'resolved') as open_issues,
        count(*) filter (where department = 'unrouted') as unrouted_issues,
        round(avg(seconds_to_accept) / 3600.0, 2) as average_hours_to_accept,
        round(avg(seconds_to_resolve) / 86400.0, 2) as average_days_to_resolve,
        cast(date_trunc('month', max(found_at)) as date) as last_month
    from keyed
    group by issues_id, shown_brand, ask, shown_topic, shown_build

),

shown as (

    select
        -- keys
        counted.issues_id,

        -- attributes
        counted.brand,
        counted.ask,
        split_part(counted.shown_topic, '|', 1) as product_area,
        case
            when counted.shown_topic = 'other' then 'other'
            else split_part(counted.shown_topic, '|', 2)
        end as theme,
        split_part(counted.shown_build, '|', 1) as platform,
        case
            when counted.shown_build = 'other' then 'other'
            else split_part(counted.shown_build, '|', 2)
        end as app_version,
        counted.reporting_currency,

        -- measures
        counted.customers,
        counted.issues,
        counted.distinct_issues,
        counted.complaints,
        counted.open_issues,
        counted.unrouted_issues,
        counted.average_hours_to_accept,
        counted.average_days_to_resolve,
        cast(case when not counted.is_without_rate then won.amount end as bigint)
            as won_amount_minor_converted,
        cast(case when not counted.is_without_rate then pending.amount end as bigint)
            as open_amount_minor_converted,

        -- times
        counted.last_month,
        counted.ask as _block,
        contributed.members as _members
    from counted
    inner join contributed
        on counted.issues_id = contributed.issues_id
    left join won
        on counted.issues_id = won.issues_id
    left join pending
        on counted.issues_id = pending.issues_id

)

select * from shown
