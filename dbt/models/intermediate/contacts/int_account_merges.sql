with

salesforce_account_rows as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

hubspot_company_rows as (

    select * from {{ ref('stg_hubspot__companies') }}

),

salesforce_claims as (

    select
        account_id,
        merged_into as survivor_id,
        coalesce(deleted_at, updated_at, _as_of) as merged_at
    from salesforce_account_rows
    where merged_into is not null

),

-- HubSpot keeps the company that was merged into, and lists the others in it
hubspot_claims as (

    select
        source
        || ':company:'
        || trim({{ unnested(split_parts("coalesce(merged_ids, '')", ';')) }}) as account_id,
        account_id as survivor_id,
        coalesce(updated_at, _as_of) as merged_at
    from hubspot_company_rows

),

unioned as (

    select * from salesforce_claims

    union all

    select * from hubspot_claims

),

claims as (

    select *
    from unioned
    where split_part(account_id, ':', 3) <> ''

),

account_merges as (

    {{ surviving_merges('claims', 'account_id') }}

),

-- what was merged into was perhaps merged itself: HubSpot and Salesforce both carry lists on
followed as (

    select
        account_merges.account_id,
        coalesce(later_merges.survivor_id, account_merges.survivor_id) as survivor_id,
        account_merges.merged_at
    from account_merges
    left join account_merges as later_merges
        on account_merges.survivor_id = later_merges.account_id

)

select * from followed
