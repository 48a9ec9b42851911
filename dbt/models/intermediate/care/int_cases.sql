with recursive

salesforce_case_rows as (

    select * from {{ ref('stg_salesforce__cases') }}

),

zendesk_ticket_rows as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

zendesk_comment_rows as (

    select * from {{ ref('stg_zendesk__comments') }}

),

zendesk_change_rows as (

    select * from {{ ref('stg_zendesk__changes') }}

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
        salesforce_case_rows.case_number,
        salesforce_case_rows.parent_case_id,
        salesforce_case_rows.case_type,
        salesforce_case_rows.reason,
        salesforce_case_rows.owner,
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

),

zendesk_ends as (

    select
        ticket_id,
        max(changed_at) as closed_at
    from zendesk_change_rows
    where field_name = 'status' and field_value = 'solved'
    group by ticket_id

),

-- the surviving ticket lists whom it took in, or has a note that says so, with its time
zendesk_merge_claims as (

    select
        source || ':ticket:' || {{ unnested(split_parts('absorbed_ids', ',')) }} as ticket_id,
        ticket_id as survivor_id,
        cast(null as {{ instant_type() }}) as merged_at
    from zendesk_ticket_rows
    where absorbed_ids <> ''

    union all

    select
        via_ticket_id as ticket_id,
        ticket_id as survivor_id,
        created_at as merged_at
    from zendesk_comment_rows
    where via_rel = 'merge' and via_ticket_id <> ticket_id

),

zendesk_merges as (

    {{ surviving_merges('zendesk_merge_claims', 'ticket_id') }}

),

zendesk_merge_walk as (

    select
        ticket_id,
        survivor_id,
        merged_at,
        1 as steps
    from zendesk_merges

    union all

    select
        zendesk_merge_walk.ticket_id,
        zendesk_merges.survivor_id,
        zendesk_merge_walk.merged_at,
        zendesk_merge_walk.steps + 1 as steps
    from zendesk_merge_walk
    inner join zendesk_merges
        on zendesk_merge_walk.survivor_id = zendesk_merges.ticket_id
    where zendesk_merge_walk.steps < 50

),

zendesk_last_survivors as (

    select *
    from zendesk_merge_walk
    qualify row_number() over (partition by ticket_id order by steps desc) = 1

),

zendesk_tickets as (

    select
        zendesk_ticket_rows.ticket_id as case_id,
        zendesk_ticket_rows.source,
        'zendesk' as vendor,
        zendesk_ticket_rows.brand,
        zendesk_ticket_rows.region,
        zendesk_ticket_rows.requester_record_id as record_id,
        accounts.account_id,
        zendesk_ticket_rows.native_id as case_number,
        zendesk_ticket_rows.ticket_type as case_type,
        zendesk_ticket_rows.assignee_record_id as owner,
        zendesk_ticket_rows.satisfaction,
        zendesk_last_survivors.survivor_id as merged_into,
        zendesk_ticket_rows.subject,
        zendesk_ticket_rows.description,
        zendesk_ticket_rows.status,
        zendesk_ticket_rows.priority,
        zendesk_ticket_rows.via_channel as origin,
        false as is_escalated,
        zendesk_ticket_rows.created_at,
        case
            when zendesk_ticket_rows.status in ('solved', 'closed')
                then coalesce(
                    zendesk_ticket_rows.solved_at,
                    zendesk_ends.closed_at,
                    zendesk_ticket_rows.updated_at
                )
        end as closed_at,
        case
            when zendesk_last_survivors.ticket_id is not null
                then coalesce(zendesk_last_survivors.merged_at, zendesk_ticket_rows.updated_at)
        end as merged_at,
        zendesk_ticket_rows.updated_at,
        zendesk_ticket_rows.deleted_at
    from zendesk_ticket_rows
    left join zendesk_last_survivors
        on zendesk_ticket_rows.ticket_id = zendesk_last_survivors.ticket_id
    left join zendesk_ends
        on zendesk_ticket_rows.ticket_id = zendesk_ends.ticket_id
    left join accounts
        on zendesk_ticket_rows.account_id = accounts.account_id

),

unioned as (

    {{ union_by_name(['salesforce_cases', 'zendesk_tickets']) }}

)

select * from unioned
