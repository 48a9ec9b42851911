with

contact_points as (

    select * from {{ ref('customer_contact_points') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

consent_history as (

    select * from {{ ref('customer_consent_history') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

email_events as (

    select * from {{ ref('fct_email_event') }}

),

withdrawals as (

    select *
    from consent_history
    where status = 'withdrawn'

),

-- what a system would still do with a record, whoever of the customer's records withdrew
reachable_records as (

    select
        customer_records.customer_id,
        records.record_id,
        records.source,
        'email' as channel
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    where
        records.email_status = 'mailable'
        and records.primary_email is not null
        and records.deleted_at is null
        and records.merged_into is null

    union all

    select
        customer_records.customer_id,
        records.record_id,
        records.source,
        'phone' as channel
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    where
        records.phone_status = 'callable'
        and records.primary_phone is not null
        and records.deleted_at is null
        and records.merged_into is null

),

still_reachable as (

    select
        'reachable_elsewhere' as conflict,
        reachable_records.customer_id,
        reachable_records.record_id,
        reachable_records.source,
        reachable_records.channel,
        withdrawals.valid_from as withdrawn_at,
        withdrawals.source as withdrawn_source,
        withdrawals.evidence as withdrawn_evidence,
        cast(null as bigint) as mails,
        cast(null as timestamptz) as first_mailed_at,
        cast(null as timestamptz) as last_mailed_at
    from reachable_records
    inner join withdrawals
        on
            reachable_records.customer_id = withdrawals.customer_id
            and reachable_records.channel = withdrawals.channel
            and withdrawals.is_current

),

-- campaigns alone: an invoice or a new password needs nobody's consent
campaign_mails as (

    select
        send_key,
        customer_id,
        record_id,
        source,
        min(occurred_at) filter (where event_type in ('sent', 'delivered')) as mailed_at
    from email_events
    where
        customer_id is not null
        and campaign_id is not null
        and send_key is not null
    group by send_key, customer_id, record_id, source
    having count(*) filter (where event_type = 'drop') = 0

),

-- an address that two customers hold is one letter box: what one of them withdrew holds for it
shared_addresses as (

    select
        contact_point,
        customer_id
    from contact_points
    where kind = 'email' and holders > 1

),

other_holders as (

    select
        identifiers.record_id,
        shared_addresses.customer_id
    from identifiers
    inner join shared_addresses
        on identifiers.value_norm = shared_addresses.contact_point
    where identifiers.kind = 'email'
    group by identifiers.record_id, shared_addresses.customer_id

),

reached as (

    select
        send_key,
        customer_id,
        record_id,
        source,
        mailed_at,
        customer_id as withdrawn_customer_id
    from campaign_mails
    where mailed_at is not null

    union all

    select
        campaign_mails.send_key,
        campaign_mails.customer_id,
        campaign_mails.record_id,
        campaign_mails.source,
        campaign_mails.mailed_at,
        other_holders.customer_id as withdrawn_customer_id
    from campaign_mails
    inner join other_holders
        on
            campaign_mails.record_id = other_holders.record_id
            and campaign_mails.customer_id <> other_holders.customer_id
    where campaign_mails.mailed_at is not null

),

mailed_nevertheless as (

    select
        'mailed_after_withdrawal' as conflict,
        reached.customer_id,
        reached.record_id,
        reached.source,
        'email' as channel,
        min(withdrawals.valid_from) as withdrawn_at,
        min_by(withdrawals.source, reached.mailed_at) as withdrawn_source,
        min_by(withdrawals.evidence, reached.mailed_at) as withdrawn_evidence,
        count(distinct reached.send_key) as mails,
        min(reached.mailed_at) as first_mailed_at,
        max(reached.mailed_at) as last_mailed_at
    from reached
    inner join withdrawals
        on
            reached.withdrawn_customer_id = withdrawals.customer_id
            and withdrawals.channel = 'email'
            and coalesce(reached.mailed_at > withdrawals.valid_from, true)
            and coalesce(reached.mailed_at < withdrawals.valid_to, true)
    group by reached.customer_id, reached.record_id, reached.source

),

gathered as (

    select * from still_reachable

    union all

    select * from mailed_nevertheless

),

final as (

    select
        -- keys
        concat_ws('|', conflict, channel, record_id) as consent_conflict_id,
        customer_id,
        record_id,

        -- attributes
        conflict,
        channel,
        source,
        withdrawn_source,
        withdrawn_evidence,

        -- measures
        mails,

        -- times
        withdrawn_at,
        first_mailed_at,
        last_mailed_at
    from gathered
    where customer_id is not null

)

select * from final
