with

feedback as (

    select * from {{ ref('fct_feedback') }}

),

names as (

    select * from {{ source('config', 'routing_names') }}

),

spoken as (

    select
        feedback.customer_id,
        feedback.theme,
        names.title,
        names.about,
        names.area,
        feedback.sentiment,
        feedback.ask,
        feedback.is_complaint,
        'all' as whole,
        coalesce(feedback.brand, 'unknown') as brand,
        cast(date_trunc('month', feedback.created_at) as date) as month_start
    from feedback
    inner join names
        on feedback.theme = names.name and names.kind = 'theme'
    where names.about in ('look', 'use') and feedback.created_at is not null

),

{{ pooled(
    'spoken', ['whole'], ['month_start', 'brand', 'theme'], into='grouped', dates=['month_start']
) }},

keyed as (

    select
        *,
        concat_ws(
            '|', shown_brand, shown_theme, coalesce(cast(shown_month_start as varchar), 'other')
        ) as theme_month_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'theme_month_id', [
        'sum(case when is_complaint then 1 else 0 end)',
        "sum(case when ask = 'bug' then 1 else 0 end)",
        "sum(case when ask = 'request' then 1 else 0 end)",
        "sum(case when sentiment = 'negative' then 1 else 0 end)",
        'count(sentiment)',
    ], into='contributed'
) }},

summed as (

    select
        -- keys
        theme_month_id,

        -- attributes
        shown_month_start as month_start,
        shown_brand as brand,
        shown_theme as theme,
        case when shown_theme <> 'other' then max(title) end as title,
        case when shown_theme <> 'other' then max(about) end as about,
        case when shown_theme <> 'other' then max(area) end as product_area,

        -- measures
        count(distinct customer_id) as customers,
        count(*) as posts,
        count(*) filter (where is_complaint) as complaints,
        count(*) filter (where ask = 'bug') as bugs,
        count(*) filter (where ask = 'request') as requests,
        -- the mood of few would be theirs
        case
            when
                count(distinct case when sentiment is not null then customer_id end)
                >= {{ smallest_group() }}
                then round(
                    count(*) filter (where sentiment = 'negative')
                    / cast(count(sentiment) as double), 4
                )
        end as negative_share
    from keyed
    group by theme_month_id, shown_month_start, shown_brand, shown_theme

),

shown as (

    select
        summed.*,
        lag(summed.customers) over (
            partition by summed.brand, summed.theme, summed.month_start is null
            order by summed.month_start
        ) as customers_before,
        'all' as _block,
        contributed.members as _members,
        lag(summed.theme_month_id) over (
            partition by summed.brand, summed.theme, summed.month_start is null
            order by summed.month_start
        ) as _row_before
    from summed
    inner join contributed
        on summed.theme_month_id = contributed.theme_month_id

)

select * from shown
