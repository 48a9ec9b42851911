{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_versions('customer_id', ref('int_customer_versions')) }}",
) }}

with

golden_values as (

    select * from {{ ref('customer_golden_values') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

addresses as (

    select * from {{ ref('int_contact_addresses') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

corrections as (

    select * from {{ ref('int_customer_corrections') }}

),

versions as (

    select * from {{ ref('int_customer_versions') }}

),

restated as (

    select *
    from versions
    where {{ not_held('versions', 'customer_id') }}

),

pivoted as (

    select
        customer_id,
        max(case when field = 'name' then record_id end) as name_record_id,
        max(case when field = 'address' then record_id end) as address_record_id,
        max(case when field = 'name' then golden_value end) as full_name,
        max(case when field = 'name' then source end) as name_source,
        max(case when field = 'name' then as_of end) as name_as_of,
        max(case when field = 'address' then source end) as address_source,
        max(case when field = 'address' then as_of end) as address_as_of,
        {{ survivor('email') }},
        {{ survivor('phone') }},
        {{ survivor('country') }},
        {{ survivor('birth_date', 'date') }},
        {{ survivor('title') }},
        {{ survivor('organisation') }},
        {{ survivor('account_id') }},
        {{ survivor('language') }}
    from golden_values
    where customer_id in (select restated.customer_id from restated)
    group by customer_id

),

membership as (

    select
        customer_records.customer_id,
        min(restated._version) as _version,
        case
            when count(*) filter (where records.kind = 'person' and records.merged_into is null) > 0
                then 'person'
            when count(*) filter (where records.kind = 'shared_mailbox') > 0 then 'shared_mailbox'
            else 'person'
        end as kind,
        count(*) as record_count,
        count(distinct records.source) as source_count,
        min(customer_records.confidence) as identity_confidence,
        min(coalesce(records.created_at, records.updated_at)) as first_seen_at,
        max(coalesce(records.updated_at, records.created_at)) as last_changed_at
    from customer_records
    inner join restated
        on customer_records.customer_id = restated.customer_id
    inner join records
        on customer_records.record_id = records.record_id
    group by customer_records.customer_id

),

addressed as (

    select
        addresses.record_id,
        addresses.street,
        addresses.city,
        addresses.state,
        addresses.postal_code,
        coalesce(country_names.country, addresses.country) as country
    from addresses
    left join country_names
        on lower(trim(addresses.country)) = country_names.country_name

),

-- the parts of the whole name: both as one record has them, or one of them and the rest
parted as (

    select
        pivoted.customer_id,
        pivoted.full_name,
        known.given_name,
        known.family_name,
        {{ plain_letters('pivoted.full_name') }}
        like {{ plain_letters('known.given_name') }} || ' %' as begins_with_given,
        {{ plain_letters('pivoted.full_name') }}
        like '% ' || {{ plain_letters('known.family_name') }} as ends_with_family,
        known.record_id = pivoted.name_record_id as is_of_name_record,
        known.record_id
    from pivoted
    inner join customer_records
        on pivoted.customer_id = customer_records.customer_id
    inner join records as known
        on customer_records.record_id = known.record_id
    where
        coalesce(known.given_name, known.family_name) is not null
        and pivoted.full_name is not null

),

named as (

    select
        customer_id,
        case
            when begins_with_given then substr(full_name, 1, length(given_name))
            when ends_with_family
                then substr(full_name, 1, length(full_name) - length(family_name) - 1)
            else nullif(trim({{ name_cased('given_name') }}), '')
        end as given_name,
        case
            when ends_with_family
                then substr(
                    full_name, length(full_name) - length(family_name) + 1, length(family_name)
                )
            when begins_with_given then substr(full_name, length(given_name) + 2)
            else nullif(trim({{ name_cased('family_name') }}), '')
        end as family_name
    from parted
    where begins_with_given or ends_with_family or is_of_name_record
    qualify
        row_number() over (
            partition by customer_id
            order by
                is_of_name_record desc,
                coalesce(begins_with_given, false) and coalesce(ends_with_family, false) desc,
                coalesce(ends_with_family, false) desc,
                length(concat_ws('', given_name, family_name)) desc,
                record_id asc
        ) = 1

),

-- what somebody has put right; an empty text says that there is no value
corrected as (

    select
        customer_id,
        {{ correction_of('full_name') }},
        {{ correction_of('given_name') }},
        {{ correction_of('family_name') }},
        {{ correction_of('email', plain_email('corrected_value')) }},
        {{ correction_of('phone', plain_phone('corrected_value')) }},
        {{ correction_of('street') }},
        {{ correction_of('city') }},
        {{ correction_of('state') }},
        {{ correction_of('postal_code') }},
        {{ correction_of('country', 'upper(corrected_value)') }},
        {{ correction_of('birth_date', 'cast(' ~ to_date('corrected_value') ~ ' as varchar)') }},
        {{ correction_of('title') }},
        {{ correction_of('organisation') }},
        {{ correction_of('language', 'lower(corrected_value)') }},
        {{ corrected_when('name', ['full_name', 'given_name', 'family_name']) }},
        {{ corrected_when('address', ['street', 'city', 'state', 'postal_code']) }},
        {{ corrected_when('email', ['email']) }},
        {{ corrected_when('phone', ['phone']) }},
        {{ corrected_when('country', ['country']) }},
        {{ corrected_when('birth_date', ['birth_date']) }},
        {{ corrected_when('title', ['title']) }},
        {{ corrected_when('organisation', ['organisation']) }},
        {{ corrected_when('language', ['language']) }}
    from corrections
    group by customer_id

),

golden as (

    select
        -- keys
        membership.customer_id,
        pivoted.account_id as account_record_id,

        -- attributes
        membership.kind,
        case
            when corrected.full_name is not null then nullif(corrected.full_name, '')
            when coalesce(corrected.given_name, corrected.family_name) is not null
                then nullif(concat_ws(
                    ' ',
                    nullif(coalesce(corrected.given_name, named.given_name), ''),
                    nullif(coalesce(corrected.family_name, named.family_name), '')
                ), '')
            else pivoted.full_name
        end as full_name,
        {{ name_part('given_name', "|| ' %'") }} as given_name,
        {{ name_part('family_name', '', "'% ' ||") }} as family_name,
        {{ corrected_or('email', 'pivoted.email') }} as email,
        {{ corrected_or('phone', 'pivoted.phone') }} as phone,
        {{ corrected_or('street', 'addressed.street') }} as street,
        {{ corrected_or('city', 'addressed.city') }} as city,
        {{ corrected_or('state', 'addressed.state') }} as state,
        {{ corrected_or('postal_code', 'addressed.postal_code') }} as postal_code,
        {{ corrected_or('country', 'coalesce(addressed.country, pivoted.country)') }} as country,
        cast(
            {{ corrected_or('birth_date', 'cast(pivoted.birth_date as varchar)') }} as date
        ) as birth_date,
        {{ corrected_or('title', 'pivoted.title') }} as title,
        {{ corrected_or('organisation', 'pivoted.organisation') }} as organisation,
        {{ corrected_or('language', 'pivoted.language') }} as language,

        -- sources of the attributes
        pivoted.account_id_source as account_record_id_source,
        coalesce(corrected.name_source, pivoted.name_source) as name_source,
        coalesce(corrected.email_source, pivoted.email_source) as email_source,
        coalesce(corrected.phone_source, pivoted.phone_source) as phone_source,
        coalesce(corrected.address_source, pivoted.address_source) as address_source,
        case
            when corrected.country is not null then corrected.country_source
            when addressed.country is not null then pivoted.address_source
            else pivoted.country_source
        end as country_source,
        coalesce(corrected.birth_date_source, pivoted.birth_date_source) as birth_date_source,
        coalesce(corrected.title_source, pivoted.title_source) as title_source,
        coalesce(corrected.organisation_source, pivoted.organisation_source) as organisation_source,
        coalesce(corrected.language_source, pivoted.language_source) as language_source,

        -- measures
        cast(membership.record_count as bigint) as record_count,
        cast(membership.source_count as bigint) as source_count,
        membership.identity_confidence,

        -- times
        pivoted.account_id_as_of as account_record_id_as_of,
        coalesce(corrected.name_as_of, pivoted.name_as_of) as name_as_of,
        coalesce(corrected.email_as_of, pivoted.email_as_of) as email_as_of,
        coalesce(corrected.phone_as_of, pivoted.phone_as_of) as phone_as_of,
        coalesce(corrected.address_as_of, pivoted.address_as_of) as address_as_of,
        case
            when corrected.country is not null then corrected.country_as_of
            when addressed.country is not null then pivoted.address_as_of
            else pivoted.country_as_of
        end as country_as_of,
        coalesce(corrected.birth_date_as_of, pivoted.birth_date_as_of) as birth_date_as_of,
        coalesce(corrected.title_as_of, pivoted.title_as_of) as title_as_of,
        coalesce(corrected.organisation_as_of, pivoted.organisation_as_of) as organisation_as_of,
        coalesce(corrected.language_as_of, pivoted.language_as_of) as language_as_of,
        membership.first_seen_at,
        membership.last_changed_at,

        -- provenance
        membership._version
    from membership
    left join pivoted
        on membership.customer_id = pivoted.customer_id
    left join named
        on pivoted.customer_id = named.customer_id
    left join addressed
        on pivoted.address_record_id = addressed.record_id
    left join corrected
        on membership.customer_id = corrected.customer_id

)

select * from golden
