{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_identifiers(ref('int_contacts_unioned')) }}",
) }}

with

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

restated as (

    select
        record_id,
        first_seen_at,
        last_seen_at,
        identifiers,
        {{ identifier_list_version() }} as _version
    from contacts
    where {{ not_held('contacts', 'record_id') }}

),

listed as (

    select
        record_id,
        first_seen_at,
        last_seen_at,
        {{ unnested('identifiers') }} as identifier
    from restated

),

stated as (

    select
        record_id,
        (identifier).kind as kind,
        (identifier).network as network,
        (identifier).value as value,
        (identifier).is_verified as is_verified,
        first_seen_at,
        last_seen_at
    from listed
    where trim((identifier).value) <> ''

),

-- columns a company added to its CRM itself
extra_entries as (

    select
        record_id,
        first_seen_at,
        last_seen_at,
        {{ unnested(json_entries('value')) }} as entry
    from stated
    where
        kind = 'extra'
        and value <> '{}'

),

extra_columns as (

    select
        record_id,
        lower((entry).key) as name,
        trim((entry).value) as value,
        first_seen_at,
        last_seen_at
    from extra_entries
    where trim((entry).value) <> ''

),

from_extra_columns as (

    select
        record_id,
        {{ kind_of_extra_column('name', 'value') }} as kind,
        {{ network_of_extra_column('name', 'value') }} as network,
        value,
        false as is_verified,
        first_seen_at,
        last_seen_at
    from extra_columns

),

profile_fields as (

    select
        record_id,
        first_seen_at,
        last_seen_at,
        {{ unnested(json_items('value')) }} as field
    from stated
    where kind = 'fields'

),

texts as (

    select
        record_id,
        value,
        false as is_verified,
        first_seen_at,
        last_seen_at
    from stated
    where kind = 'text'

    union all

    select
        record_id,
        {{ json_text('field', 'value') }} as value,
        {{ json_text('field', 'verified_at') }} is not null as is_verified,
        first_seen_at,
        last_seen_at
    from profile_fields

),

found_in_texts as (

    select
        record_id,
        'email' as kind,
        cast(null as varchar) as network,
        {{ unnested(emails_in('value')) }} as value,
        is_verified,
        first_seen_at,
        last_seen_at
    from texts

    union all

    select
        record_id,
        'handle' as kind,
        'mastodon' as network,
        {{ unnested(fediverse_handles_in('value')) }} as value,
        is_verified,
        first_seen_at,
        last_seen_at
    from texts

    union all

    select
        record_id,
        'url' as kind,
        cast(null as varchar) as network,
        {{ unnested(urls_in('value')) }} as value,
        is_verified,
        first_seen_at,
        last_seen_at
    from texts

),

direct as (

    select
        record_id,
        kind,
        network,
        value,
        is_verified,
        first_seen_at,
        last_seen_at
    from stated
    where kind in ('email', 'phone', 'handle', 'url')

    union all

    select * from from_extra_columns
    where kind is not null

    union all

    select * from found_in_texts

),

-- people join several values as they like, vendors by semicolons
parted as (

    select
        record_id,
        kind,
        network,
        {{ joined_by_semicolons('value', 'kind') }} as value,
        is_verified,
        first_seen_at,
        last_seen_at
    from direct

),

single as (

    select
        record_id,
        kind,
        network,
        trim({{ unnested(split_parts('value', '[;\n]')) }}) as value,
        is_verified,
        first_seen_at,
        last_seen_at
    from parted

),

profiles_among_urls as (

    select
        record_id,
        'handle' as kind,
        {{ network_of_url('lower(value)') }} as network,
        value,
        is_verified,
        first_seen_at,
        last_seen_at
    from single
    where kind = 'url'

),

gathered as (

    select * from single

    union all

    select * from profiles_among_urls
    where network is not null

),

legible as (

    select
        *,
        case when kind = 'phone' then {{ ascii_digits('value') }} end as dialled
    from gathered

),

normalised as (

    select
        record_id,
        kind,
        network,
        value as value_raw,
        case kind
            when 'email' then {{ plain_email('value') }}
            when 'phone' then {{ plain_phone('dialled') }}
            when 'handle' then {{ network_handle('network', 'value') }}
            when 'url' then {{ plain_url('value') }}
        end as value_norm,
        is_verified,
        first_seen_at,
        last_seen_at
    from legible

),

one_per_value as (

    select
        -- keys
        record_id,
        kind,
        network,
        value_norm,

        -- attributes
        min(value_raw) as value_raw,

        -- flags
        bool_or(is_verified) as is_verified,

        -- times
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from normalised
    where
        value_norm is not null
        and value_norm not like 't.co/%'
    group by record_id, kind, network, value_norm

),

versioned as (

    select
        one_per_value.*,
        restated._version
    from one_per_value
    inner join restated
        on one_per_value.record_id = restated.record_id

)

select * from versioned
