with

feedback as (

    select * from {{ ref('fct_feedback') }}

),

issues as (

    select * from {{ ref('fct_issue') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

names as (

    select * from {{ source('config', 'routing_names') }}

),

releases as (

    select * from {{ source('config', 'releases') }}

),

decisions as (

    select * from {{ source('config', 'decisions') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

rules as (

    select {{ setting('routing.release_window_days', 'bigint') }} as window_days
    from settings

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- what somebody says in an issue of theirs is of what the issue is about
placed as (

    select
        feedback.feedback_id,
        feedback.customer_id,
        feedback.sentiment,
        feedback.created_at,
        coalesce(feedback.brand, 'unknown') as of_brand,
        case when issues.issue_id is null then feedback.product_area else issues.product_area end
            as product_area,
        case when issues.issue_id is null then feedback.theme else issues.theme end as theme,
        case when issues.issue_id is null then feedback.product else issues.product end
            as product,
        case when issues.issue_id is null then feedback.platform else issues.platform end
            as platform,
        case when issues.issue_id is null then feedback.app_version else issues.app_version end
            as app_version
    from feedback
    left join issues
        on feedback.issue_id = issues.issue_id

),

said as (

    select
        *,
        coalesce(product_area, 'unknown') as of_area,
        coalesce(theme, 'none') as of_theme,
        coalesce(product, 'none') as of_product,
        coalesce(platform, 'unknown') as of_platform,
        coalesce(app_version, 'unknown') as of_version
    from placed
    where product_area is not null or theme is not null or product is not null

),

raised as (

    select
        *,
        coalesce(brand, 'unknown') as of_brand,
        coalesce(product_area, 'unknown') as of_area,
        coalesce(theme, 'none') as of_theme,
        coalesce(product, 'none') as of_product,
        coalesce(platform, 'unknown') as of_platform,
        coalesce(app_version, 'unknown') as of_version
    from issues
    where product_area is not null or theme is not null or product is not null

),

-- the newest release that changed it; what is said before and after is of as many days each
released as (

    select
        said.of_area,
        said.of_product,
        max_by(releases.release_name, releases.released_on) as release_name,
        max(releases.released_on) as released_on
    from said
    cross join as_of
    inner join releases
        on
            coalesce(said.of_area = releases.area, true)
            and coalesce(said.of_product = releases.product, true)
            and releases.released_on <= cast(as_of.as_of as date)
    group by said.of_area, said.of_product

),

windows as (

    select
        released.*,
        least(
            rules.window_days, {{ days_between('released.released_on', 'as_of.as_of') }} + 1
        ) as compared_days
    from released
    cross join rules
    cross join as_of

),

around as (

    select
        said.of_brand,
        said.of_area,
        said.of_theme,
        said.of_product,
        min(windows.release_name) as release_name,
        min(windows.released_on) as released_on,
        min(windows.compared_days) as compared_days,
        count(distinct case
            when {{ days_between('windows.released_on', 'said.created_at') }} < 0
                then said.customer_id
        end) as customers_before,
        count(distinct case
            when {{ days_between('windows.released_on', 'said.created_at') }} >= 0
                then said.customer_id
        end) as customers_after
    from said
    inner join windows
        on said.of_area = windows.of_area and said.of_product = windows.of_product
    where
        {{ days_between('windows.released_on', 'said.created_at') }} >= -windows.compared_days
        and {{ days_between('windows.released_on', 'said.created_at') }} < windows.compared_days
    group by said.of_brand, said.of_area, said.of_theme, said.of_product

),

spoken as (

    select
        of_brand,
        of_area,
        of_theme,
        of_product,
        of_platform,
        of_version,
        count(*) as posts,
        count(distinct customer_id) as customers,
        count(sentiment) as posts_with_sentiment,
        count(*) filter (where sentiment = 'negative') as negative_posts,
        count(*) filter (where sentiment = 'positive') as positive_posts,
        min(created_at) as first_said_at,
        max(created_at) as last_said_at
    from said
    group by of_brand, of_area, of_theme, of_product, of_platform, of_version

),

counted as (

    select
        of_brand,
        of_area,
        of_theme,
        of_product,
        of_platform,
        of_version,
        count(*) as issues,
        count(distinct customer_id) as customers_who_ask,
        count(distinct issue_group_id) as distinct_issues,
        count(*) filter (where ask = 'bug') as bugs,
        count(*) filter (where ask = 'request') as requests,
        count(*) filter (where is_complaint) as complaints,
        count(*) filter (where ask = 'question') as questions,
        count(*) filter (where state <> 'resolved') as open_issues,
        count(*) filter (where department = 'unrouted') as unrouted_issues,
        count(distinct case_id) as cases
    from raised
    group by of_brand, of_area, of_theme, of_product, of_platform, of_version

),

-- an amount without a rate makes every total it belongs to unknown
deals as (

    select
        customer_id,
        max(reporting_currency) as reporting_currency,
        count(*) filter (where outcome = 'open') as open_opportunities,
        sum(case when outcome = 'won' then converted_amount_minor end) as won_amount,
        sum(case when outcome = 'open' then converted_amount_minor end) as open_amount,
        bool_or(amount_minor is not null and converted_amount_minor is null) as is_without_rate
    from opportunities
    where customer_id is not null and not is_deleted and outcome in ('won', 'open')
    group by customer_id

),

askers as (

    select
        of_brand,
        of_area,
        of_theme,
        of_product,
        of_platform,
        of_version,
        customer_id
    from raised
    where customer_id is not null
    group by of_brand, of_area, of_theme, of_product, of_platform, of_version, customer_id

),

valued as (

    select
        askers.of_brand,
        askers.of_area,
        askers.of_theme,
        askers.of_product,
        askers.of_platform,
        askers.of_version,
        max(deals.reporting_currency) as reporting_currency,
        sum(deals.open_opportunities) as open_opportunities,
        case when not bool_or(deals.is_without_rate) then sum(deals.won_amount) end as won_amount,
        case when not bool_or(deals.is_without_rate) then sum(deals.open_amount) end
            as open_amount
    from askers
    inner join deals
        on askers.customer_id = deals.customer_id
    group by
        askers.of_brand,
        askers.of_area,
        askers.of_theme,
        askers.of_product,
        askers.of_platform,
        askers.of_version

),

decided as (

    select
        said.of_theme,
        said.of_product,
        max_by(decisions.state, decisions.decided_on) as decision,
        max_by(decisions.decided_by, decisions.decided_on) as decided_by,
        max_by(decisions.link, decisions.decided_on) as decision_link,
        max(decisions.decided_on) as decided_on
    from said
    inner join decisions
        on
            said.of_theme = decisions.theme
            and coalesce(said.of_product = decisions.product, true)
    group by said.of_theme, said.of_product

),

final as (

    select
        -- keys
        concat_ws(
            '|',
            spoken.of_brand,
            spoken.of_area,
            spoken.of_theme,
            spoken.of_product,
            spoken.of_platform,
            spoken.of_version
        ) as product_feedback_id,

        -- attributes
        spoken.of_brand as brand,
        spoken.of_area as product_area,
        spoken.of_theme as theme,
        names.title as theme_title,
        names.about,
        spoken.of_product as product,
        spoken.of_platform as platform,
        spoken.of_version as app_version,
        valued.reporting_currency,
        around.release_name,
        decided.decision,
        decided.decided_by,
        decided.decision_link,

        -- measures
        cast(spoken.posts as bigint) as posts,
        cast(spoken.customers as bigint) as customers,
        cast(coalesce(counted.customers_who_ask, 0) as bigint) as customers_who_ask,
        cast(coalesce(counted.issues, 0) as bigint) as issues,
        cast(coalesce(counted.distinct_issues, 0) as bigint) as distinct_issues,
        cast(coalesce(counted.bugs, 0) as bigint) as bugs,
        cast(coalesce(counted.requests, 0) as bigint) as requests,
        cast(coalesce(counted.complaints, 0) as bigint) as complaints,
        cast(coalesce(counted.questions, 0) as bigint) as questions,
        cast(coalesce(counted.open_issues, 0) as bigint) as open_issues,
        cast(coalesce(counted.unrouted_issues, 0) as bigint) as unrouted_issues,
        cast(coalesce(counted.cases, 0) as bigint) as cases,
        cast(spoken.negative_posts as bigint) as negative_posts,
        cast(spoken.positive_posts as bigint) as positive_posts,
        round(
            spoken.negative_posts / nullif(cast(spoken.posts_with_sentiment as double), 0), 4
        ) as negative_share,
        cast(valued.won_amount as bigint) as won_amount_minor_converted,
        cast(valued.open_amount as bigint) as open_amount_minor_converted,
        cast(coalesce(valued.open_opportunities, 0) as bigint) as open_opportunities,
        cast(around.compared_days as bigint) as compared_days,
        cast(around.customers_before as bigint) as theme_customers_before_release,
        cast(around.customers_after as bigint) as theme_customers_after_release,

        -- times
        around.released_on,
        decided.decided_on,
        spoken.first_said_at,
        spoken.last_said_at
    from spoken
    left join counted
        on
            spoken.of_brand = counted.of_brand
            and spoken.of_area = counted.of_area
            and spoken.of_theme = counted.of_theme
            and spoken.of_product = counted.of_product
            and spoken.of_platform = counted.of_platform
            and spoken.of_version = counted.of_version
    left join valued
        on
            spoken.of_brand = valued.of_brand
            and spoken.of_area = valued.of_area
            and spoken.of_theme = valued.of_theme
            and spoken.of_product = valued.of_product
            and spoken.of_platform = valued.of_platform
            and spoken.of_version = valued.of_version
    left join around
        on
            spoken.of_brand = around.of_brand
            and spoken.of_area = around.of_area
            and spoken.of_theme = around.of_theme
            and spoken.of_product = around.of_product
    left join decided
        on
            spoken.of_theme = decided.of_theme
            and spoken.of_product = decided.of_product
    left join names
        on spoken.of_theme = names.name and names.kind = 'theme'

)

select * from final
