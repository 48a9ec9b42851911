with

conversations as (

    select * from {{ ref('fct_conversation') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

labels as (

    select * from {{ ref('fct_message_labels') }}

),

answers as (

    select
        messages.conversation_id,
        min(messages.created_at) as first_answer_at,
        min_by(
            messages.author_record_id,
            concat(cast(messages.created_at as varchar), messages.message_id)
        ) as first_agent_record_id,
        count(*) as answers,
        count(distinct messages.author_record_id) as agents
    from messages
    inner join conversations
        on messages.conversation_id = conversations.conversation_id
    where
        messages.is_answer
        and messages.created_at >= conversations.first_customer_at
    group by messages.conversation_id

),

-- what the person the conversation is with wrote, and in what mood; nobody else's mood is theirs
said as (

    select
        messages.conversation_id,
        labels.is_complaint,
        labels.department,
        case labels.sentiment
            when 'positive' then 1
            when 'neutral' then 0
            when 'negative' then -1
        end as mood,
        coalesce(messages.created_at > answers.first_answer_at, false) as is_after_answer,
        concat(cast(messages.created_at as varchar), messages.message_id) as turn,
        messages.created_at
    from messages
    inner join conversations
        on
            messages.conversation_id = conversations.conversation_id
            and messages.record_id = conversations.record_id
    left join answers
        on messages.conversation_id = answers.conversation_id
    left join labels
        on messages.message_id = labels.message_id
    where messages.direction = 'in' and messages.noise_reason is null

),

summed as (

    select
        conversation_id,
        count(*) as customer_messages,
        count(*) filter (where is_after_answer) as messages_after_answer,
        max(case when is_complaint then 1 else 0 end) = 1 as is_complaint,
        min_by(department, turn) filter (where department is not null) as department,
        min_by(mood, turn) filter (where mood is not null and not is_after_answer) as mood_before,
        max_by(mood, turn) filter (where mood is not null and is_after_answer) as mood_after,
        min(created_at) as asked_at
    from said
    group by conversation_id

),

final as (

    select
        -- keys
        conversations.conversation_id,
        conversations.record_id,
        conversations.customer_id,
        answers.first_agent_record_id,

        -- attributes
        conversations.source,
        conversations.channel,
        conversations.brand,
        conversations.region,
        conversations.language,
        summed.department,

        -- measures
        cast({{ seconds_between('summed.asked_at', 'answers.first_answer_at') }} as bigint)
            as seconds_to_first_answer,
        cast(summed.customer_messages as bigint) as customer_messages,
        cast(summed.messages_after_answer as bigint) as messages_after_answer,
        cast(coalesce(answers.answers, 0) as bigint) as answers,
        cast(greatest(coalesce(answers.agents, 0) - 1, 0) as bigint) as handovers,
        conversations.reopened_count,
        cast(summed.mood_before as bigint) as mood_before,
        cast(summed.mood_after as bigint) as mood_after,
        cast(summed.mood_after - summed.mood_before as bigint) as mood_change,

        -- flags
        summed.is_complaint,
        answers.conversation_id is not null as is_answered,
        conversations.is_unanswered,

        -- times
        summed.asked_at,
        answers.first_answer_at
    from summed
    inner join conversations
        on summed.conversation_id = conversations.conversation_id
    left join answers
        on summed.conversation_id = answers.conversation_id

)

select * from final
