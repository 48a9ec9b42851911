{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_other_versions('customer_id', ref('int_customer_versions')) }}",
) }}

with

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

versions as (

    select * from {{ ref('int_customer_versions') }}

),

restated as (

    select *
    from versions
    where {{ not_held('versions', 'customer_id') }}

),

gathered as (

    select
        -- keys
        md5(
            concat_ws(
                '|',
                customer_records.customer_id,
                identifiers.kind,
                coalesce(identifiers.network, ''),
                identifiers.value_norm
            )
        ) as customer_identifier_id,
        customer_records.customer_id,

        -- attributes
        identifiers.kind,
        identifiers.network,
        identifiers.value_norm as identifier,

        -- measures
        cast(count(distinct identifiers.record_id) as bigint) as record_count,
        cast(count(distinct customer_records.source) as bigint) as source_count,

        -- flags
        count(*) filter (where identifiers.is_verified) > 0 as is_verified,
        count(*) filter (where identifiers.is_shared) > 0 as is_shared,

        -- times
        min(identifiers.first_seen_at) as first_seen_at,
        max(identifiers.last_seen_at) as last_seen_at,

        -- provenance
        min(restated._version) as _version
    from identifiers
    inner join customer_records
        on identifiers.record_id = customer_records.record_id
    inner join restated
        on customer_records.customer_id = restated.customer_id
    where
        identifiers.value_norm is not null
        and coalesce(identifiers.flag, 'none') not in ('malformed', 'placeholder')
        -- digits that no numbering plan has are nobody's number
        and (identifiers.kind <> 'phone' or identifiers.value_norm like '+%')
    group by
        customer_records.customer_id,
        identifiers.kind,
        identifiers.network,
        identifiers.value_norm

)

select * from gathered
