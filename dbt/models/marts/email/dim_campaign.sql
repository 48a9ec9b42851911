with

email_events as (

    select * from {{ ref('fct_email_event') }}

),

campaign_members as (

    select * from {{ ref('fct_campaign_member') }}

),

described_campaigns as (

    select * from {{ ref('int_campaigns') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

emailed as (

    select
        campaign_id,
        min(source) as source,
        min(campaign_name) as campaign_name,
        count(distinct record_id) as recipients,
        count(*) filter (where event_type = 'delivered') as deliveries,
        count(*) filter (where engagement = 'human_open') as human_opens,
        count(*) filter (where engagement = 'machine_open') as machine_opens,
        count(*) filter (where engagement = 'human_click') as human_clicks,
        count(*) filter (where engagement = 'bot_click') as bot_clicks,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at
    from email_events
    where campaign_id is not null
    group by campaign_id

),

joined_by_members as (

    select
        campaign_id,
        min(source) as source,
        min(campaign_name) as campaign_name,
        count(*) as members,
        count(*) filter (where has_responded) as responses,
        min(created_at) as first_event_at,
        max(coalesce(responded_at, created_at)) as last_event_at
    from campaign_members
    where campaign_id is not null
    group by campaign_id

),

sold as (

    select
        campaign_id,
        min(source) as source,
        count(*) as opportunities,
        count(*) filter (where is_won) as won_opportunities,
        min(created_at) as first_event_at,
        max(created_at) as last_event_at
    from opportunities
    where campaign_id is not null and not is_deleted
    group by campaign_id

),

named as (

    select
        campaign_id,
        source,
        campaign_name,
        first_event_at,
        last_event_at
    from emailed

    union all

    select
        campaign_id,
        source,
        campaign_name,
        first_event_at,
        last_event_at
    from joined_by_members

    union all

    select
        campaign_id,
        source,
        null as campaign_name,
        first_event_at,
        last_event_at
    from sold

    union all

    select
        campaign_id,
        source,
        campaign_name,
        null as first_event_at,
        null as last_event_at
    from described_campaigns

),

campaigns as (

    select
        campaign_id,
        min(source) as source,
        min(campaign_name) as campaign_name,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from named
    group by campaign_id

),

measured as (

    select
        -- keys
        campaigns.campaign_id,

        -- attributes
        campaigns.source,
        campaigns.campaign_name,
        described_campaigns.parent_campaign_id,
        described_campaigns.campaign_type,
        described_campaigns.status,
        described_campaigns.currency,

        -- measures
        described_campaigns.actual_cost_minor,
        described_campaigns.budgeted_cost_minor,

        coalesce(emailed.recipients, 0) as recipients,
        coalesce(emailed.deliveries, 0) as deliveries,
        coalesce(emailed.human_opens, 0) as human_opens,
        coalesce(emailed.machine_opens, 0) as machine_opens,
        coalesce(emailed.human_clicks, 0) as human_clicks,
        coalesce(emailed.bot_clicks, 0) as bot_clicks,
        coalesce(joined_by_members.members, 0) as members,
        coalesce(joined_by_members.responses, 0) as responses,
        coalesce(sold.opportunities, 0) as opportunities,
        coalesce(sold.won_opportunities, 0) as won_opportunities,

        -- flags
        described_campaigns.is_active,

        -- times
        described_campaigns.start_date,
        described_campaigns.end_date,
        campaigns.first_event_at,
        campaigns.last_event_at
    from campaigns
    left join described_campaigns
        on campaigns.campaign_id = described_campaigns.campaign_id
    left join emailed
        on campaigns.campaign_id = emailed.campaign_id
    left join joined_by_members
        on campaigns.campaign_id = joined_by_members.campaign_id
    left join sold
        on campaigns.campaign_id = sold.campaign_id

)

select * from measured
