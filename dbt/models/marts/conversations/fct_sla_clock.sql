with

clocks as (

    select * from {{ source('service_levels', 'clocks') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

final as (

    select
        -- keys
        clocks.clock_id,
        clocks.conversation_id,
        clocks.party_id,
        clocks.message_id,
        clocks.record_id,
        customer_records.customer_id,

        -- attributes
        clocks.measure,
        clocks.channel,
        clocks.brand,
        clocks.language,
        clocks.priority,
        clocks.tier,
        clocks.policy,
        clocks.policy_version,
        clocks.calendar,
        clocks.hours,
        clocks.status,
        clocks.due_history,
        clocks.escalations,

        -- measures
        clocks.target_minutes,
        clocks.business_seconds,
        clocks.calendar_seconds,
        clocks.exposed_minutes,
        clocks.audience,

        -- flags
        clocks.ended_at is null and clocks.status in ('running', 'paused', 'missed') as is_open,
        clocks.started_in_hours,

        -- times
        clocks.started_at,
        clocks.due_at,
        clocks.ended_at
    from clocks
    left join customer_records
        on clocks.record_id = customer_records.record_id

)

select * from final
