with

account_xref as (

    select * from {{ source('identity', 'account_xref') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

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

-- living records before those that were merged or deleted, the last changed before the others
ranked_records as (

    select
        customer_records.customer_id,
        records.*,
        case when records.merged_into is null and records.deleted_at is null then '1' else '0' end
        || lpad(
            cast(
                coalesce({{ unix_micros('coalesce(records.updated_at, records.created_at)') }}, 0)
                as varchar
            ), 20, '0'
        )
        || records.record_id as standing
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    where customer_records.customer_id is not null

),

told as (

    select
        customer_id,
        max_by(salutation, standing) filter (where salutation is not null) as salutation,
        max_by(department, standing) filter (where department is not null) as department,
        max_by(owner, standing) filter (where owner is not null) as owner,
        max_by(source, standing) filter (where owner is not null) as owner_source,
        max_by(lead_status, standing) filter (where lead_status is not null) as lead_status,
        max_by(lead_source, standing) filter (where lead_source is not null) as lead_source,
        max_by(lifecycle_stage, standing) filter (where lifecycle_stage is not null)
            as lifecycle_stage,
        max_by(marketing_status, standing) filter (where marketing_status is not null)
            as marketing_status,
        max_by(individual_id, standing) filter (where individual_id is not null) as individual_id,
        max_by(tags, standing) filter (where tags is not null) as tags,
        max(followers_count) as followers,
        max(last_activity_at) as last_crm_activity_at
    from ranked_records
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
        told.salutation,
        customers.title,
        told.department,
        coalesce(accounts.account_name, customers.organisation) as organisation,
        sourced.sources,
        customers.record_count,
        customers.source_count,
        customers.identity_confidence,
        customers.first_seen_at,
        customers.last_changed_at,
        told.owner,
        told.owner_source,
        told.lead_status,
        told.lead_source,
        told.lifecycle_stage,
        told.marketing_status,
        told.individual_id,
        told.tags,
        told.followers,
        told.last_crm_activity_at,
        account_xref.account_id,
        coalesce(sourced.crm_contacts, 0) as crm_contacts,
        coalesce(sourced.crm_leads, 0) as crm_leads
    from customers
    left join sourced
        on customers.customer_id = sourced.customer_id
    left join told
        on customers.customer_id = told.customer_id
    left join account_xref
        on
            customers.account_record_id = account_xref.record_id
            and account_xref.valid_to is null
    left join accounts
        on account_xref.account_id = accounts.account_id

)

select * from described
