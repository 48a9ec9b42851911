with

salesforce_contact_rows as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

salesforce_lead_rows as (

    select * from {{ ref('stg_salesforce__leads') }}

),

hubspot_contact_rows as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

hubspot_event_rows as (

    select * from {{ ref('stg_hubspot__email_events') }}

),

mailchimp_member_rows as (

    select * from {{ ref('stg_mailchimp__members') }}

),

sendgrid_event_rows as (

    select * from {{ ref('stg_sendgrid__events') }}

),

salesforce_contact_email as (

    select
        record_id || ':email_opt_out' as consent_event_id,
        source,
        record_id,
        'email' as channel,
        'marketing' as purpose,
        'withdrawn' as status,
        opt_out_said_at as occurred_at,
        'Contact.HasOptedOutOfEmail' as evidence
    from salesforce_contact_rows
    where has_opted_out_of_email

),

salesforce_contact_phone as (

    select
        record_id || ':do_not_call' as consent_event_id,
        source,
        record_id,
        'phone' as channel,
        'marketing' as purpose,
        'withdrawn' as status,
        do_not_call_said_at as occurred_at,
        'Contact.DoNotCall' as evidence
    from salesforce_contact_rows
    where is_not_to_be_called

),

salesforce_lead_email as (

    select
        record_id || ':email_opt_out' as consent_event_id,
        source,
        record_id,
        'email' as channel,
        'marketing' as purpose,
        'withdrawn' as status,
        opt_out_said_at as occurred_at,
        'Lead.HasOptedOutOfEmail' as evidence
    from salesforce_lead_rows
    where has_opted_out_of_email

),

hubspot_contact_email as (

    select
        record_id || ':email_opt_out' as consent_event_id,
        source,
        record_id,
        'email' as channel,
        'marketing' as purpose,
        'withdrawn' as status,
        opt_out_said_at as occurred_at,
        'Unsubscribed from all email' as evidence
    from hubspot_contact_rows
    where has_unsubscribed_from_all

),

hubspot_status_changes as (

    select
        email_event_id as consent_event_id,
        source,
        record_id,
        'email' as channel,
        'marketing' as purpose,
        case
            when subscription_status = 'UNSUBSCRIBED' then 'withdrawn'
            else 'granted'
        end as status,
        occurred_at,
        'STATUSCHANGE ' || subscription_status as evidence
    from hubspot_event_rows
    where
        event_name = 'STATUSCHANGE'
        and subscription_status in ('UNSUBSCRIBED', 'SUBSCRIBED', 'RESUBSCRIBED')

),

hubspot_complaints as (

    select
        email_event_id as consent_event_id,
        source,
        record_id,
        'email' as channel,
        'marketing' as purpose,
        'withdrawn' as status,
        occurred_at,
        'SPAMREPORT' as evidence
    from hubspot_event_rows
    where event_name = 'SPAMREPORT'

),

-- The member's status decides; its times are only evidence. Who is pending has not confirmed,
-- who is cleaned, archived, transactional or not subscribed has given nothing that holds.
mailchimp_opt_ins as (

    select
        record_id || ':opt_in' as consent_event_id,
        source,
        record_id,
        'email' as channel,
        'marketing' as purpose,
        'granted' as status,
        coalesce(confirmed_at, opted_in_at) as occurred_at,
        case
            when confirmed_at is not null then 'CONFIRM_TIME'
            when opted_in_at is not null then 'OPTIN_TIME'
            else 'status subscribed'
        end as evidence
    from mailchimp_member_rows
    where
        status = 'subscribed'
        or (
            status = 'unsubscribed'
            and coalesce(confirmed_at, opted_in_at) < unsubscribed_at
        )

),

-- an address that was unsubscribed before it was cleaned, archived or asked again stays so
mailchimp_opt_outs as (

    select
        record_id || ':opt_out' as consent_event_id,
        source,
        record_id,
        'email' as channel,
        'marketing' as purpose,
        'withdrawn' as status,
        coalesce(unsubscribed_at, updated_at, status_said_at) as occurred_at,
        case
            when unsubscribed_at is not null then 'UNSUB_TIME'
            else 'status unsubscribed'
        end as evidence
    from mailchimp_member_rows
    where
        status = 'unsubscribed'
        or (coalesce(status, '') <> 'subscribed' and unsubscribed_at is not null)

),

sendgrid_changes as (

    select
        email_event_id as consent_event_id,
        source,
        record_id,
        'email' as channel,
        case
            when event_name in ('group_unsubscribe', 'group_resubscribe')
                then 'group ' || coalesce(unsubscribe_group_id, 'unknown')
            else 'marketing'
        end as purpose,
        case
            when event_name = 'group_resubscribe' then 'granted'
            else 'withdrawn'
        end as status,
        occurred_at,
        event_name as evidence
    from sendgrid_event_rows
    where
        event_name in ('unsubscribe', 'group_unsubscribe', 'group_resubscribe', 'spamreport')

),

unioned as (

    select * from salesforce_contact_email

    union all

    select * from salesforce_contact_phone

    union all

    select * from salesforce_lead_email

    union all

    select * from hubspot_contact_email

    union all

    select * from hubspot_status_changes

    union all

    select * from hubspot_complaints

    union all

    select * from mailchimp_opt_ins

    union all

    select * from mailchimp_opt_outs

    union all

    select * from sendgrid_changes

),

attributable as (

    select *
    from unioned
    where record_id is not null

)

select * from attributable
