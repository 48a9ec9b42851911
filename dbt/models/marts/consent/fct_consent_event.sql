with

consents as (

    select * from {{ ref('int_consents') }}

),

entries as (

    select * from {{ ref('stg_manual__consents') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

channels as (

    {{ every_channel() }}

),

named as (

    {{ named_by_hand('entries', 'consent_entry_id', 'identifiers', 'customer_records') }}

),

-- a yes is one person's own; a no on an address or number that several hold is kept by all of them
by_hand as (

    select
        concat_ws('|', entries.consent_entry_id, channels.channel, named.record_id)
            as consent_event_id,
        entries.source,
        named.record_id,
        channels.channel,
        case
            when
                channels.channel in ('email', 'phone')
                and entries.channel not in ('all', 'processing')
                then entries.purpose
            else channels.purpose
        end as purpose,
        entries.status,
        entries.said_at as occurred_at,
        'manual entry' as evidence
    from entries
    inner join channels
        on {{ is_about('entries.channel', 'channels.channel', 'entries.status') }}
    inner join named
        on entries.consent_entry_id = named.entry_id
    where entries.status = 'withdrawn' or named.customers <= 1

),

said as (

    {{ union_by_name(['consents', 'by_hand']) }}

),

attributed as (

    select
        -- keys
        said.consent_event_id,
        said.record_id,
        customer_records.customer_id,

        -- attributes
        said.source,
        said.channel,
        said.purpose,
        said.status,
        said.evidence,
        {{ unattributed_reason('said', "'no_contact'") }} as unattributed_reason,

        -- times
        said.occurred_at
    from said
    left join customer_records
        on said.record_id = customer_records.record_id

)

select * from attributed
