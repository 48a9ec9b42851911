with

messages as (

    select * from {{ ref('int_messages') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

threaded as (

    select
        *,
        coalesce(thread_id, message_id) as conversation_id
    from messages

),

inbound as (

    select
        message_id,
        conversation_id,
        record_id,
        created_at
    from threaded
    where direction = 'in'

),

brand_messages as (

    select
        replies.message_id,
        replies.conversation_id,
        replies.parent_message_id,
        replies.record_id,
        replies.created_at,
        parents.message_id is not null as has_known_parent
    from threaded as replies
    left join messages as parents
        on replies.parent_message_id = parents.message_id
    where replies.direction = 'out' and replies.deleted_at is null

),

lone_authors as (

    select
        conversation_id,
        min(record_id) as record_id
    from inbound
    group by conversation_id
    having count(distinct record_id) = 1 and count(*) = count(record_id)

),

answers as (

    -- the brand replied to this very message
    select
        inbound.message_id,
        brand_messages.message_id as answer_id,
        brand_messages.created_at as answered_at
    from inbound
    inner join brand_messages
        on inbound.message_id = brand_messages.parent_message_id

    union all

    -- the brand replied to a message its author wrote in the same conversation
    select
        inbound.message_id,
        brand_messages.message_id as answer_id,
        brand_messages.created_at as answered_at
    from inbound
    inner join brand_messages
        on
            inbound.conversation_id = brand_messages.conversation_id
            and inbound.record_id = brand_messages.record_id
            and inbound.created_at <= brand_messages.created_at

    union all

    -- the message replied to never landed: it was for the only person in the conversation
    select
        inbound.message_id,
        brand_messages.message_id as answer_id,
        brand_messages.created_at as answered_at
    from inbound
    inner join lone_authors
        on inbound.conversation_id = lone_authors.conversation_id
    inner join brand_messages
        on
            inbound.conversation_id = brand_messages.conversation_id
            and inbound.created_at <= brand_messages.created_at
    where
        brand_messages.parent_message_id is not null
        and not brand_messages.has_known_parent
        and brand_messages.record_id is null

),

first_answers as (

    select
        message_id,
        min(answered_at) as answered_at,
        min_by(answer_id, concat(cast(answered_at as varchar), answer_id)) as answer_id
    from answers
    group by message_id

),

-- who thanks for an answer waits for none
begun as (

    select
        conversation_id,
        min(created_at) as answered_at
    from brand_messages
    group by conversation_id

),

attributed as (

    select
        -- keys
        threaded.message_id,
        threaded.record_id,
        customer_records.customer_id,
        threaded.author_record_id,
        threaded.conversation_id,
        threaded.parent_message_id,
        first_answers.answer_id as answered_by_message_id,

        -- attributes
        threaded.source,
        threaded.vendor,
        threaded.channel,
        threaded.brand,
        threaded.region,
        threaded.brand_account,
        threaded.direction,
        case when threaded.deleted_at is null then threaded.body_text end as body_text,
        threaded.language,
        threaded.visibility,
        {{ unattributed_reason('threaded', "coalesce(threaded.unattributed_reason, 'no_author')") }}
            as unattributed_reason,

        -- measures
        cast(threaded.like_count as bigint) as like_count,
        cast(threaded.reply_count as bigint) as reply_count,
        cast({{ seconds_between('threaded.created_at', 'first_answers.answered_at') }} as bigint)
            as seconds_to_answer,

        -- flags
        threaded.is_edited,
        threaded.deleted_at is not null as is_deleted,
        coalesce(threaded.is_hidden, false) as is_hidden,
        coalesce(threaded.is_repost, false) as is_repost,
        first_answers.message_id is not null as is_answered,
        threaded.direction = 'in'
        and first_answers.message_id is null
        and threaded.deleted_at is null
        and not coalesce(threaded.is_hidden, false)
        and not coalesce(threaded.is_repost, false)
        and not (
            coalesce(threaded.created_at > begun.answered_at, false)
            and {{ closes_a_conversation('threaded.body_text') }}
        ) as is_unanswered,

        -- times
        threaded.created_at,
        threaded.edited_at,
        threaded.deleted_at,
        first_answers.answered_at
    from threaded
    left join first_answers
        on threaded.message_id = first_answers.message_id
    left join begun
        on threaded.conversation_id = begun.conversation_id
    left join customer_records
        on threaded.record_id = customer_records.record_id

)

select * from attributed
