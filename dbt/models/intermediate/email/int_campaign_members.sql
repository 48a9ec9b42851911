with

salesforce_member_rows as (

    select * from {{ ref('stg_salesforce__campaign_members') }}

),

salesforce_campaign_rows as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

salesforce_members as (

    select
        -- keys
        salesforce_member_rows.campaign_member_id,
        salesforce_member_rows.source,
        salesforce_member_rows.record_id,
        salesforce_member_rows.campaign_id,

        -- attributes
        salesforce_campaign_rows.name as campaign_name,
        salesforce_member_rows.status,

        -- flags
        coalesce(salesforce_member_rows.has_responded, false) as has_responded,

        -- times
        salesforce_member_rows.created_at,
        salesforce_member_rows.responded_at
    from salesforce_member_rows
    left join salesforce_campaign_rows
        on salesforce_member_rows.campaign_id = salesforce_campaign_rows.campaign_id
    where salesforce_member_rows.deleted_at is null

)

select * from salesforce_members
