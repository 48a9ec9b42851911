with

records as (

    select * from {{ ref('int_contact_records') }}

),

customer_xref as (

    select * from {{ source('identity', 'customer_xref') }}

),

record_status as (

    select * from {{ source('identity', 'record_status') }}

),

quarantined as (

    select * from {{ source('landing', 'quarantined') }}

),

sources as (

    select * from {{ source('config', 'sources') }}

),

current_members as (

    select
        record_id,
        customer_id,
        confidence
    from customer_xref
    where valid_to is null

),

landed as (

    select
        records.record_id,
        current_members.customer_id,
        records.source,
        records.vendor,
        records.record_type,
        records.merged_into,
        case
            when current_members.customer_id is not null then null
            when record_status.status = 'withdrawn' then 'record_withdrawn'
            when record_status.status = 'not_a_customer' then 'record_not_a_customer'
            else 'record_unresolved'
        end as unattributed_reason,
        current_members.confidence
    from records
    left join current_members
        on records.record_id = current_members.record_id
    left join record_status
        on records.record_id = record_status.record_id

),

held_back as (

    select
        quarantined._source || ':' || quarantined._stream || ':' || quarantined._native_id
            as record_id,
        quarantined._source as source,
        min(sources.vendor) as vendor,
        min(quarantined._stream) as record_type
    from quarantined
    inner join sources
        on quarantined._source = sources.name
    where
        quarantined._native_id is not null
        and (
            quarantined._stream in ('contact', 'lead', 'member', 'user', 'profile')
            or (quarantined._stream = 'account' and sources.vendor = 'mastodon')
        )
    group by
        quarantined._source || ':' || quarantined._stream || ':' || quarantined._native_id,
        quarantined._source

),

never_landed as (

    select held_back.*
    from held_back
    left join landed
        on held_back.record_id = landed.record_id
    where landed.record_id is null

),

all_records as (

    select * from landed

    union all

    select
        record_id,
        null as customer_id,
        source,
        vendor,
        record_type,
        null as merged_into,
        'record_quarantined' as unattributed_reason,
        null as confidence
    from never_landed

)

select * from all_records
