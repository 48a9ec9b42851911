with

accounts as (

    select * from {{ ref('int_accounts') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

counted_customers as (

    select
        account_id,
        count(*) as customer_count
    from customers
    where account_id is not null
    group by account_id

),

counted_opportunities as (

    select
        account_id,
        count(*) as opportunity_count,
        count(*) filter (where is_won) as won_opportunity_count
    from opportunities
    where account_id is not null and not is_deleted
    group by account_id

),

described as (

    select
        -- keys
        accounts.account_id,

        -- attributes
        accounts.source,
        accounts.vendor,
        accounts.brand,
        accounts.region,
        accounts.name as account_name,
        accounts.website,
        accounts.phone,
        accounts.street,
        accounts.city,
        accounts.state,
        accounts.postal_code,
        coalesce(country_names.country, accounts.country) as country,
        accounts.industry,

        -- measures
        coalesce(counted_customers.customer_count, 0) as customer_count,
        coalesce(counted_opportunities.opportunity_count, 0) as opportunity_count,
        coalesce(counted_opportunities.won_opportunity_count, 0) as won_opportunity_count,

        -- flags
        accounts.deleted_at is not null as is_deleted,

        -- times
        accounts.created_at,
        accounts.updated_at
    from accounts
    left join country_names
        on lower(trim(accounts.country)) = country_names.country_name
    left join counted_customers
        on accounts.account_id = counted_customers.account_id
    left join counted_opportunities
        on accounts.account_id = counted_opportunities.account_id

)

select * from described
