with

contacts as (

    select * from {{ ref('int_opportunity_contacts') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

others as (

    select
        contacts.opportunity_id,
        customer_records.customer_id,
        min(contacts.role) as role,
        count(distinct contacts.record_id) as record_count
    from contacts
    inner join opportunities
        on contacts.opportunity_id = opportunities.opportunity_id
    inner join customer_records
        on contacts.record_id = customer_records.record_id
    where
        customer_records.customer_id is not null
        and not opportunities.is_deleted
        and (
            opportunities.customer_id is null
            or customer_records.customer_id <> opportunities.customer_id
        )
    group by contacts.opportunity_id, customer_records.customer_id

),

keyed as (

    select
        -- keys
        opportunity_id || '|' || customer_id as opportunity_customer_id,
        opportunity_id,
        customer_id,

        -- attributes
        role,

        -- measures
        record_count
    from others

)

select * from keyed
