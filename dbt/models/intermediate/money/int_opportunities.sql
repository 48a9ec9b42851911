with

salesforce_rows as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

hubspot_rows as (

    select * from {{ ref('stg_hubspot__deals') }}

),

opportunity_contacts as (

    select * from {{ ref('int_opportunity_contacts') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

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
        name,
        stage,
        amount_minor,
        currency,
        is_closed,
        is_won,
        close_date,
        created_at,
        updated_at,
        deleted_at
    from salesforce_rows

),

hubspot_deals as (

    select
        opportunity_id,
        source,
        'hubspot' as vendor,
        brand,
        region,
        source || ':company:' || nullif(trim(split_part(company_ids, ';', 1)), '') as account_id,
        cast(null as varchar) as campaign_id,
        name,
        stage,
        amount_minor,
        currency,
        is_closed,
        is_won,
        close_date,
        created_at,
        updated_at,
        deleted_at
    from hubspot_rows

),

unioned as (

    select * from salesforce_opportunities

    union all

    select * from hubspot_deals

),

primary_contacts as (

    select
        opportunity_id,
        record_id
    from opportunity_contacts
    where is_primary

),

final as (

    select
        -- keys
        unioned.opportunity_id,
        unioned.source,
        unioned.vendor,
        unioned.brand,
        unioned.region,
        accounts.account_id,
        unioned.campaign_id,
        primary_contacts.record_id as primary_record_id,

        -- attributes
        unioned.name,
        unioned.stage,
        unioned.currency,

        -- measures
        unioned.amount_minor,

        -- flags
        unioned.is_closed,
        unioned.is_won,

        -- times
        unioned.close_date,
        unioned.created_at,
        unioned.updated_at,
        unioned.deleted_at
    from unioned
    left join primary_contacts
        on unioned.opportunity_id = primary_contacts.opportunity_id
    left join accounts
        on unioned.account_id = accounts.account_id

)

select * from final
