{{ config(meta={
    "description": "Every event belongs to exactly one customer, or says why to none; so does every consent.",
    "dagster": {"ref": {"name": "customer_timeline"}},
}) }}
with

attributions as (

    select
        event_id,
        customer_id,
        unattributed_reason
    from {{ ref('customer_timeline') }}

    union all

    select
        consent_event_id as event_id,
        customer_id,
        unattributed_reason
    from {{ ref('fct_consent_event') }}

)

select event_id
from attributions
where (customer_id is null) = (unattributed_reason is null)
