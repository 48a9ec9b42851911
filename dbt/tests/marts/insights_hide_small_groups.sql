{{ config(meta={
    "description": "No insight view shows a group of fewer distinct customers than min_group_size.",
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
        pipeline_id as group_id,
        customers
    from {{ ref('insight_finance__pipeline_by_region_month') }}

)

select *
from groups
where customers < {{ var('min_group_size') }}
