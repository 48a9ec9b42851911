with

described_campaigns as (

    select * from {{ ref('int_campaigns') }}

),

email_events as (

    select * from {{ ref('int_email_events') }}

),

campaign_members as (

    select * from {{ ref('int_campaign_members') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

sources as (

    select * from {{ source('config', 'sources') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

judgements as (

    select * from {{ source('config', 'campaign_judgements') }}

),

rules as (

    select
        {{ setting('campaigns.within_days', 'bigint') }} as within_days,
        {{ setting('campaigns.least_similarity', 'double') }} as least_similarity
    from settings

),

mentioned as (

    select
        campaign_id as campaign_record_id,
        source,
        null as deal_source,
        campaign_name,
        cast(start_date as date) as begun_on,
        coalesce(end_date, start_date) as last_day,
        cast(created_at as date) as created_on
    from described_campaigns

    union all

    select
        campaign_id as campaign_record_id,
        min(source) as source,
        null as deal_source,
        min(campaign_name) as campaign_name,
        cast(min(occurred_at) as date) as begun_on,
        null as last_day,
        null as created_on
    from email_events
    where campaign_id is not null
    group by campaign_id

    union all

    select
        campaign_id as campaign_record_id,
        min(source) as source,
        null as deal_source,
        min(campaign_name) as campaign_name,
        null as begun_on,
        null as last_day,
        cast(min(created_at) as date) as created_on
    from campaign_members
    where campaign_id is not null
    group by campaign_id

    union all

    select
        campaign_id as campaign_record_id,
        null as source,
        min(source) as deal_source,
        null as campaign_name,
        null as begun_on,
        null as last_day,
        cast(min(created_at) as date) as created_on
    from opportunities
    where campaign_id is not null and deleted_at is null
    group by campaign_id

),

-- a tool that tells no names still writes one into its links, where whoever made the mail gave it
links as (

    select
        campaign_id as campaign_record_id,
        lower({{ extracted('url', '[?&]utm_campaign=([^&#]+)') }}) as link_name,
        count(*) as clicks
    from email_events
    where event_type = 'click' and campaign_id is not null and url like '%utm_campaign=%'
    group by campaign_id, lower({{ extracted('url', '[?&]utm_campaign=([^&#]+)') }})

),

link_names as (

    select
        campaign_record_id,
        max_by(link_name, concat(lpad(cast(clicks as varchar), 12, '0'), link_name)) as link_name
    from links
    where link_name <> ''
    group by campaign_record_id

),

known as (

    select
        mentioned.campaign_record_id,
        -- a deal may name a campaign that another tool keeps
        coalesce(min(mentioned.source), min(mentioned.deal_source)) as source,
        min(mentioned.campaign_name) as campaign_name,
        coalesce(min(mentioned.campaign_name), max(link_names.link_name)) as compared_name,
        coalesce(min(mentioned.begun_on), min(mentioned.created_on)) as first_day,
        coalesce(max(mentioned.last_day), min(mentioned.begun_on), min(mentioned.created_on))
            as last_day
    from mentioned
    left join link_names
        on mentioned.campaign_record_id = link_names.campaign_record_id
    group by mentioned.campaign_record_id

),

-- the CRM's campaign leads, since it alone has a budget, members and deals
ranked as (

    select
        known.*,
        sources.vendor,
        sources.brand,
        concat(
            case sources.vendor
                when 'salesforce' then '1'
                when 'hubspot' then '2'
                when 'mailchimp' then '3'
                else '4'
            end, known.source
        ) as standing,
        {{ plain_words('known.compared_name') }} as words
    from known
    left join sources
        on known.source = sources.name

),

named as (

    select
        *,
        trim({{ replaced('words', '[^0-9]+', ' ') }}) as figures
    from ranked
    where words is not null and first_day is not null

),

judged as (

    select
        judgements.campaign_record_id,
        min(judgements.other_record_id) as first_record_id
    from judgements
    inner join known
        on judgements.other_record_id = known.campaign_record_id
    where judgements.verdict = 'same'
    group by judgements.campaign_record_id

),

compared as (

    select
        followers.campaign_record_id,
        followers.source,
        leaders.campaign_record_id as leader_record_id,
        leaders.source as leader_source,
        leaders.standing as leader_standing,
        1 - levenshtein(followers.words, leaders.words)
        / cast(greatest(length(followers.words), length(leaders.words)) as double) as similarity,
        greatest(
            {{ days_between('followers.first_day', 'leaders.first_day') }},
            {{ days_between('leaders.last_day', 'followers.first_day') }},
            0
        ) as days_outside,
        abs({{ days_between('followers.first_day', 'leaders.first_day') }}) as days_apart
    from named as followers
    inner join named as leaders
        on
            followers.figures = leaders.figures
            and followers.source <> leaders.source
            and followers.standing > leaders.standing
            and coalesce(followers.brand = leaders.brand, true)
            -- names of which one is much longer differ by more than may be
            and abs(length(followers.words) - length(leaders.words))
            <= length(leaders.words) / 2.0

),

alike as (

    select
        compared.*,
        row_number() over (
            partition by compared.campaign_record_id, compared.leader_source
            order by
                compared.similarity desc,
                compared.days_outside asc,
                compared.days_apart asc,
                compared.leader_record_id asc
        ) as place,
        row_number() over (
            partition by compared.leader_record_id, compared.source
            order by
                compared.similarity desc,
                compared.days_outside asc,
                compared.days_apart asc,
                compared.campaign_record_id asc
        ) as place_of_leader
    from compared
    cross join rules
    left join judgements
        on
            compared.campaign_record_id = judgements.campaign_record_id
            and compared.leader_record_id = judgements.other_record_id
            and judgements.verdict = 'apart'
    left join judged
        on compared.campaign_record_id = judged.campaign_record_id
    where
        compared.similarity >= rules.least_similarity
        and compared.days_outside <= rules.within_days
        and judgements.verdict is null
        and judged.first_record_id is null

),

-- of what goes out again and again under one name each time has its own; within the days of the
-- campaign that leads, it may have several mails
led as (

    select
        campaign_record_id,
        min_by(leader_record_id, leader_standing) as leader_record_id,
        min_by(similarity, leader_standing) as similarity
    from alike
    where place = 1 and (place_of_leader = 1 or days_outside = 0)
    group by campaign_record_id

),

step_0 as (

    select
        known.campaign_record_id,
        coalesce(
            judged.first_record_id, led.leader_record_id, known.campaign_record_id
        ) as leader_record_id,
        case
            when judged.first_record_id is not null then 'judgement'
            when led.leader_record_id is not null then 'name_and_days'
            else 'itself'
        end as basis,
        led.similarity
    from known
    left join judged
        on known.campaign_record_id = judged.campaign_record_id
    left join led
        on known.campaign_record_id = led.campaign_record_id

),

-- leaders of leaders: each step doubles its reach, and three reach over eight tools
step_1 as (

    select
        step_0.campaign_record_id,
        leaders.leader_record_id
    from step_0
    inner join step_0 as leaders
        on step_0.leader_record_id = leaders.campaign_record_id

),

step_2 as (

    select
        step_1.campaign_record_id,
        leaders.leader_record_id
    from step_1
    inner join step_1 as leaders
        on step_1.leader_record_id = leaders.campaign_record_id

),

step_3 as (

    select
        step_2.campaign_record_id,
        leaders.leader_record_id as campaign_id
    from step_2
    inner join step_2 as leaders
        on step_2.leader_record_id = leaders.campaign_record_id

),

-- who is to be apart from another is not to meet it through a third one either
torn as (

    select judgements.campaign_record_id
    from judgements
    inner join step_3 as followers
        on judgements.campaign_record_id = followers.campaign_record_id
    inner join step_3 as leaders
        on
            judgements.other_record_id = leaders.campaign_record_id
            and followers.campaign_id = leaders.campaign_id
    inner join ranked as follower_ranks
        on followers.campaign_record_id = follower_ranks.campaign_record_id
    inner join ranked as leader_ranks
        on leaders.campaign_record_id = leader_ranks.campaign_record_id
    where
        judgements.verdict = 'apart'
        and concat(follower_ranks.standing, follower_ranks.campaign_record_id)
        > concat(leader_ranks.standing, leader_ranks.campaign_record_id)
    group by judgements.campaign_record_id

),

parted as (

    select
        step_3.campaign_record_id,
        case
            when torn.campaign_record_id is null then step_3.campaign_id
            else step_3.campaign_record_id
        end as campaign_id,
        torn.campaign_record_id is not null as is_torn
    from step_3
    left join torn
        on step_3.campaign_record_id = torn.campaign_record_id

),

final as (

    select
        -- keys
        parted.campaign_record_id,
        parted.campaign_id,
        parents.campaign_id as parent_campaign_id,

        -- attributes
        ranked.source,
        ranked.vendor,
        ranked.brand,
        ranked.campaign_name,
        ranked.compared_name,
        case when parted.is_torn then 'judgement' else step_0.basis end as basis,
        described_campaigns.campaign_type,
        described_campaigns.status,
        described_campaigns.currency,

        -- measures
        case when not parted.is_torn then round(step_0.similarity, 4) end as similarity,
        described_campaigns.actual_cost_minor,
        described_campaigns.budgeted_cost_minor,

        -- flags
        described_campaigns.is_active,

        -- times
        ranked.first_day,
        ranked.last_day,
        described_campaigns.start_date,
        described_campaigns.end_date
    from parted
    inner join step_0
        on parted.campaign_record_id = step_0.campaign_record_id
    inner join ranked
        on parted.campaign_record_id = ranked.campaign_record_id
    left join described_campaigns
        on parted.campaign_record_id = described_campaigns.campaign_id
    left join parted as parents
        on described_campaigns.parent_campaign_id = parents.campaign_record_id

)

select * from final
