with

customers as (

    select * from {{ ref('dim_customer') }}

),

campaign_members as (

    select * from {{ ref('fct_campaign_member') }}

),

campaigned as (

    select
        customer_id,
        count(*) as campaign_memberships,
        count(*) filter (where has_responded) as campaign_responses,
        max(responded_at) filter (where has_responded) as last_response_at
    from campaign_members
    where customer_id is not null
    group by customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(campaigned.campaign_memberships, 0) as campaign_memberships,
        coalesce(campaigned.campaign_responses, 0) as campaign_responses,
        campaigned.last_response_at as last_campaign_response_at
    from customers
    left join campaigned
        on customers.customer_id = campaigned.customer_id

)

select * from described
