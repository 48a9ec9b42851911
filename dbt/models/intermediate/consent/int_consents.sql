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

individual_rows as (

    select * from {{ ref('stg_salesforce__individuals') }}

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

-- an individual's wishes are those of every contact and lead that names it
individual_holders as (

    select
        source,
        individual_id,
        record_id
    from salesforce_contact_rows
    where individual_id is not null

    union all

    select
        source,
        individual_id,
        record_id
    from salesforce_lead_rows
    where individual_id is not null

),

individual_wishes as (

    select
        individual_record_id,
        source,
        individual_id,
        said_at,
        wish
    from individual_rows
    unpivot (
        is_wished for wish in (
            has_opted_out_of_tracking,
            has_opted_out_of_profiling,
            has_opted_out_of_processing,
            has_opted_out_of_marketing,
            has_opted_out_of_geotracking,
            is_to_be_forgotten
        )
    )
    where is_wished and deleted_at is null

),

channels as (

    {{ every_channel() }}

),

individual_objections as (

    select
        individual_holders.record_id || ':' || individual_wishes.wish || ':' || channels.channel
            as consent_event_id,
        individual_wishes.source,
        individual_holders.record_id,
        channels.channel,
        channels.purpose,
        'withdrawn' as status,
        individual_wishes.said_at as occurred_at,
        case individual_wishes.wish
            when 'has_opted_out_of_tracking' then 'Individual.HasOptedOutTracking'
            when 'has_opted_out_of_profiling' then 'Individual.HasOptedOutProfiling'
            when 'has_opted_out_of_processing' then 'Individual.HasOptedOutProcessing'
            when 'has_opted_out_of_marketing' then 'Individual.HasOptedOutSolicit'
            when 'has_opted_out_of_geotracking' then 'Individual.HasOptedOutGeoTracking'
            else 'Individual.ShouldForget'
        end as evidence
    from individual_wishes
    inner join individual_holders
        on
            individual_wishes.source = individual_holders.source
            and individual_wishes.individual_id = individual_holders.individual_id
    inner join channels
        on
            individual_wishes.wish in ('has_opted_out_of_processing', 'is_to_be_forgotten')
            or individual_wishes.wish = 'has_opted_out_of_' || channels.purpose

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

    select * from individual_objections

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
