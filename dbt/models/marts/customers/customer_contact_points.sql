with

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

phone_numbers as (

    select * from {{ source('identity', 'phone_numbers') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

corrections as (

    select * from {{ ref('int_customer_corrections') }}

),

email_events as (

    select * from {{ ref('fct_email_event') }}

),

consent_history as (

    select * from {{ ref('customer_consent_history') }}

),

stated as (

    select
        customer_records.customer_id,
        identifiers.record_id,
        customer_records.source,
        identifiers.kind,
        identifiers.value_norm as contact_point,
        case
            when identifiers.flag in ('malformed', 'placeholder') then identifiers.flag
            -- digits that no numbering plan has are nobody's number
            when identifiers.kind = 'phone' and identifiers.value_norm not like '+%'
                then 'malformed'
        end as flaw,
        identifiers.flag = 'role' as is_role,
        coalesce(identifiers.is_shared, false) as is_shared,
        coalesce(identifiers.is_verified, false) as is_verified,
        identifiers.first_seen_at,
        identifiers.last_seen_at
    from identifiers
    inner join customer_records
        on identifiers.record_id = customer_records.record_id
    where
        identifiers.kind in ('email', 'phone')
        and identifiers.value_norm is not null
        and customer_records.customer_id is not null

    union all

    -- what somebody has put right; no record holds it yet
    select
        corrections.customer_id,
        corrections.record_id,
        corrections.source,
        corrections.field as kind,
        case
            when corrections.field = 'email' then {{ plain_email('corrections.corrected_value') }}
            else {{ plain_phone('corrections.corrected_value') }}
        end as contact_point,
        cast(null as varchar) as flaw,
        false as is_role,
        false as is_shared,
        true as is_verified,
        corrections.said_at as first_seen_at,
        corrections.said_at as last_seen_at
    from corrections
    where corrections.field in ('email', 'phone') and corrections.corrected_value is not null

),

-- what it replaces stays in sight, and is used no more
replaced as (

    select
        customer_id,
        field as kind,
        case
            when field = 'email' then {{ plain_email('replaced_value') }}
            else {{ plain_phone('replaced_value') }}
        end as contact_point,
        {{ plain_email('corrected_value') }} as corrected_value
    from corrections
    where field in ('email', 'phone') and replaced_value is not null

),

-- what a mail tool saw of the address it mailed
arrivals as (

    select
        record_id,
        max(occurred_at) as arrived_at
    from email_events
    where
        record_id is not null
        and (
            event_type in ('delivered', 'complaint', 'unsubscribe')
            or engagement in ('human_open', 'human_click')
        )
    group by record_id

),

mailed as (

    select
        email_events.record_id,
        max(email_events.occurred_at) filter (
            where email_events.event_type = 'bounce' and email_events.bounce_class = 'hard'
        ) as hard_bounced_at,
        max(email_events.occurred_at) filter (where email_events.event_type = 'bounce')
            as bounced_at,
        max_by(email_events.bounce_class, email_events.occurred_at) filter (
            where email_events.event_type = 'bounce'
        ) as bounce_class,
        count(*) filter (
            where email_events.event_type = 'bounce'
            and email_events.bounce_class = 'soft'
            and coalesce(email_events.occurred_at > arrivals.arrived_at, true)
        ) as soft_bounces_since_arrival,
        max(arrivals.arrived_at) as arrived_at,
        max(email_events.occurred_at) filter (
            where email_events.engagement in ('human_open', 'human_click')
        ) as read_at
    from email_events
    left join arrivals
        on email_events.record_id = arrivals.record_id
    where email_events.record_id is not null
    group by email_events.record_id

),

addressed_records as (

    select
        records.record_id,
        records.email_status,
        records.email_bounced_at,
        records.email_cleaned_at,
        mailed.hard_bounced_at,
        mailed.bounced_at,
        mailed.bounce_class,
        mailed.soft_bounces_since_arrival,
        mailed.arrived_at,
        mailed.read_at
    from records
    left join mailed
        on records.record_id = mailed.record_id

),

told as (

    select
        stated.customer_id,
        stated.kind,
        stated.contact_point,
        min(stated.flaw) as flaw,
        max(case when stated.is_role then 1 else 0 end) = 1 as is_role,
        max(case when stated.is_shared then 1 else 0 end) = 1 as is_shared,
        max(case when stated.is_verified then 1 else 0 end) = 1 as is_verified,
        count(distinct stated.record_id) as record_count,
        count(distinct stated.source) as source_count,
        max(greatest(addressed_records.hard_bounced_at, addressed_records.email_bounced_at))
            as hard_bounced_at,
        max(greatest(addressed_records.bounced_at, addressed_records.email_bounced_at))
            as bounced_at,
        max_by(addressed_records.bounce_class, addressed_records.bounced_at) as bounce_class,
        max(addressed_records.soft_bounces_since_arrival) as soft_bounces,
        max(addressed_records.email_cleaned_at) as cleaned_at,
        max(case when addressed_records.email_status = 'cleaned' then 1 else 0 end) = 1
            as is_cleaned,
        max(addressed_records.arrived_at) as arrived_at,
        max(addressed_records.read_at) as read_at,
        min(stated.first_seen_at) as first_seen_at,
        max(stated.last_seen_at) as last_seen_at
    from stated
    left join addressed_records
        on
            stated.record_id = addressed_records.record_id
            and stated.kind = 'email'
    group by stated.customer_id, stated.kind, stated.contact_point

),

withdrawn as (

    select
        customer_id,
        case when channel = 'phone' then 'phone' else 'email' end as kind,
        status
    from consent_history
    where is_current and channel in ('email', 'phone')

),

-- one holder's withdrawal holds for the address: a mail to it reaches them too
held as (

    select
        told.*,
        withdrawn.status as consent,
        count(*) over (partition by told.kind, told.contact_point) as holders,
        bool_or(coalesce(withdrawn.status = 'withdrawn', false))
            over (partition by told.kind, told.contact_point) as is_withdrawn_by_a_holder
    from told
    left join withdrawn
        on
            told.customer_id = withdrawn.customer_id
            and told.kind = withdrawn.kind

),

fixed_lines as (

    select e164
    from phone_numbers
    where is_fixed_line
    group by e164

),

judged as (

    select
        held.*,
        customers.kind = 'shared_mailbox' as is_mailbox,
        case
            when held.kind = 'email' then held.contact_point = customers.email
            else held.contact_point = customers.phone
        end as is_primary,
        fixed_lines.e164 is not null as is_fixed_line,
        case
            when held.flaw is not null then held.flaw
            when
                held.hard_bounced_at is not null
                and coalesce(held.arrived_at <= held.hard_bounced_at, true)
                then 'bounced'
            -- as many in a row as Mailchimp takes an address for dead after
            when held.soft_bounces >= 7 then 'bounced'
            when held.is_cleaned then 'cleaned'
            when held.is_role then 'role'
            when held.is_shared or held.holders > 1 then 'shared'
            else 'valid'
        end as state
    from held
    inner join customers
        on held.customer_id = customers.customer_id
    left join fixed_lines
        on held.contact_point = fixed_lines.e164

),

reasoned as (

    select
        judged.*,
        case
            when replaced.contact_point is not null then 'corrected'
            when judged.state in ('malformed', 'placeholder', 'bounced', 'cleaned')
                then judged.state
            when judged.consent = 'withdrawn' then 'withdrawn'
            when judged.is_withdrawn_by_a_holder then 'withdrawn_by_another_holder'
            when judged.state = 'role' and not judged.is_mailbox then 'role'
            when judged.kind = 'email' and judged.consent is null then 'no_consent'
        end as not_contactable_reason
    from judged
    left join replaced
        on
            judged.customer_id = replaced.customer_id
            and judged.kind = replaced.kind
            and judged.contact_point = replaced.contact_point
            and judged.contact_point <> coalesce(replaced.corrected_value, '')

),

final as (

    select
        -- keys
        md5(concat_ws('|', customer_id, kind, contact_point)) as customer_contact_point_id,
        customer_id,

        -- attributes
        kind,
        contact_point,
        state,
        not_contactable_reason,
        bounce_class,

        -- measures
        row_number() over (
            partition by customer_id, kind
            order by
                case when not_contactable_reason is null then 0 else 1 end asc,
                case
                    when state in ('valid', 'shared') or (state = 'role' and is_mailbox) then 0
                    when state = 'role' then 1
                    when state in ('bounced', 'cleaned') then 2
                    else 3
                end asc,
                case when is_primary then 0 else 1 end asc,
                case when state = 'valid' then 0 else 1 end asc,
                case when is_verified then 0 else 1 end asc,
                record_count desc,
                last_seen_at desc nulls last,
                contact_point asc
        ) as contact_rank,
        record_count,
        source_count,
        holders,

        -- flags
        coalesce(is_primary, false) as is_primary,
        not_contactable_reason is null as is_contactable,
        is_shared or holders > 1 as is_shared,
        is_verified,
        is_fixed_line,

        -- times
        bounced_at as last_bounce_at,
        cleaned_at,
        arrived_at as last_arrived_at,
        read_at as last_read_at,
        first_seen_at,
        last_seen_at
    from reasoned

)

select * from final
