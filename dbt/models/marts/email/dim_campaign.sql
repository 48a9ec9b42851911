with

campaign_xref as (

    select * from {{ ref('campaign_xref') }}

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

-- what a tool does not say another may; of two that do, the one that leads is believed
described as (

    select
        *,
        case when campaign_record_id = campaign_id then '0' else '1' end || campaign_record_id
            as standing
    from campaign_xref

),

tools as (

    select
        campaign_id,
        min_by(source, standing) as source,
        min_by(campaign_name, standing) filter (where campaign_name is not null) as campaign_name,
        min_by(compared_name, standing) filter (where compared_name is not null) as compared_name,
        min_by(parent_campaign_id, standing) filter (where parent_campaign_id <> campaign_id)
            as parent_campaign_id,
        min_by(campaign_type, standing) filter (where campaign_type is not null) as campaign_type,
        min_by(status, standing) filter (where status is not null) as status,
        -- amounts of two currencies are never one sum
        case when count(distinct currency) = 1 then min(currency) end as currency,
        case when count(distinct currency) <= 1 then sum(actual_cost_minor) end
            as actual_cost_minor,
        case when count(distinct currency) <= 1 then sum(budgeted_cost_minor) end
            as budgeted_cost_minor,
        bool_or(is_active) as is_active,
        count(*) as campaign_records,
        count(distinct source) as tools,
        min(start_date) as start_date,
        max(end_date) as end_date
    from described
    group by campaign_id

),

emailed as (

    select
        campaign_id,
        count(distinct coalesce(customer_id, record_id)) as recipients,
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
        count(*) as opportunities,
        count(*) filter (where is_won) as won_opportunities,
        min(created_at) as first_event_at,
        max(created_at) as last_event_at
    from opportunities
    where campaign_id is not null and not is_deleted
    group by campaign_id

),

measured as (

    select
        -- keys
        tools.campaign_id,

        -- attributes
        tools.source,
        coalesce(tools.campaign_name, tools.compared_name) as campaign_name,
        tools.parent_campaign_id,
        tools.campaign_type,
        tools.status,
        tools.currency,

        -- measures
        cast(tools.actual_cost_minor as bigint) as actual_cost_minor,
        cast(tools.budgeted_cost_minor as bigint) as budgeted_cost_minor,
        cast(tools.campaign_records as bigint) as campaign_records,
        cast(tools.tools as bigint) as tools,
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
        tools.is_active,

        -- times
        tools.start_date,
        tools.end_date,
        least(
            emailed.first_event_at, joined_by_members.first_event_at, sold.first_event_at
        ) as first_event_at,
        greatest(
            emailed.last_event_at, joined_by_members.last_event_at, sold.last_event_at
        ) as last_event_at
    from tools
    left join emailed
        on tools.campaign_id = emailed.campaign_id
    left join joined_by_members
        on tools.campaign_id = joined_by_members.campaign_id
    left join sold
        on tools.campaign_id = sold.campaign_id

)

select * from measured
