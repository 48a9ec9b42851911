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

flags as (

    select * from {{ ref('int_customer_flags') }}

),

habits as (

    select * from {{ ref('int_customer_habits') }}

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

as_of as (

    select * from {{ ref('int_as_of') }}

),

money as (

    select * from {{ ref('int_customer_money') }}

),

held_rows as (

    select * from {{ source('history', 'customer_rows') }}

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
    left join flags using (customer_id)
    left join habits using (customer_id)
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
        greatest(joined.last_message_sent_at, joined.last_email_at) as last_outbound_at,
        joined.won_opportunities > 0 as is_purchaser,
        joined.won_opportunities = 0 as is_prospect,
        joined.won_opportunities = 1 as is_one_time_purchaser,
        -- a customer of longer ago than a year has lapsed, unless another deal is open
        case
            when joined.last_won_at > as_of.as_of - interval '365' day then 'customer'
            when joined.open_opportunities > 0 then 'opportunity'
            when joined.won_opportunities > 0 then 'lapsed'
            when joined.crm_leads + joined.crm_contacts > 0 then 'lead'
            else 'audience'
        end as lifecycle,
        round(
            (
                case when joined.given_name is not null then 1 else 0 end
                + case when joined.family_name is not null then 1 else 0 end
                + case when joined.street is not null then 1 else 0 end
                + case when joined.city is not null then 1 else 0 end
                + case when joined.country is not null then 1 else 0 end
                + case when joined.language is not null then 1 else 0 end
                + case when joined.organisation is not null then 1 else 0 end
                + case when joined.email_state in ('valid', 'shared') then 1 else 0 end
                + case when joined.phone_state in ('valid', 'shared') then 1 else 0 end
                + case when joined.has_conflict then 0 else 1 end
            ) / 10.0, 2
        ) as profile_quality
    from joined
    cross join as_of

),

hashed as (

    select
        final.*,
        {{ version_of(['final']) }} as _row_version
    from final

),

dated as (

    select
        hashed.*,
        case
            when hashed._row_version = held_rows.row_version then held_rows.row_updated_at
            else as_of.as_of
        end as row_updated_at
    from hashed
    cross join as_of
    left join held_rows
        on hashed.customer_id = held_rows.customer_id

)

select * from dated  -- noqa: AM04
