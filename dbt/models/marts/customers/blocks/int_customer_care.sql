with

customers as (

    select * from {{ ref('dim_customer') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

cared_for as (

    select
        cases.customer_id,
        count(*) as cases_opened,
        count(*) filter (where cases.created_at > as_of.as_of - interval '365' day)
            as cases_365d,
        count(*) filter (where not cases.is_closed) as open_cases,
        count(*) filter (where cases.is_escalated) as escalated_cases,
        min(cases.created_at) as first_case_at,
        max(cases.created_at) as last_case_at,
        min(cases.created_at) filter (where not cases.is_closed) as oldest_open_case_at,
        max_by(cases.case_type, cases.created_at) as last_case_type,
        max_by(cases.reason, cases.created_at) as last_case_reason,
        max_by(cases.satisfaction, cases.created_at) filter (where cases.satisfaction is not null)
            as last_satisfaction,
        cast(round(avg(cases.seconds_to_close) / 60, 0) as bigint) as average_minutes_to_close
    from cases
    cross join as_of
    where cases.customer_id is not null and not cases.is_deleted
    group by cases.customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(cared_for.cases_opened, 0) as cases,
        coalesce(cared_for.cases_365d, 0) as cases_365d,
        coalesce(cared_for.open_cases, 0) as open_cases,
        coalesce(cared_for.escalated_cases, 0) as escalated_cases,
        cared_for.average_minutes_to_close,
        cared_for.last_case_type,
        cared_for.last_case_reason,
        cared_for.last_satisfaction,
        cared_for.first_case_at,
        cared_for.last_case_at,
        cared_for.oldest_open_case_at
    from customers
    left join cared_for
        on customers.customer_id = cared_for.customer_id

)

select * from described
