with

salesforce_rows as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

hubspot_rows as (

    select * from {{ ref('stg_hubspot__deals') }}

),

salesforce_opportunities as (

    select
        opportunity_id,
        source,
        'salesforce' as vendor,
        brand,
        region,
        account_id,
        campaign_id,
        cast(null as varchar) as merged_into,
        name,
        stage,
        cast(null as varchar) as pipeline,
        opportunity_type,
        lead_source,
        forecast_category,
        owner,
        probability,
        amount_minor,
        currency,
        is_closed,
        is_won,
        stage_said_at,
        won_said_at,
        closed_said_at,
        close_date,
        created_at,
        updated_at,
        deleted_at
    from salesforce_rows

),

-- HubSpot keeps the deal that was merged into, and lists the others in it
hubspot_merged_ids as (

    select
        opportunity_id as survivor_id,
        source || ':deal:' || trim({{ unnested(split_parts("coalesce(merged_ids, '')", ';')) }})
            as opportunity_id,
        coalesce(updated_at, _as_of) as merged_at
    from hubspot_rows

),

hubspot_merges as (

    {{ surviving_merges('hubspot_merged_ids', 'opportunity_id') }}

),

hubspot_deals as (

    select
        hubspot_rows.opportunity_id,
        hubspot_rows.source,
        'hubspot' as vendor,
        hubspot_rows.brand,
        hubspot_rows.region,
        hubspot_rows.source
        || ':company:'
        || nullif(trim(split_part(hubspot_rows.company_ids, ';', 1)), '') as account_id,
        cast(null as varchar) as campaign_id,
        hubspot_merges.survivor_id as merged_into,
        hubspot_rows.name,
        hubspot_rows.stage,
        coalesce(hubspot_rows.pipeline, {{ pipeline_of_stage('hubspot_rows.stage') }}) as pipeline,
        cast(null as varchar) as opportunity_type,
        cast(null as varchar) as lead_source,
        cast(null as varchar) as forecast_category,
        hubspot_rows.owner,
        cast(null as double) as probability,
        hubspot_rows.amount_minor,
        hubspot_rows.currency,
        hubspot_rows.is_closed,
        hubspot_rows.is_won,
        hubspot_rows.stage_said_at,
        hubspot_rows.won_said_at,
        hubspot_rows.closed_said_at,
        hubspot_rows.close_date,
        hubspot_rows.created_at,
        hubspot_rows.updated_at,
        coalesce(hubspot_rows.deleted_at, hubspot_merges.merged_at) as deleted_at
    from hubspot_rows
    left join hubspot_merges
        on hubspot_rows.opportunity_id = hubspot_merges.opportunity_id

),

unioned as (

    select * from salesforce_opportunities

    union all

    select * from hubspot_deals

)

select * from unioned
