with

accounts as (

    select * from {{ ref('int_accounts') }}

),

contacts as (

    select * from {{ ref('int_contact_records') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

account_rows as (

    select
        account_id as record_id,
        merged_into,
        parent_account_id as parent_record_id,
        source,
        vendor,
        brand,
        region,
        split_part(account_id, ':', 2) as record_type,
        {{ known_value('name') }} as name,
        {{ known_value('legal_name') }} as legal_name,
        website,
        cast(null as varchar) as email_domain,
        {{ known_value('phone') }} as phone,
        {{ known_value('street') }} as street,
        {{ known_value('city') }} as city,
        state,
        {{ known_value('postal_code') }} as postal_code,
        country,
        {{ known_value('registration_number') }} as registration_number,
        {{ known_value('tax_number') }} as tax_number,
        {{ known_value('industry') }} as industry,
        account_type,
        account_owner,
        employee_count,
        created_at,
        updated_at,
        deleted_at
    from accounts

),

-- a domain at which contacts name several organisations, none of them mostly, is a mail provider's
named_at as (

    select
        split_part(lower(trim(primary_email)), '@', 2) as email_domain,
        substr(lower(trim(organisation)), 1, 3) as beginning,
        count(*) as contact_count
    from contacts
    where organisation is not null and primary_email is not null
    group by
        split_part(lower(trim(primary_email)), '@', 2),
        substr(lower(trim(organisation)), 1, 3)

),

company_domains as (

    select email_domain
    from named_at
    group by email_domain
    having max(contact_count) >= 0.6 * sum(contact_count)

),

-- whom a contact without an account of the CRM works for, by what it says and writes from
employed as (

    select
        {{ employer_key('source', 'organisation', 'primary_email') }} as record_id,
        source,
        vendor,
        brand,
        region,
        organisation,
        nullif(split_part(lower(trim(primary_email)), '@', 2), '') as email_domain,
        country,
        created_at,
        updated_at,
        deleted_at
    from contacts
    where
        account_id is null
        and organisation is not null
        and kind in ('person', 'shared_mailbox')

),

employers as (

    select
        employed.record_id,
        employed.source,
        employed.vendor,
        employed.brand,
        employed.region,
        'employer' as record_type,
        min(employed.organisation) as name,
        min(company_domains.email_domain) as email_domain,
        case
            when min(employed.country) = max(employed.country) then min(employed.country)
        end as country,
        min(employed.created_at) as created_at,
        max(employed.updated_at) as updated_at,
        case when count(employed.deleted_at) = count(*) then max(employed.deleted_at) end
            as deleted_at
    from employed
    left join company_domains
        on employed.email_domain = company_domains.email_domain
    where employed.record_id is not null
    group by
        employed.record_id,
        employed.source,
        employed.vendor,
        employed.brand,
        employed.region

),

unioned as (

    {{ union_by_name(['account_rows', 'employers']) }}

),

final as (

    select
        unioned.record_id,
        unioned.merged_into,
        unioned.parent_record_id,
        unioned.source,
        unioned.vendor,
        unioned.brand,
        unioned.region,
        unioned.record_type,
        unioned.name,
        unioned.legal_name,
        unioned.website,
        unioned.email_domain,
        unioned.phone,
        unioned.street,
        unioned.city,
        unioned.state,
        unioned.postal_code,
        coalesce(country_names.country, unioned.country) as country,
        unioned.registration_number,
        unioned.tax_number,
        unioned.industry,
        unioned.account_type,
        unioned.account_owner,
        unioned.employee_count,
        unioned.created_at,
        unioned.updated_at,
        unioned.deleted_at
    from unioned
    left join country_names
        on lower(trim(unioned.country)) = country_names.country_name

)

select * from final
