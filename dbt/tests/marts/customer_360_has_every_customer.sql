{{ config(meta={
    "description": "Customers of identity, of the golden record and of the 360 are the same ones.",
    "dagster": {"ref": {"name": "customer_360"}},
}) }}
with

resolved as (

    select customer_id
    from {{ source('identity', 'customer_xref') }}
    where valid_to is null
    group by customer_id

),

golden as (

    select customer_id from {{ ref('dim_customer') }}

),

complete as (

    select customer_id from {{ ref('customer_360') }}

),

compared as (

    select
        resolved.customer_id as resolved_id,
        golden.customer_id as golden_id,
        complete.customer_id as complete_id
    from resolved
    full outer join golden
        on resolved.customer_id = golden.customer_id
    full outer join complete
        on golden.customer_id = complete.customer_id

)

select *
from compared
where resolved_id is null or golden_id is null or complete_id is null
