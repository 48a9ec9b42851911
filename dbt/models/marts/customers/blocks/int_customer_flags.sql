with

customers as (

    select * from {{ ref('dim_customer') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

identity_groups as (

    select * from {{ source('identity', 'groups') }}

),

identity_events as (

    select * from {{ ref('identity_events') }}

),

-- what only one customer has: a number of the office makes nobody an employee
own_identifiers as (

    select
        customer_records.customer_id,
        identifiers.kind,
        identifiers.value_norm
    from identifiers
    inner join customer_records
        on identifiers.record_id = customer_records.record_id
    where
        customer_records.customer_id is not null
        and identifiers.kind in ('email', 'phone', 'handle')
        and identifiers.flag is null
        and not coalesce(identifiers.is_shared, false)
    group by customer_records.customer_id, identifiers.kind, identifiers.value_norm

),

of_employees as (

    select
        identifiers.kind,
        identifiers.value_norm
    from identifiers
    inner join records
        on identifiers.record_id = records.record_id
    where records.kind = 'employee' and identifiers.value_norm is not null
    group by identifiers.kind, identifiers.value_norm

),

employees as (

    select own_identifiers.customer_id
    from own_identifiers
    inner join of_employees
        on
            own_identifiers.kind = of_employees.kind
            and own_identifiers.value_norm = of_employees.value_norm
    group by own_identifiers.customer_id

),

birth_dates as (

    select
        customer_records.customer_id,
        count(distinct records.birth_date) as birth_dates
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    where
        customer_records.customer_id is not null
        and records.birth_date is not null
        and records.deleted_at is null
        and records.merged_into is null
    group by customer_records.customer_id

),

households as (

    select
        customer_id,
        min(group_id) as household_id
    from identity_groups
    where relation = 'household'
    group by customer_id

),

merged as (

    select
        customer_id_after as customer_id,
        max(occurred_at) as last_merged_at
    from identity_events
    where event_type = 'merge'
    group by customer_id_after

),

described as (

    select
        customers.customer_id,
        households.household_id,
        employees.customer_id is not null as is_employee,
        {{ is_test_name('customers.given_name', 'customers.family_name', 'customers.full_name') }}
        or {{ is_test_mailbox('customers.email') }} as is_test,
        coalesce(customers.account_record_id, customers.organisation) is not null as is_business,
        coalesce(customers.full_name, customers.email, customers.phone, customers.street) is null
            as is_anonymous,
        coalesce(birth_dates.birth_dates > 1, false) as has_conflict,
        merged.last_merged_at
    from customers
    left join households
        on customers.customer_id = households.customer_id
    left join employees
        on customers.customer_id = employees.customer_id
    left join birth_dates
        on customers.customer_id = birth_dates.customer_id
    left join merged
        on customers.customer_id = merged.customer_id

)

select * from described
