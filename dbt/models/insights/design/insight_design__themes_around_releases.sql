with

feedback as (

    select * from {{ ref('fct_feedback') }}

),

names as (

    select * from {{ source('config', 'routing_names') }}

),

releases as (

    select * from {{ source('config', 'releases') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

rules as (

    select {{ setting('routing.release_window_days', 'bigint') }} as window_days
    from settings

),

-- as many days before a release as there are after it
windows as (

    select
        releases.*,
        least(
            rules.window_days, {{ days_between('releases.released_on', 'as_of.as_of') }} + 1
        ) as compared_days
    from releases
    cross join rules
    cross join as_of
    where releases.released_on <= cast(as_of.as_of as date)

),

spoken as (

    select
        feedback.customer_id,
        feedback.theme,
        names.title,
        names.about,
        feedback.sentiment,
        feedback.is_complaint,
        windows.release_name,
        windows.released_on,
        windows.compared_days,
        coalesce(feedback.brand, 'unknown') as brand,
        case
            when {{ days_between('windows.released_on', 'feedback.created_at') }} < 0
                then 'before'
            else 'after'
        end as period
    from feedback
    inner join names
        on feedback.theme = names.name and names.kind = 'theme'
    cross join windows
    where
        names.about in ('look', 'use')
        and coalesce(names.area = windows.area, true)
        and coalesce(feedback.product = windows.product, true)
        and coalesce(feedback.platform = windows.platform, true)
        and {{ days_between('windows.released_on', 'feedback.created_at') }}
        between -windows.compared_days and windows.compared_days - 1

),

{{ pooled('spoken', ['release_name', 'period'], ['brand', 'theme'], into='grouped') }},

keyed as (

    select
        *,
        concat_ws('|', shown_brand, release_name, period, shown_theme) as theme_release_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'theme_release_id', [
        'sum(case when is_complaint then 1 else 0 end)',
        "sum(case when sentiment = 'negative' then 1 else 0 end)",
        'count(sentiment)',
    ], into='contributed'
) }},

summed as (

    select
        -- keys
        theme_release_id,

        -- attributes
        shown_brand as brand,
        release_name,
        released_on,
        period,
        shown_theme as theme,
        case when shown_theme <> 'other' then max(title) end as title,
        case when shown_theme <> 'other' then max(about) end as about,

        -- measures
        cast(max(compared_days) as bigint) as compared_days,
        count(distinct customer_id) as customers,
        count(*) as posts,
        count(*) filter (where is_complaint) as complaints,
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
    group by theme_release_id, shown_brand, release_name, released_on, period, shown_theme

),

shown as (

    select
        summed.*,
        concat_ws('|', summed.release_name, summed.period) as _block,
        contributed.members as _members
    from summed
    inner join contributed
        on summed.theme_release_id = contributed.theme_release_id

)

select * from shown
