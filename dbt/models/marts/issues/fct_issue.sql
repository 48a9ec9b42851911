with

feedback as (

    select * from {{ ref('fct_feedback') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

conversations as (

    select * from {{ ref('fct_conversation') }}

),

corrections as (

    select * from {{ source('config', 'route_corrections') }}

),

departments as (

    select * from {{ source('config', 'departments') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

rules as (

    select
        86400 * {{ setting('routing.resolved_after_days', 'bigint') }} as silence_seconds
    from settings

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- everybody who asks in a conversation has an issue of their own
ordered as (

    select
        feedback.*,
        concat(cast({{ unix_micros('feedback.created_at') }} as varchar), feedback.feedback_id)
            as turn,
        messages.answered_at,
        messages.answered_by_message_id,
        coalesce(messages.is_unanswered, false) as is_unanswered
    from feedback
    left join messages
        on feedback.message_id = messages.message_id

),

asked as (

    select
        issue_id,
        min(conversation_id) as conversation_id,
        min(case_id) as case_id,
        min_by(feedback_id, turn) filter (where ask is not null) as first_feedback_id,
        min(case ask when 'bug' then 1 when 'request' then 2 when 'complaint' then 3 else 4 end)
        filter (where ask is not null) as ask_rank,
        min_by(asked_by_rule, turn) filter (where ask is not null) as found_by,
        min_by(
            theme,
            concat(case when ask is not null then '0' else '1' end, turn)
        ) filter (where theme is not null) as theme,
        min_by(
            product_area,
            concat(
                case when theme is not null then '0' else '1' end,
                case when ask is not null then '0' else '1' end,
                turn
            )
        ) filter (where product_area is not null) as product_area,
        min_by(product, turn) filter (where product is not null) as product,
        min_by(platform, turn) filter (where platform is not null) as platform,
        min_by(app_version, turn) filter (where app_version is not null) as app_version,
        min_by(sentiment, turn) filter (where ask is not null and sentiment is not null)
            as sentiment,
        -- what a queue or rule says goes before what the model thinks, the first before later ones
        min_by(
            department,
            concat(case when routed_by like 'department/%' then '1' else '0' end, turn)
        ) filter (where ask is not null and department <> 'unrouted') as machine_department,
        min_by(
            routed_by,
            concat(case when routed_by like 'department/%' then '1' else '0' end, turn)
        ) filter (where ask is not null and department <> 'unrouted') as machine_routed_by,
        min_by(
            department_confidence,
            concat(case when routed_by like 'department/%' then '1' else '0' end, turn)
        ) filter (where ask is not null and department <> 'unrouted') as department_confidence,
        count(*) as posts,
        bool_or(is_complaint) as is_complaint,
        bool_or(is_unanswered) as is_unanswered,
        min(created_at) filter (where ask is not null) as found_at,
        min(answered_at) filter (where ask is not null) as answered_at,
        min_by(
            answered_by_message_id,
            concat(cast({{ unix_micros('answered_at') }} as varchar), answered_by_message_id)
        ) filter (where ask is not null and answered_at is not null) as answered_by_message_id,
        max(answered_at) as last_answered_at,
        max(created_at) as last_said_at
    from ordered
    group by issue_id
    having count(ask) > 0

),

ended as (

    select
        asked.*,
        firsts.message_id as first_message_id,
        firsts.record_id,
        firsts.customer_id,
        firsts.source,
        firsts.channel,
        firsts.brand,
        firsts.region,
        firsts.language,
        firsts.wording,
        firsts.unattributed_reason,
        answers.author_record_id as accepted_by,
        corrections.department as corrected_department,
        corrections.corrected_by,
        corrections.corrected_on,
        case
            when cases.is_closed then cases.closed_at
            when conversations.accepted_at is not null then conversations.accepted_at
            when
                not asked.is_unanswered
                and asked.last_answered_at >= asked.last_said_at
                and {{ seconds_between('asked.last_answered_at', 'as_of.as_of') }}
                >= rules.silence_seconds
                then asked.last_answered_at
        end as resolved_at,
        case
            when cases.is_closed then 'case_closed'
            when conversations.accepted_at is not null then 'answer_accepted'
            else 'silence'
        end as resolved_how
    from asked
    inner join feedback as firsts
        on asked.first_feedback_id = firsts.feedback_id
    cross join rules
    cross join as_of
    left join messages as answers
        on asked.answered_by_message_id = answers.message_id
    left join cases
        on asked.case_id = cases.case_id
    left join conversations
        on asked.conversation_id = conversations.conversation_id
    left join corrections
        on asked.issue_id = corrections.issue_id

),

routed as (

    select
        *,
        coalesce(corrected_department, machine_department, 'unrouted') as department
    from ended

),

final as (

    select
        -- keys
        routed.issue_id,
        routed.record_id,
        routed.customer_id,
        routed.conversation_id,
        routed.case_id,
        routed.first_message_id,
        concat('g', substr(md5(
            case
                when routed.theme is not null
                    then concat_ws(
                        '|', routed.brand, cast(routed.ask_rank as varchar), routed.theme,
                        coalesce(routed.product, ''), coalesce(routed.platform, ''),
                        coalesce(routed.app_version, '')
                    )
                else concat_ws(
                    '|', routed.brand, 'words', coalesce(routed.wording, routed.issue_id)
                )
            end
        ), 1, 20)) as issue_group_id,

        -- attributes
        routed.source,
        routed.channel,
        routed.brand,
        routed.region,
        routed.language,
        case routed.ask_rank
            when 1 then 'bug'
            when 2 then 'request'
            when 3 then 'complaint'
            else 'question'
        end as ask,
        routed.department,
        departments.owner,
        routed.product_area,
        routed.theme,
        routed.product,
        routed.platform,
        routed.app_version,
        routed.sentiment,
        case
            when routed.resolved_at is not null then 'resolved'
            when routed.answered_at is not null then 'accepted'
            when routed.department <> 'unrouted' then 'routed'
            else 'unrouted'
        end as state,
        routed.found_by,
        case
            when routed.corrected_by is not null then concat('person/', routed.corrected_by)
            else routed.machine_routed_by
        end as routed_by,
        routed.accepted_by,
        case when routed.resolved_at is not null then routed.resolved_how end as resolved_by,
        coalesce(routed.machine_department, 'unrouted') as machine_department,
        routed.machine_routed_by,
        case
            when routed.corrected_by is null then null
            when routed.department = coalesce(routed.machine_department, 'unrouted')
                then 'confirmed'
            else 'corrected'
        end as route_judgement,
        routed.unattributed_reason,

        -- measures
        routed.department_confidence,
        cast(routed.posts as bigint) as posts,
        cast({{ seconds_between('routed.found_at', 'routed.answered_at') }} as bigint)
            as seconds_to_accept,
        cast({{ seconds_between('routed.found_at', 'routed.resolved_at') }} as bigint)
            as seconds_to_resolve,

        -- flags
        routed.is_complaint,

        -- times
        routed.found_at,
        case
            when routed.department = 'unrouted' then null
            when routed.corrected_department <> coalesce(routed.machine_department, 'unrouted')
                then cast(routed.corrected_on as {{ instant_type() }})
            else routed.found_at
        end as routed_at,
        routed.answered_at as accepted_at,
        routed.resolved_at
    from routed
    left join departments
        on routed.department = departments.department and departments.queue is null

)

select * from final
