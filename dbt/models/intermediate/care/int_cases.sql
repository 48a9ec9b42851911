with

salesforce_case_rows as (

    select * from {{ ref('stg_salesforce__cases') }}

),

account_merges as (

    select * from {{ ref('int_account_merges') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

salesforce_cases as (

    select
        -- keys
        salesforce_case_rows.case_id,
        salesforce_case_rows.source,
        'salesforce' as vendor,
        salesforce_case_rows.brand,
        salesforce_case_rows.region,
        coalesce(
            salesforce_case_rows.contact_record_id,
            salesforce_case_rows.requester_record_id
        ) as record_id,
        accounts.account_id,

        -- attributes
        salesforce_case_rows.subject,
        salesforce_case_rows.description,
        salesforce_case_rows.status,
        salesforce_case_rows.priority,
        salesforce_case_rows.origin,

        -- flags
        coalesce(salesforce_case_rows.is_escalated, false) as is_escalated,

        -- times
        salesforce_case_rows.created_at,
        salesforce_case_rows.closed_at,
        salesforce_case_rows.updated_at,
        salesforce_case_rows.deleted_at
    from salesforce_case_rows
    left join account_merges
        on salesforce_case_rows.account_id = account_merges.account_id
    left join accounts
        on
            coalesce(account_merges.survivor_id, salesforce_case_rows.account_id)
            = accounts.account_id

)

select * from salesforce_cases
