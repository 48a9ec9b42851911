with recursive

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

account_merges as (

    select * from {{ ref('int_account_merges') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

hubspot_contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

role_mailboxes as (

    select * from {{ ref('role_mailboxes') }}

),

brand_accounts as (

    select * from {{ source('config', 'brand_accounts') }}

),

employee_accounts as (

    select * from {{ source('config', 'employee_accounts') }}

),

employee_domains as (

    select * from {{ source('config', 'employee_domains') }}

),

-- HubSpot keeps two accounts of what was merged; each misses ids the other has
hubspot_merged_ids as (

    select
        record_id as survivor_id,
        source,
        {{ unnested(split_parts("coalesce(merged_record_ids, '')", ' *; *')) }} as merged_id,
        coalesce(updated_at, _as_of) as merged_at
    from hubspot_contacts

    union all

    select
        record_id as survivor_id,
        source,
        {{ unnested(split_parts("coalesce(calculated_merged_vids, '')", ' *; *')) }} as merged_id,
        coalesce(updated_at, _as_of) as merged_at
    from hubspot_contacts

),

hubspot_merges as (

    select
        source || ':contact:' || split_part(merged_id, ':', 1) as record_id,
        source,
        split_part(merged_id, ':', 1) as native_id,
        survivor_id,
        coalesce({{ to_utc("nullif(split_part(merged_id, ':', 2), '')") }}, merged_at) as merged_at
    from hubspot_merged_ids
    where
        split_part(merged_id, ':', 1) <> ''
        and source || ':contact:' || split_part(merged_id, ':', 1) <> survivor_id
    qualify
        row_number() over (
            partition by source, split_part(merged_id, ':', 1)
            order by merged_at desc nulls last, survivor_id asc
        ) = 1

),

-- old ids that no export shows any more: events and deals still point at them
aliases as (

    select
        hubspot_merges.record_id,
        hubspot_merges.source,
        survivors.vendor,
        survivors.record_type,
        hubspot_merges.native_id,
        survivors.brand,
        survivors.region,
        survivors.default_country,
        hubspot_merges.merged_at as deleted_at
    from hubspot_merges
    inner join contacts as survivors
        on hubspot_merges.survivor_id = survivors.record_id
    left join contacts
        on hubspot_merges.record_id = contacts.record_id
    where contacts.record_id is null

),

records as (

    {{ union_by_name(['contacts', 'aliases']) }}

),

claimed_merges as (

    select
        records.record_id,
        coalesce(records.merged_into, hubspot_merges.survivor_id) as merged_into
    from records
    left join hubspot_merges
        on records.record_id = hubspot_merges.record_id

),

known_merges as (

    select
        claimed_merges.record_id,
        claimed_merges.merged_into
    from claimed_merges
    inner join records
        on claimed_merges.merged_into = records.record_id
    where claimed_merges.record_id <> claimed_merges.merged_into

),

survivor_walk as (

    select
        record_id,
        merged_into as survivor_id,
        1 as steps
    from known_merges

    union all

    select
        survivor_walk.record_id,
        known_merges.merged_into as survivor_id,
        survivor_walk.steps + 1 as steps
    from survivor_walk
    inner join known_merges
        on survivor_walk.survivor_id = known_merges.record_id
    where survivor_walk.steps < 50

),

-- merges that run in a circle end at no survivor and merge nobody
last_survivors as (

    select
        survivor_walk.record_id,
        survivor_walk.survivor_id
    from survivor_walk
    left join known_merges
        on survivor_walk.survivor_id = known_merges.record_id
    where known_merges.record_id is null

),

account_names as (

    select
        record_id,
        source,
        lower(native_id) as account
    from records
    where record_type in ('user', 'account', 'profile')

    union all

    select
        record_id,
        source,
        handle as account
    from records
    where handle is not null

),

brand_records as (

    select account_names.record_id
    from account_names
    inner join brand_accounts
        on
            account_names.source = brand_accounts.source
            and account_names.account = brand_accounts.account
    group by account_names.record_id

),

employee_records as (

    select account_names.record_id
    from account_names
    inner join employee_accounts
        on
            account_names.source = employee_accounts.source
            and account_names.account = employee_accounts.account
    group by account_names.record_id

),

kinds as (

    select
        records.record_id,
        case
            when records.is_own_account or brand_records.record_id is not null then 'brand'
            when records.is_employee or employee_records.record_id is not null then 'employee'
            when
                split_part(lower(trim(records.first_email)), '@', 2)
                in (select employee_domains.domain from employee_domains)
                then 'employee'
            when records.is_organisation then 'organisation'
            when
                split_part(split_part(lower(trim(records.first_email)), '@', 1), '+', 1)
                in (select role_mailboxes.local_part from role_mailboxes)
                and {{ is_no_persons_name('records.full_name') }}
                then 'shared_mailbox'
            else 'person'
        end as kind
    from records
    left join brand_records
        on records.record_id = brand_records.record_id
    left join employee_records
        on records.record_id = employee_records.record_id

),

-- what stands where nobody knew the name is no part of it
named as (

    select
        record_id,
        {{ known_value('given_name') }} as given_name,
        {{ known_family_name('given_name', 'family_name') }} as family_name,
        {{ known_full_name('full_name') }} as full_name,
        given_name is not null or family_name is not null as has_parts,
        {{ is_placeholder('given_name') }} or {{ is_placeholder('family_name') }} as is_in_doubt
    from records

),

final as (

    select
        -- keys
        records.record_id,
        records.source,
        records.vendor,
        records.record_type,
        records.native_id,
        records.brand,
        records.region,
        records.default_country,
        accounts.account_id,
        last_survivors.survivor_id as merged_into,

        -- attributes
        kinds.kind,
        named.given_name,
        named.family_name,
        case
            when named.has_parts and named.is_in_doubt
                then nullif(concat_ws(' ', named.given_name, named.family_name), '')
            else named.full_name
        end as full_name,
        -- nobody is born after their record was made
        case
            when coalesce(
                records.birth_date
                <= cast(greatest(records.created_at, records.updated_at) as date),
                true
            ) then {{ known_birth_date('records.birth_date') }}
        end as birth_date,
        coalesce({{ known_value('records.organisation') }}, {{ known_value('accounts.name') }})
            as organisation,
        {{ known_value('records.title') }} as title,
        lower(records.language) as language,
        {{ plain_country('records.country') }} as country,
        records.bio,
        records.salutation,
        records.department,
        records.owner,
        records.lead_status,
        records.lead_source,
        records.lifecycle_stage,
        records.marketing_status,
        records.individual_id,
        records.tags,
        records.time_zone,
        records.email_status,
        records.phone_status,
        records.followers_count,
        records.first_email as primary_email,
        records.first_phone as primary_phone,

        -- times
        records.email_bounced_at,
        records.email_cleaned_at,
        records.last_activity_at,
        records.created_at,
        records.updated_at,
        records.deleted_at
    from records
    inner join kinds
        on records.record_id = kinds.record_id
    inner join named
        on records.record_id = named.record_id
    left join account_merges
        on records.account_id = account_merges.account_id
    left join accounts
        on coalesce(account_merges.survivor_id, records.account_id) = accounts.account_id
    left join last_survivors
        on records.record_id = last_survivors.record_id

)

select * from final
