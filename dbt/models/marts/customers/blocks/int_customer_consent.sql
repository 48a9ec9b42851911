with

customers as (

    select * from {{ ref('dim_customer') }}

),

consent_history as (

    select * from {{ ref('customer_consent_history') }}

),

consent_events as (

    select * from {{ ref('fct_consent_event') }}

),

conflicts as (

    select * from {{ ref('consent_conflicts') }}

),

standing as (

    select
        customer_id,
        max(status) filter (where channel = 'email') as email_consent,
        max(valid_from) filter (where channel = 'email') as email_consent_at,
        max(source) filter (where channel = 'email') as email_consent_source,
        max(evidence) filter (where channel = 'email') as email_consent_evidence,
        max(status) filter (where channel = 'phone') as phone_consent,
        max(valid_from) filter (where channel = 'phone') as phone_consent_at,
        max(source) filter (where channel = 'phone') as phone_consent_source,
        max(evidence) filter (where channel = 'phone') as phone_consent_evidence,
        max(status) filter (where channel = 'tracking') as tracking_consent,
        max(status) filter (where channel = 'profiling') as profiling_consent,
        max(status) filter (where channel = 'processing') as processing_consent
    from consent_history
    where is_current
    group by customer_id

),

heard as (

    select
        customer_id,
        max(occurred_at) as last_consent_at
    from consent_events
    where customer_id is not null
    group by customer_id

),

contradicted as (

    select
        customer_id,
        count(*) filter (where conflict = 'reachable_elsewhere') as consent_conflicts,
        cast(sum(mails) as bigint) as mails_after_withdrawal
    from conflicts
    group by customer_id

),

described as (

    select
        customers.customer_id,
        standing.email_consent,
        case when standing.email_consent = 'withdrawn' then true end as email_opt_out,
        standing.email_consent_at,
        standing.email_consent_source,
        standing.email_consent_evidence,
        standing.phone_consent,
        case when standing.phone_consent = 'withdrawn' then true end as phone_opt_out,
        standing.phone_consent_at,
        standing.phone_consent_source,
        standing.phone_consent_evidence,
        standing.tracking_consent,
        standing.profiling_consent,
        standing.processing_consent,
        heard.last_consent_at,
        coalesce(contradicted.consent_conflicts, 0) as consent_conflicts,
        coalesce(contradicted.mails_after_withdrawal, 0) as mails_after_withdrawal
    from customers
    left join standing
        on customers.customer_id = standing.customer_id
    left join heard
        on customers.customer_id = heard.customer_id
    left join contradicted
        on customers.customer_id = contradicted.customer_id

)

select * from described
