with

issues as (

    select * from {{ ref('fct_issue') }}

),

raised as (

    select
        customer_id,
        state,
        seconds_to_accept,
        seconds_to_resolve,
        'all' as whole,
        ask,
        coalesce(brand, 'unknown') as brand,
        coalesce(product_area, 'unknown') as product_area,
        cast(date_trunc('month', found_at) as date) as month_start
    from issues
    where ask in ('bug', 'request') or department = 'engineering'

),

{{ pooled(
    'raised', ['whole'], ['month_start', 'brand', 'ask', 'product_area'], into='grouped',
    dates=['month_start']
) }},

keyed as (

    select
        *,
        concat_ws(
            '|', shown_brand, shown_ask, shown_product_area,
            coalesce(cast(shown_month_start as varchar), 'other')
        ) as issues_month_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'issues_month_id', [
        "sum(case when state = 'resolved' then 1 else 0 end)",
        'sum(seconds_to_accept)',
        'sum(seconds_to_resolve)',
    ], into='contributed'
) }},

summed as (

    select
        -- keys
        issues_month_id,

        -- attributes
        shown_month_start as month_start,
        shown_brand as brand,
        shown_ask as ask,
        shown_product_area as product_area,

        -- measures
        count(distinct customer_id) as customers,
        count(*) as issues,
        count(*) filter (where state = 'resolved') as resolved_issues,
        count(seconds_to_accept) as answered_issues,
        round(avg(seconds_to_accept) / 3600.0, 2) as average_hours_to_accept,
        round(avg(seconds_to_resolve) / 86400.0, 2) as average_days_to_resolve
    from keyed
    group by issues_month_id, shown_month_start, shown_brand, shown_ask, shown_product_area

),

shown as (

    select
        summed.*,
        lag(summed.issues) over (
            partition by
                summed.brand, summed.ask, summed.product_area, summed.month_start is null
            order by summed.month_start
        ) as issues_before,
        'all' as _block,
        contributed.members as _members,
        lag(summed.issues_month_id) over (
            partition by
                summed.brand, summed.ask, summed.product_area, summed.month_start is null
            order by summed.month_start
        ) as _row_before
    from summed
    inner join contributed
        on summed.issues_month_id = contributed.issues_month_id

)

select * from shown
