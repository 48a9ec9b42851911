{{ config(materialized='ephemeral') }}

with

salesforce_campaign_rows as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

salesforce_campaigns as (

    select
        -- keys
        campaign_id,
        source,
        parent_campaign_id,

        -- attributes
        name as campaign_name,
        campaign_type,
        status,
        currency,

        -- measures
        actual_cost_minor,
        budgeted_cost_minor,

        -- flags
        is_active,

        -- times
        start_date,
        end_date,
        created_at
    from salesforce_campaign_rows
    where deleted_at is null

)

select * from salesforce_campaigns
