with

events as (

    select * from {{ source('identity', 'events') }}

)

select
    -- keys
    event_id,
    case event_type
        when 'create' then null
        when 'merge' then other_customer_id
        else customer_id
    end as customer_id_before,
    case event_type
        when 'split' then other_customer_id
        when 'retire' then null
        else customer_id
    end as customer_id_after,
    run_id,

    -- attributes
    event_type,
    actor,

    -- measures
    record_count,

    -- times
    occurred_at

from events
