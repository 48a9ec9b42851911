with

messages as (

    select * from {{ ref('int_messages') }}

),

conversation_messages as (

    select * from {{ ref('int_conversation_messages') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

attributed as (

    select
        -- keys
        messages.message_id,
        messages.record_id,
        customer_records.customer_id,
        messages.author_record_id,
        conversation_messages.conversation_id,
        messages.parent_message_id,
        conversation_messages.answered_by_message_id,
        conversation_messages.thread_id,
        conversation_messages.party_id,
        messages.case_id,
        conversation_messages.copy_of_message_id,

        -- attributes
        messages.source,
        messages.vendor,
        messages.channel,
        messages.brand,
        messages.region,
        messages.brand_account,
        messages.direction,
        conversation_messages.author_kind,
        case when messages.deleted_at is null then messages.body_text end as body_text,
        messages.language,
        messages.visibility,
        {{ unattributed_reason('messages', "coalesce(messages.unattributed_reason, 'no_author')") }}
            as unattributed_reason,
        conversation_messages.noise_reason,
        conversation_messages.auto_reason,
        messages.deleted_by,
        messages.division,

        -- measures
        cast(messages.version_number as bigint) as version_number,
        cast(messages.like_count as bigint) as like_count,
        cast(messages.reply_count as bigint) as reply_count,
        cast(messages.view_count as bigint) as view_count,
        cast(messages.author_followers as bigint) as author_followers,
        cast(
            {{ seconds_between('messages.created_at', 'conversation_messages.answered_at') }}
            as bigint
        ) as seconds_to_answer,

        -- flags
        messages.is_edited,
        messages.deleted_at is not null as is_deleted,
        coalesce(messages.is_hidden, false) as is_hidden,
        coalesce(messages.is_accepted_answer, false) as is_accepted_answer,
        coalesce(messages.is_repost, false) as is_repost,
        conversation_messages.answered_by_message_id is not null as is_answered,
        coalesce(conversation_messages.needs_answer, false) as needs_answer,
        coalesce(
            conversation_messages.needs_answer
            and conversation_messages.answered_by_message_id is null
            and conversation_messages.closed_at is null,
            false
        ) as is_unanswered,
        coalesce(conversation_messages.is_answer, false) as is_answer,

        -- times
        messages.created_at,
        messages.client_created_at,
        messages.edited_at,
        messages.deleted_at,
        conversation_messages.answered_at,
        conversation_messages.closed_at
    from messages
    inner join conversation_messages
        on messages.message_id = conversation_messages.message_id
    left join customer_records
        on messages.record_id = customer_records.record_id

)

select * from attributed
