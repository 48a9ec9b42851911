with

identity as (

    select * from {{ ref('int_customer_identity') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

contact_points as (

    select * from {{ ref('int_customer_contact_points') }}

),

consent as (

    select * from {{ ref('int_customer_consent') }}

),

social as (

    select * from {{ ref('int_customer_social') }}

),

email as (

    select * from {{ ref('int_customer_email') }}

),

campaigns as (

    select * from {{ ref('int_customer_campaigns') }}

),

care as (

    select * from {{ ref('int_customer_care') }}

),

money as (

    select * from {{ ref('int_customer_money') }}

),

named_accounts as (

    select
        account_id,
        account_name
    from accounts

),

-- every block has a row for every customer
joined as (

    select *  -- noqa: AM04, RF02
    from identity
    left join named_accounts using (account_id)
    left join contact_points using (customer_id)
    left join consent using (customer_id)
    left join social using (customer_id)
    left join email using (customer_id)
    left join campaigns using (customer_id)
    left join care using (customer_id)
    left join money using (customer_id)

),

final as (

    select
        joined.*,
        least(
            joined.first_message_received_at,
            joined.first_email_at,
            joined.first_opportunity_at,
            joined.first_case_at
        ) as first_touch_at,
        greatest(
            joined.last_message_received_at,
            joined.last_human_open_at,
            joined.last_human_click_at,
            joined.last_campaign_response_at,
            joined.last_case_at
        ) as last_inbound_at,
        greatest(joined.last_message_sent_at, joined.last_email_at) as last_outbound_at
    from joined

)

select * from final  -- noqa: AM04
