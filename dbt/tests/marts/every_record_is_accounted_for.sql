{{ config(meta={
    "description": "Every contact record stands in exactly one customer, or is withdrawn, no customer, quarantined.",
    "dagster": {"ref": {"name": "customer_records"}},
}) }}
with

records as (

    select record_id from {{ ref('int_contact_records') }}

),

accounted as (

    select
        record_id,
        customer_id,
        unattributed_reason
    from {{ ref('customer_records') }}

),

missing as (

    select
        records.record_id,
        'missing' as problem
    from records
    left join accounted
        on records.record_id = accounted.record_id
    where accounted.record_id is null

),

undecided as (

    select
        record_id,
        coalesce(unattributed_reason, 'customer and reason') as problem
    from accounted
    where
        (customer_id is null) = (unattributed_reason is null)
        or unattributed_reason = 'record_unresolved'

)

select * from missing

union all

select * from undecided
