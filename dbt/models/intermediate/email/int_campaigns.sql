{{ config(materialized='ephemeral') }}

with

salesforce_campaign_rows as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

mailchimp_member_rows as (

    select * from {{ ref('stg_mailchimp__members') }}

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

),

-- Mailchimp names a campaign only beside the members who left by it, or whose address it lost
mailchimp_titles as (

    select
        unsubscribe_campaign_id as campaign_id,
        source,
        unsubscribe_campaign_name as campaign_name
    from mailchimp_member_rows

    union all

    select
        clean_campaign_id as campaign_id,
        source,
        clean_campaign_name as campaign_name
    from mailchimp_member_rows

),

mailchimp_campaigns as (

    select
        campaign_id,
        min(source) as source,
        max(campaign_name) as campaign_name
    from mailchimp_titles
    where campaign_id is not null and campaign_name is not null
    group by campaign_id

),

unioned as (

    {{ union_by_name(['salesforce_campaigns', 'mailchimp_campaigns']) }}

)

select * from unioned
