with

customers as (

    select * from {{ ref('dim_customer') }}

),

identifiers as (

    select * from {{ ref('customer_identifiers') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

email_events as (

    select * from {{ ref('fct_email_event') }}

),

campaign_members as (

    select * from {{ ref('fct_campaign_member') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

customer_money as (

    select * from {{ ref('customer_money') }}

),

others_of_opportunities as (

    select * from {{ ref('bridge_opportunity_customer') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

consent as (

    select * from {{ ref('customer_consent') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

counted_by_source as (

    select
        customer_id,
        source,
        count(*) filter (where record_type = 'contact') as crm_contacts,
        count(*) filter (where record_type = 'lead') as crm_leads
    from customer_records
    where customer_id is not null
    group by customer_id, source

),

sourced as (

    select
        customer_id,
        cast(sum(crm_contacts) as bigint) as crm_contacts,
        cast(sum(crm_leads) as bigint) as crm_leads,
        {{ joined_in_order('source', ', ') }} as sources
    from counted_by_source
    group by customer_id

),

identified as (

    select
        customer_id,
        count(*) filter (where kind = 'email') as email_count,
        count(*) filter (where kind = 'phone') as phone_count,
        min(identifier) filter (where network = 'x') as x_handle,
        min(identifier) filter (where network = 'facebook') as facebook_handle,
        min(identifier) filter (where network = 'instagram') as instagram_handle,
        min(identifier) filter (where network = 'mastodon') as mastodon_handle,
        min(identifier) filter (where network = 'bluesky') as bluesky_handle
    from identifiers
    group by customer_id

),

talked as (

    select
        messages.customer_id,
        count(*) filter (where messages.direction = 'in') as messages_received,
        count(*) filter (where messages.direction = 'out') as messages_sent,
        count(*) filter (
            where messages.direction = 'in'
            and messages.created_at > as_of.as_of - interval '30' day
        ) as messages_received_30d,
        count(*) filter (
            where messages.direction = 'in'
            and messages.created_at > as_of.as_of - interval '90' day
        ) as messages_received_90d,
        count(*) filter (
            where messages.direction = 'in'
            and messages.created_at > as_of.as_of - interval '365' day
        ) as messages_received_365d,
        count(*) filter (where messages.is_unanswered) as messages_unanswered,
        count(distinct messages.conversation_id) as conversations,
        min(messages.created_at) filter (where messages.is_unanswered) as oldest_unanswered_at,
        min(messages.created_at) filter (where messages.direction = 'in') as first_message_at,
        max(messages.created_at) filter (where messages.direction = 'in') as last_received_at,
        max(messages.created_at) filter (where messages.direction = 'out') as last_sent_at
    from messages
    cross join as_of
    where
        messages.customer_id is not null
        and not messages.is_deleted
        and not messages.is_repost
    group by messages.customer_id

),

channelled as (

    select
        customer_id,
        channel,
        count(*) as message_count,
        max(created_at) as last_received_at
    from messages
    where
        customer_id is not null
        and direction = 'in'
        and not is_deleted
        and not is_repost
    group by customer_id, channel

),

preferred_channels as (

    select
        customer_id,
        channel
    from channelled
    qualify
        row_number() over (
            partition by customer_id
            order by message_count desc, last_received_at desc, channel asc
        ) = 1

),

mailed as (

    select
        email_events.customer_id,
        count(*) filter (where email_events.event_type = 'sent') as email_sends,
        count(*) filter (where email_events.event_type = 'delivered') as email_deliveries,
        count(*) filter (where email_events.engagement = 'human_open') as email_human_opens,
        count(*) filter (where email_events.engagement = 'machine_open') as email_machine_opens,
        count(*) filter (where email_events.engagement = 'human_click') as email_human_clicks,
        count(*) filter (where email_events.engagement = 'bot_click') as email_bot_clicks,
        count(*) filter (where email_events.event_type = 'bounce') as email_bounces,
        count(*) filter (where email_events.event_type = 'complaint') as email_complaints,
        count(*) filter (
            where email_events.engagement = 'human_open'
            and email_events.occurred_at > as_of.as_of - interval '90' day
        ) as email_human_opens_90d,
        count(*) filter (
            where email_events.engagement = 'human_click'
            and email_events.occurred_at > as_of.as_of - interval '90' day
        ) as email_human_clicks_90d,
        min(email_events.occurred_at) as first_email_at,
        max(email_events.occurred_at) filter (
            where email_events.event_type in ('sent', 'delivered')
        ) as last_email_at,
        max(email_events.occurred_at) filter (where email_events.engagement = 'human_open')
            as last_human_open_at,
        max(email_events.occurred_at) filter (where email_events.engagement = 'human_click')
            as last_human_click_at,
        max(email_events.occurred_at) filter (where email_events.event_type = 'bounce')
            as last_bounce_at
    from email_events
    cross join as_of
    where email_events.customer_id is not null
    group by email_events.customer_id

),

campaigned as (

    select
        customer_id,
        count(*) as campaign_memberships,
        count(*) filter (where has_responded) as campaign_responses,
        max(responded_at) filter (where has_responded) as last_response_at
    from campaign_members
    where customer_id is not null
    group by customer_id

),

dealt as (

    select
        customer_id,
        count(*) as opportunities,
        count(*) filter (where outcome = 'open') as open_opportunities,
        count(*) filter (where outcome = 'won') as won_opportunities,
        count(*) filter (where outcome = 'lost') as lost_opportunities,
        count(*) filter (where outcome = 'unknown') as unknown_opportunities,
        min(created_at) as first_opportunity_at,
        max(created_at) as last_opportunity_at,
        min(closed_at) filter (where outcome = 'won') as first_won_at,
        max(closed_at) filter (where outcome = 'won') as last_won_at
    from opportunities
    where customer_id is not null and not is_deleted
    group by customer_id

),

priced as (

    select
        customer_id,
        currency as main_currency,
        open_opportunities as open_opportunities_in_main_currency,
        won_opportunities as won_opportunities_in_main_currency,
        open_amount_minor,
        won_amount_minor,
        count(*) over (partition by customer_id) as currencies
    from customer_money
    qualify
        row_number() over (
            partition by customer_id
            order by won_opportunities desc, opportunities desc, currency asc
        ) = 1

),

involved as (

    select
        customer_id,
        count(*) as other_opportunities
    from others_of_opportunities
    group by customer_id

),

cared_for as (

    select
        customer_id,
        count(*) as cases_opened,
        count(*) filter (where not is_closed) as open_cases,
        count(*) filter (where is_escalated) as escalated_cases,
        min(created_at) as first_case_at,
        max(created_at) as last_case_at
    from cases
    where customer_id is not null and not is_deleted
    group by customer_id

),

-- a word about one group of e-mails never lifts a withdrawal of them all
last_words as (

    select
        customer_id,
        channel,
        status,
        occurred_at
    from consent
    qualify
        row_number() over (
            partition by customer_id, channel
            order by
                case when purpose = 'marketing' and status = 'withdrawn' then 0 else 1 end asc,
                occurred_at desc nulls last,
                case when status = 'withdrawn' then 0 else 1 end asc,
                purpose asc
        ) = 1

),

consented as (

    select
        customer_id,
        max(case when channel = 'email' then status end) as email_consent,
        max(case when channel = 'phone' then status end) as phone_consent,
        max(case when channel = 'email' then occurred_at end) as email_consent_at,
        max(case when channel = 'phone' then occurred_at end) as phone_consent_at
    from last_words
    group by customer_id

),

joined as (

    select
        customers.*,
        sourced.sources,
        sourced.crm_contacts,
        sourced.crm_leads,
        accounts.account_name,
        identified.email_count,
        identified.phone_count,
        identified.x_handle,
        identified.facebook_handle,
        identified.instagram_handle,
        identified.mastodon_handle,
        identified.bluesky_handle,
        talked.messages_received,
        talked.messages_sent,
        talked.messages_received_30d,
        talked.messages_received_90d,
        talked.messages_received_365d,
        talked.messages_unanswered,
        talked.conversations,
        talked.oldest_unanswered_at,
        talked.first_message_at,
        talked.last_received_at,
        talked.last_sent_at,
        preferred_channels.channel as preferred_channel,
        mailed.email_sends,
        mailed.email_deliveries,
        mailed.email_human_opens,
        mailed.email_machine_opens,
        mailed.email_human_clicks,
        mailed.email_bot_clicks,
        mailed.email_bounces,
        mailed.email_complaints,
        mailed.email_human_opens_90d,
        mailed.email_human_clicks_90d,
        mailed.first_email_at,
        mailed.last_email_at,
        mailed.last_human_open_at,
        mailed.last_human_click_at,
        mailed.last_bounce_at,
        campaigned.campaign_memberships,
        campaigned.campaign_responses,
        campaigned.last_response_at,
        dealt.opportunities,
        dealt.open_opportunities,
        dealt.won_opportunities,
        dealt.lost_opportunities,
        dealt.unknown_opportunities,
        dealt.first_opportunity_at,
        dealt.last_opportunity_at,
        dealt.first_won_at,
        dealt.last_won_at,
        priced.main_currency,
        priced.currencies,
        priced.open_opportunities_in_main_currency,
        priced.won_opportunities_in_main_currency,
        priced.open_amount_minor,
        priced.won_amount_minor,
        involved.other_opportunities,
        cared_for.cases_opened,
        cared_for.open_cases,
        cared_for.escalated_cases,
        cared_for.first_case_at,
        cared_for.last_case_at,
        consented.email_consent,
        consented.phone_consent,
        consented.email_consent_at,
        consented.phone_consent_at,
        greatest(
            talked.last_received_at,
            mailed.last_human_open_at,
            mailed.last_human_click_at,
            campaigned.last_response_at,
            cared_for.last_case_at
        ) as last_inbound_at,
        greatest(talked.last_sent_at, mailed.last_email_at) as last_outbound_at,
        least(
            talked.first_message_at,
            mailed.first_email_at,
            dealt.first_opportunity_at,
            cared_for.first_case_at
        ) as first_touch_at
    from customers
    left join sourced
        on customers.customer_id = sourced.customer_id
    left join accounts
        on customers.account_id = accounts.account_id
    left join identified
        on customers.customer_id = identified.customer_id
    left join talked
        on customers.customer_id = talked.customer_id
    left join preferred_channels
        on customers.customer_id = preferred_channels.customer_id
    left join mailed
        on customers.customer_id = mailed.customer_id
    left join campaigned
        on customers.customer_id = campaigned.customer_id
    left join dealt
        on customers.customer_id = dealt.customer_id
    left join priced
        on customers.customer_id = priced.customer_id
    left join involved
        on customers.customer_id = involved.customer_id
    left join cared_for
        on customers.customer_id = cared_for.customer_id
    left join consented
        on customers.customer_id = consented.customer_id

),

final as (

    select
        -- identity
        customer_id,
        kind,
        full_name,
        given_name,
        family_name,
        birth_date,
        email,
        phone,
        street,
        city,
        state,
        postal_code,
        country,
        language,
        title,
        organisation,
        sources,
        record_count,
        source_count,
        identity_confidence,
        coalesce(email_count, 0) as email_count,
        coalesce(phone_count, 0) as phone_count,
        first_seen_at,
        last_changed_at,

        -- crm
        account_id,
        account_name,
        coalesce(crm_contacts, 0) as crm_contacts,
        coalesce(crm_leads, 0) as crm_leads,
        coalesce(campaign_memberships, 0) as campaign_memberships,
        coalesce(campaign_responses, 0) as campaign_responses,

        -- social
        x_handle,
        facebook_handle,
        instagram_handle,
        mastodon_handle,
        bluesky_handle,
        coalesce(messages_received, 0) as messages_received,
        coalesce(messages_received_30d, 0) as messages_received_30d,
        coalesce(messages_received_90d, 0) as messages_received_90d,
        coalesce(messages_received_365d, 0) as messages_received_365d,
        coalesce(messages_sent, 0) as messages_sent,
        coalesce(messages_unanswered, 0) as messages_unanswered,
        coalesce(conversations, 0) as conversations,
        preferred_channel,
        oldest_unanswered_at,
        last_received_at as last_message_received_at,
        last_sent_at as last_message_sent_at,

        -- e-mail
        coalesce(email_sends, 0) as email_sends,
        coalesce(email_deliveries, 0) as email_deliveries,
        coalesce(email_human_opens, 0) as email_human_opens,
        coalesce(email_human_opens_90d, 0) as email_human_opens_90d,
        coalesce(email_machine_opens, 0) as email_machine_opens,
        coalesce(email_human_clicks, 0) as email_human_clicks,
        coalesce(email_human_clicks_90d, 0) as email_human_clicks_90d,
        coalesce(email_bot_clicks, 0) as email_bot_clicks,
        coalesce(email_bounces, 0) as email_bounces,
        coalesce(email_complaints, 0) as email_complaints,
        last_email_at,
        last_human_open_at,
        last_human_click_at,
        last_bounce_at,

        -- consent
        email_consent,
        email_consent_at,
        phone_consent,
        phone_consent_at,

        -- care
        coalesce(cases_opened, 0) as cases,
        coalesce(open_cases, 0) as open_cases,
        coalesce(escalated_cases, 0) as escalated_cases,
        last_case_at,

        -- money
        coalesce(opportunities, 0) as opportunities,
        coalesce(open_opportunities, 0) as open_opportunities,
        coalesce(won_opportunities, 0) as won_opportunities,
        coalesce(lost_opportunities, 0) as lost_opportunities,
        coalesce(unknown_opportunities, 0) as unknown_opportunities,
        coalesce(other_opportunities, 0) as other_opportunities,
        coalesce(currencies, 0) as currencies,
        main_currency,
        open_opportunities_in_main_currency,
        won_opportunities_in_main_currency,
        open_amount_minor as open_amount_minor_in_main_currency,
        won_amount_minor as won_amount_minor_in_main_currency,
        last_opportunity_at,
        first_won_at,
        last_won_at,

        -- recency
        first_touch_at,
        last_inbound_at,
        last_outbound_at
    from joined

)

select * from final
