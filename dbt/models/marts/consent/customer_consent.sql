with

consent_events as (

    select * from {{ ref('fct_consent_event') }}

),

latest as (

    select
        -- keys
        concat_ws('|', customer_id, channel, purpose) as customer_consent_id,
        customer_id,

        -- attributes
        channel,
        purpose,
        status,
        source,
        evidence,

        -- times
        occurred_at
    from consent_events
    where customer_id is not null
    qualify
        row_number() over (
            partition by customer_id, channel, purpose
            order by
                occurred_at desc nulls last,
                case when status = 'withdrawn' then 0 else 1 end asc,
                consent_event_id asc
        ) = 1

)

select * from latest
