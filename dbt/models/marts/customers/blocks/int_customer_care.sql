with

customers as (

    select * from {{ ref('dim_customer') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

cared_for as (

    select
        customer_id,
        count(*) as cases_opened,
        count(*) filter (where not is_closed) as open_cases,
        count(*) filter (where is_escalated) as escalated_cases,
        min(created_at) as first_case_at,
        max(created_at) as last_case_at
    from cases
    where customer_id is not null and not is_deleted
    group by customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(cared_for.cases_opened, 0) as cases,
        coalesce(cared_for.open_cases, 0) as open_cases,
        coalesce(cared_for.escalated_cases, 0) as escalated_cases,
        cared_for.first_case_at,
        cared_for.last_case_at
    from customers
    left join cared_for
        on customers.customer_id = cared_for.customer_id

)

select * from described
