{{ config(schema='intermediate') }}

with

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

addresses as (

    select * from {{ ref('int_contact_addresses') }}

),

name_standings as (

    select * from {{ ref('int_name_standings') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

corrections as (

    select * from {{ ref('int_customer_corrections') }}

),

correction_versions as (

    select
        corrections.customer_id,
        {{ version_of_rows(version_of(['corrections'])) }} as _version
    from corrections
    group by corrections.customer_id

),

address_versions as (

    select
        addresses.record_id,
        {{ version_of_rows(version_of(['addresses'])) }} as _version
    from addresses
    group by addresses.record_id

),

identifier_versions as (

    select
        identifiers.record_id,
        {{ version_of_rows(version_of(['identifiers'])) }} as _version
    from identifiers
    group by identifiers.record_id

),

record_versions as (

    select
        customer_records.customer_id,
        {{ version_of([
            'customer_records',
            'records',
            'address_versions._version',
            'identifier_versions._version',
            'name_standings',
        ]) }} as _version
    from customer_records
    inner join records
        on customer_records.record_id = records.record_id
    left join address_versions
        on customer_records.record_id = address_versions.record_id
    left join identifier_versions
        on customer_records.record_id = identifier_versions.record_id
    left join name_standings
        on customer_records.record_id = name_standings.record_id
    where customer_records.customer_id is not null

),

customers as (

    select
        record_versions.customer_id,
        {{ version_of_rows('record_versions._version') }} as _version
    from record_versions
    group by record_versions.customer_id

),

with_corrections as (

    select
        customers.customer_id,
        {{ version_of(['customers._version', 'correction_versions._version']) }} as _version
    from customers
    left join correction_versions
        on customers.customer_id = correction_versions.customer_id

)

select * from with_corrections
