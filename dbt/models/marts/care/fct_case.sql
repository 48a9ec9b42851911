with

account_xref as (

    select * from {{ source('identity', 'account_xref') }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

attributed as (

    select
        -- keys
        cases.case_id,
        cases.record_id,
        customer_records.customer_id,
        account_xref.account_id,
        cases.account_id as account_record_id,

        -- attributes
        cases.source,
        cases.vendor,
        cases.brand,
        cases.region,
        cases.case_number,
        cases.parent_case_id,
        cases.case_type,
        cases.reason,
        cases.owner,
        cases.satisfaction,
        cases.subject,
        cases.description,
        cases.status,
        cases.priority,
        cases.origin,
        {{ unattributed_reason('cases', "'no_contact'") }} as unattributed_reason,

        -- measures
        cast({{ seconds_between('cases.created_at', 'cases.closed_at') }} as bigint)
            as seconds_to_close,

        -- flags
        cases.closed_at is not null as is_closed,
        coalesce(cases.is_escalated, false) as is_escalated,
        cases.deleted_at is not null as is_deleted,

        -- times
        cases.created_at,
        cases.updated_at,
        cases.closed_at
    from cases
    left join customer_records
        on cases.record_id = customer_records.record_id
    left join account_xref
        on
            cases.account_id = account_xref.record_id
            and account_xref.valid_to is null

)

select * from attributed
