with

memberships as (

    select * from {{ source('identity', 'customer_xref') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

described as (

    select
        -- keys
        md5(
            concat_ws(
                '|',
                memberships.record_id,
                memberships.customer_id,
                cast(memberships.valid_from as varchar)
            )
        ) as customer_xref_id,
        memberships.customer_id,
        memberships.record_id,

        -- attributes
        customer_records.source,
        customer_records.vendor,
        customer_records.record_type,

        -- measures
        memberships.confidence,

        -- flags
        memberships.valid_to is null as is_current,

        -- times
        memberships.valid_from,
        memberships.valid_to
    from memberships
    left join customer_records
        on memberships.record_id = customer_records.record_id

)

select * from described
