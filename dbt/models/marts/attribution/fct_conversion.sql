with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

won as (

    select
        -- keys
        opportunity_id as conversion_id,
        opportunity_id,
        customer_id,
        account_id,

        -- attributes
        'won_opportunity' as conversion_type,
        source,
        brand,
        region,
        currency,
        unattributed_reason,

        -- measures
        amount_minor,

        -- times
        closed_at as converted_at
    from opportunities
    where outcome = 'won' and not is_deleted

)

select * from won
