{{ config(meta={
    "description": "No insight view shows a group of fewer distinct customers than min_group_size and known_members.",
    "dagster": {"ref": {"name": "insight_design__feedback_by_channel_month"}},
}) }}
with

groups as (

    select
        feedback_id as group_id,
        customers
    from {{ ref('insight_design__feedback_by_channel_month') }}

    union all

    select
        theme_month_id as group_id,
        customers
    from {{ ref('insight_design__themes_by_month') }}

    union all

    select
        theme_release_id as group_id,
        customers
    from {{ ref('insight_design__themes_around_releases') }}

    union all

    select
        quote_id as group_id,
        customers
    from {{ ref('insight_design__quotes') }}

    union all

    select
        issues_id as group_id,
        customers
    from {{ ref('insight_engineering__issues_by_area') }}

    union all

    select
        issues_month_id as group_id,
        customers
    from {{ ref('insight_engineering__issues_by_month') }}

    union all

    select
        campaign_results_id as group_id,
        customers
    from {{ ref('insight_marketing__campaign_results') }}

    union all

    select
        pipeline_id as group_id,
        customers
    from {{ ref('insight_finance__pipeline_by_region_month') }}

    union all

    select
        cohort_id as group_id,
        customers
    from {{ ref('insight_finance__customers_by_cohort') }}

    union all

    select
        deals_id as group_id,
        customers
    from {{ ref('insight_finance__open_deals_by_age') }}

    union all

    select
        credit_id as group_id,
        customers
    from {{ ref('insight_marketing__credit_by_channel_month') }}

    union all

    select
        result_id as group_id,
        customers
    from {{ ref('insight_executive__results_by_month') }}

)

select *
from groups
where customers < {{ smallest_group() }}
