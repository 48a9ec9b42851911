{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_versions('customer_id', ref('int_customer_versions')) }}",
) }}

{#- a word of capitals alone, or no capital anywhere -#}
{%- set word_of_capitals = '(^|[^\\pL])\\p{Lu}{2,}($|[^\\pL])' -%}
{%- set no_capital = '^[^\\p{Lu}\\p{Lt}\\p{Lo}]*\\p{Ll}[^\\p{Lu}\\p{Lt}\\p{Lo}]*$' -%}
{%- set one_case = word_of_capitals ~ '|' ~ no_capital -%}

with

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

name_standings as (

    select * from {{ ref('int_name_standings') }}

),

addresses as (

    select * from {{ ref('int_contact_addresses') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

phone_numbers as (

    select * from {{ source('identity', 'phone_numbers') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

survivorship as (

    select * from {{ source('config', 'survivorship') }}

),

versions as (

    select * from {{ ref('int_customer_versions') }}

),

restated as (

    select *
    from versions
    where {{ not_held('versions', 'customer_id') }}

),

members as (

    select
        customer_records.customer_id,
        restated._version,
        records.*,
        coalesce(country_names.country, nullif(trim(records.country), '')) as country_code,
        records.merged_into is null and records.deleted_at is null as is_live,
        coalesce(records.updated_at, records.created_at) as as_of
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    inner join restated
        on customer_records.customer_id = restated.customer_id
    left join country_names
        on lower(trim(records.country)) = country_names.country_name

),

-- what a record says of itself
described as (

    select
        customer_id,
        _version,
        record_id,
        source,
        vendor,
        is_live,
        as_of,
        country_code as country,
        cast(birth_date as varchar) as birth_date,
        nullif(trim(title), '') as title,
        nullif(trim(organisation), '') as organisation,
        coalesce(
            account_id, {{ employer_key('source', 'organisation', 'primary_email') }}
        ) as account_id,
        nullif(trim(language), '') as language
    from members

),

attributes as (

    select
        customer_id,
        _version,
        record_id,
        source,
        vendor,
        is_live,
        as_of,
        field,
        candidate_value
    from described
    unpivot (
        candidate_value for field in (
            country, birth_date, title, organisation, account_id, language
        )
    )

),

-- names are judged beside the others of the customer
names as (

    select
        members.customer_id,
        members._version,
        members.record_id,
        members.source,
        members.vendor,
        coalesce(name_standings.is_live, members.is_live) as is_live,
        members.as_of,
        'name' as field,
        {{ replaced(
            "trim(coalesce(members.full_name, concat_ws(' ', members.given_name, members.family_name)))",
            '\\s+', ' '
        ) }} as candidate_value,
        members.given_name is not null and members.family_name is not null as has_both_parts,
        coalesce(name_standings.is_part_alone, false)
        or (members.given_name is null) <> (members.family_name is null) as has_one_part,
        name_standings.is_short_form,
        name_standings.agreeing_records as agreeing_names,
        name_standings.outdone_by
    from members
    left join name_standings
        on members.record_id = name_standings.record_id
    where coalesce(members.full_name, members.given_name, members.family_name) is not null

),

-- two spellings of one address in one record are one value
stated as (

    select
        record_id,
        kind,
        value_norm,
        min(value_raw) as value_raw,
        min(flag) as flag,
        count(*) filter (where is_shared) > 0 as is_shared,
        count(*) filter (where is_verified) > 0 as is_verified
    from identifiers
    where
        record_id in (select members.record_id from members)
        and kind in ('email', 'phone')
        and value_norm is not null
        and coalesce(flag, 'none') not in ('malformed', 'placeholder')
        -- digits that no numbering plan has are nobody's number
        and (kind <> 'phone' or value_norm like '+%')
    group by record_id, kind, value_norm

),

-- a fixed line is answered by whoever is there: a household, an office, a switchboard
fixed_lines as (

    select e164
    from phone_numbers
    where is_fixed_line
    group by e164

),

-- how to reach it; what nobody can be reached by is left out
contact_points as (

    select
        members.customer_id,
        members._version,
        members.record_id,
        members.source,
        members.vendor,
        members.is_live,
        members.as_of,
        stated.kind as field,
        stated.value_norm as candidate_value,
        fixed_lines.e164 is not null as is_of_a_place,
        -- where a record puts none first, each is
        coalesce(
            stated.value_raw = case
                when stated.kind = 'email' then members.primary_email
                else members.primary_phone
            end,
            true
        ) as is_primary,
        stated.is_shared,
        stated.is_verified
    from stated
    inner join members
        on stated.record_id = members.record_id
    left join fixed_lines
        on stated.value_norm = fixed_lines.e164
    where
        coalesce(stated.flag, 'none') <> 'generic'
        or members.kind = 'shared_mailbox'

),

whole_addresses as (

    select
        members.customer_id,
        members._version,
        members.record_id,
        members.source,
        members.vendor,
        members.is_live,
        members.as_of,
        'address' as field,
        concat_ws(
            ', ',
            addresses.street,
            addresses.postal_code,
            addresses.city,
            addresses.state,
            coalesce(country_names.country, addresses.country)
        ) as candidate_value
    from addresses
    inner join members
        on addresses.record_id = members.record_id
    left join country_names
        on lower(trim(addresses.country)) = country_names.country_name
    where coalesce(addresses.street, addresses.city, addresses.postal_code) is not null

),

candidates as (

    {{ union_by_name(['attributes', 'names', 'contact_points', 'whole_addresses']) }}

),

steps as (

    select
        field,
        rule,
        row_number() over (partition by field order by min(priority)) as step
    from survivorship
    group by field, rule

),

rules as (

    select
        field,
        max(case when step = 1 then rule end) as rule_1,
        max(case when step = 2 then rule end) as rule_2,
        max(case when step = 3 then rule end) as rule_3,
        max(case when step = 4 then rule end) as rule_4,
        max(case when step = 5 then rule end) as rule_5,
        max(case when step = 6 then rule end) as rule_6,
        max(case when rule = 'most_frequent' then 1 else 0 end) = 1 as counts_agreement
    from steps
    group by field

),

trust as (

    select
        field,
        vendor,
        min(priority) as trust_rank
    from survivorship
    where rule = 'most_trusted'
    group by field, vendor

),

weighed as (

    select
        candidates.customer_id,
        candidates._version,
        candidates.record_id,
        candidates.source,
        candidates.field,
        candidates.candidate_value,
        candidates.is_live,
        candidates.as_of,
        coalesce({{ unix_micros('candidates.as_of') }}, 0) as as_of_micros,
        coalesce(trust.trust_rank, 1000000) as trust_rank,
        lower(candidates.candidate_value) as spelling,
        coalesce(candidates.has_both_parts, false) as has_both_parts,
        coalesce(candidates.has_one_part, false) as has_one_part,
        coalesce(candidates.is_short_form, false) as is_short_form,
        coalesce(candidates.agreeing_names, 0) as agreeing_names,
        coalesce(candidates.outdone_by, 0) as outdone_by,
        coalesce(candidates.is_of_a_place, false) as is_of_a_place,
        coalesce(candidates.is_primary, false) as is_primary,
        coalesce(candidates.is_shared, false) as is_shared,
        coalesce(candidates.is_verified, false) as is_verified,
        not {{ has_pattern('candidates.candidate_value', one_case) }} as is_mixed_case,
        rules.rule_1,
        rules.rule_2,
        rules.rule_3,
        rules.rule_4,
        rules.rule_5,
        rules.rule_6,
        rules.counts_agreement
    from candidates
    inner join rules
        on candidates.field = rules.field
    left join trust
        on
            candidates.field = trust.field
            and candidates.vendor = trust.vendor

),

agreement as (

    select
        customer_id,
        field,
        spelling,
        -- whoever agrees on the words of a name outweighs whoever agrees on their order
        max(agreeing_names) * 100000 + count(*) as agreeing_records
    from weighed
    where counts_agreement
    group by customer_id, field, spelling

),

-- every word of the customer's names, whichever record has it
written_words as (

    select
        customer_id,
        {{ unnested(split_parts('candidate_value', ' ')) }} as word,
        candidate_value = lower(candidate_value) as is_of_small_letters
    from weighed
    where field = 'name'

),

counted_words as (

    select
        customer_id,
        {{ plain_letters('word') }} as plain_word,
        word,
        (word <> upper(word) or length(word) < 2) and not bool_or(is_of_small_letters)
            as is_mixed_case,
        count(*) as uses
    from written_words
    group by customer_id, word

),

-- capitals and small letters first; nobody adds an accent by mistake
best_words as (

    select
        customer_id,
        plain_word,
        word
    from counted_words
    where plain_word <> ''
    qualify
        row_number() over (
            partition by customer_id, plain_word
            order by
                is_mixed_case desc,
                length({{ replaced('word', '[A-Za-z]', '') }}) desc,
                uses desc,
                word asc
        ) = 1

),

spellings as (

    select
        customer_id,
        {{ map_of_rows('plain_word', 'word') }} as spellings
    from best_words
    group by customer_id

),

scored as (

    select
        weighed.*,
        {{ survivorship_score('weighed.rule_1') }} as score_1,
        {{ survivorship_score('weighed.rule_2') }} as score_2,
        {{ survivorship_score('weighed.rule_3') }} as score_3,
        {{ survivorship_score('weighed.rule_4') }} as score_4,
        {{ survivorship_score('weighed.rule_5') }} as score_5,
        {{ survivorship_score('weighed.rule_6') }} as score_6
    from weighed
    left join agreement
        on
            weighed.customer_id = agreement.customer_id
            and weighed.field = agreement.field
            and weighed.spelling = agreement.spelling

),

survivors as (

    select
        customer_id,
        field,
        candidate_value,
        record_id,
        source,
        as_of,
        _version
    from scored
    qualify
        row_number() over (
            partition by customer_id, field
            order by
                -- what was merged away may still know the name that is written out
                case when rule_1 = 'spelled_out' then score_1 end desc nulls last,
                is_live desc,
                score_1 desc,
                score_2 desc,
                score_3 desc,
                score_4 desc,
                score_5 desc,
                score_6 desc,
                as_of_micros desc,
                record_id asc,
                candidate_value asc
        ) = 1

),

respelled as (

    select
        survivors.*,
        case
            when survivors.field = 'name'
                then {{ respelled('survivors.candidate_value', 'spellings.spellings') }}
        end as respelled_name
    from survivors
    left join spellings
        on survivors.customer_id = spellings.customer_id

),

final as (

    select
        customer_id,
        field,
        case
            when field <> 'name' then candidate_value
            when {{ has_pattern('respelled_name', one_case) }}
                then {{ name_cased('respelled_name') }}
            else respelled_name
        end as golden_value,
        record_id,
        source,
        as_of,
        _version
    from respelled

)

select * from final
