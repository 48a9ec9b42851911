with

customers as (

    select * from {{ ref('dim_customer') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

counted_by_source as (

    select
        customer_id,
        source,
        count(*) filter (where record_type = 'contact') as crm_contacts,
        count(*) filter (where record_type = 'lead') as crm_leads
    from customer_records
    where customer_id is not null
    group by customer_id, source

),

sourced as (

    select
        customer_id,
        cast(sum(crm_contacts) as bigint) as crm_contacts,
        cast(sum(crm_leads) as bigint) as crm_leads,
        {{ joined_in_order('source', ', ') }} as sources
    from counted_by_source
    group by customer_id

),

described as (

    select
        customers.customer_id,
        customers.kind,
        customers.full_name,
        customers.given_name,
        customers.family_name,
        customers.birth_date,
        customers.email,
        customers.phone,
        customers.street,
        customers.city,
        customers.state,
        customers.postal_code,
        customers.country,
        customers.language,
        customers.title,
        customers.organisation,
        sourced.sources,
        customers.record_count,
        customers.source_count,
        customers.identity_confidence,
        customers.first_seen_at,
        customers.last_changed_at,
        customers.account_id,
        coalesce(sourced.crm_contacts, 0) as crm_contacts,
        coalesce(sourced.crm_leads, 0) as crm_leads
    from customers
    left join sourced
        on customers.customer_id = sourced.customer_id

)

select * from described
