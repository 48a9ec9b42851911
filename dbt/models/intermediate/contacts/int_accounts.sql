with

salesforce_account_rows as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

hubspot_company_rows as (

    select * from {{ ref('stg_hubspot__companies') }}

),

zendesk_organization_rows as (

    select * from {{ ref('stg_zendesk__organizations') }}

),

account_merges as (

    select * from {{ ref('int_account_merges') }}

),

hubspot_contact_rows as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

shaped as (

    select
        cast(null as varchar) as account_id,
        cast(null as varchar) as source,
        cast(null as varchar) as vendor,
        cast(null as varchar) as brand,
        cast(null as varchar) as region,
        cast(null as varchar) as name,
        cast(null as varchar) as website,
        cast(null as varchar) as phone,
        cast(null as varchar) as street,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as country,
        cast(null as varchar) as industry,
        cast(null as varchar) as parent_account_id,
        cast(null as varchar) as account_type,
        cast(null as varchar) as legal_name,
        cast(null as varchar) as registration_number,
        cast(null as varchar) as tax_number,
        cast(null as varchar) as account_owner,
        cast(null as bigint) as employee_count,
        cast(null as {{ instant_type() }}) as created_at,
        cast(null as {{ instant_type() }}) as updated_at,
        cast(null as {{ instant_type() }}) as deleted_at
    where false

),

-- a person kept as an account is no organisation
salesforce_accounts as (

    select
        account_id,
        source,
        'salesforce' as vendor,
        brand,
        region,
        name,
        website,
        phone,
        street,
        city,
        state,
        postal_code,
        {{ plain_country('country') }} as country,
        industry,
        parent_account_id,
        account_type,
        legal_name,
        registration_number,
        tax_number,
        account_owner,
        employee_count,
        created_at,
        updated_at,
        deleted_at
    from salesforce_account_rows
    where not is_person_account

),

hubspot_own_companies as (

    select
        account_id,
        source,
        'hubspot' as vendor,
        brand,
        region,
        name,
        website,
        phone,
        street,
        city,
        state,
        postal_code,
        {{ plain_country('country') }} as country,
        industry,
        parent_account_id,
        account_type,
        legal_name,
        registration_number,
        tax_number,
        account_owner,
        employee_count,
        created_at,
        updated_at,
        deleted_at
    from hubspot_company_rows

),

hubspot_told_companies as (

    select account_id
    from hubspot_company_rows

    union

    select account_id
    from account_merges

),

-- contacts name companies too: those of which no export of companies told
hubspot_company_mentions as (

    select
        source,
        brand,
        region,
        trim({{ unnested(split_parts('company_ids', ';')) }}) as company_id,
        case when company_ids not like '%;%' then organisation end as name,
        record_id,
        created_at,
        updated_at
    from hubspot_contact_rows
    where company_ids is not null

),

hubspot_mentioned_companies as (

    select
        source || ':company:' || company_id as account_id,
        source,
        'hubspot' as vendor,
        brand,
        region,
        name,
        min(created_at) over (partition by source, company_id) as created_at,
        max(updated_at) over (partition by source, company_id) as updated_at
    from hubspot_company_mentions
    where company_id <> ''
    qualify
        row_number() over (
            partition by source, company_id
            order by (name is null) asc, updated_at desc nulls last, record_id asc
        ) = 1

),

hubspot_other_companies as (

    select hubspot_mentioned_companies.*
    from hubspot_mentioned_companies
    left join hubspot_told_companies
        on hubspot_mentioned_companies.account_id = hubspot_told_companies.account_id
    where hubspot_told_companies.account_id is null

),

zendesk_organizations as (

    select
        account_id,
        source,
        'zendesk' as vendor,
        brand,
        region,
        name,
        website,
        created_at,
        updated_at,
        deleted_at
    from zendesk_organization_rows

),

unioned as (

    {{
        union_by_name([
            'shaped', 'salesforce_accounts', 'hubspot_own_companies', 'hubspot_other_companies',
            'zendesk_organizations'
        ])
    }}

),

final as (

    select
        unioned.account_id,
        account_merges.survivor_id as merged_into,
        unioned.source,
        unioned.vendor,
        unioned.brand,
        unioned.region,
        unioned.name,
        unioned.website,
        unioned.phone,
        unioned.street,
        unioned.city,
        unioned.state,
        unioned.postal_code,
        unioned.country,
        unioned.industry,
        unioned.parent_account_id,
        unioned.account_type,
        unioned.legal_name,
        unioned.registration_number,
        unioned.tax_number,
        unioned.account_owner,
        unioned.employee_count,
        unioned.created_at,
        unioned.updated_at,
        coalesce(unioned.deleted_at, account_merges.merged_at) as deleted_at
    from unioned
    left join account_merges
        on unioned.account_id = account_merges.account_id

)

select * from final
