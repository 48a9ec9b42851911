with

customers as (

    select * from {{ ref('customer_360') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

final as (

    select
        -- keys
        customers.customer_id,

        -- measures
        cast({{ days_between('customers.last_inbound_at', 'as_of.as_of') }} as bigint)
            as days_since_inbound,
        cast({{ days_between('customers.last_outbound_at', 'as_of.as_of') }} as bigint)
            as days_since_outbound,
        cast({{ days_between('customers.last_won_at', 'as_of.as_of') }} as bigint)
            as days_since_won,

        -- times
        as_of.as_of
    from customers
    cross join as_of

)

select * from final
