with

exposure as (

    select * from {{ source('compliance', 'exposure') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

attributed as (

    select
        -- keys
        md5(concat(exposure.message_id, '|', exposure.harm)) as exposure_id,
        exposure.message_id,
        exposure.conversation_id,
        customer_records.customer_id,

        -- attributes
        exposure.harm,
        exposure.harm_by,
        exposure.author_role,
        exposure.channel,
        exposure.brand,
        exposure.brand_account,
        exposure.language,
        exposure.first_action,
        exposure.ended_by,

        -- measures
        exposure.version_number,
        exposure.audience,
        exposure.exposed_minutes,

        -- flags
        exposure.is_standing,
        exposure.came_in_hours,

        -- times
        exposure.posted_at,
        exposure.found_at,
        exposure.acted_at,
        exposure.ended_at
    from exposure
    left join customer_records
        on exposure.record_id = customer_records.record_id

)

select * from attributed
