with

labels as (

    select * from {{ source('listening', 'message_labels') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

-- whose words they are decides what is asked of them: the brand's own complain of nothing and
-- lure nobody
labelled as (

    select
        -- keys
        labels.message_id,
        messages.conversation_id,
        messages.record_id,
        messages.customer_id,
        messages.author_record_id,

        -- attributes
        messages.source,
        messages.channel,
        messages.brand,
        messages.region,
        messages.direction,
        messages.author_kind,
        case
            when labels.language = 'und' then coalesce(messages.language, labels.language)
            else labels.language
        end as language,
        case when messages.direction = 'in' then labels.complaint_by end as complaint_by,
        case when messages.direction = 'in' then labels.department end as department,
        case when messages.direction = 'in' then labels.department_by end as department_by,
        labels.sentiment,
        labels.sentiment_by,
        labels.harm,
        labels.harm_by,
        case when messages.direction = 'in' then labels.spam_by end as spam_by,
        labels.findings,
        labels.personal_data,
        labels.personal_data_by,
        case
            when not messages.is_deleted then coalesce(labels.redacted_text, messages.body_text)
        end as redacted_text,
        labels.model_version,
        labels.rules_version,

        -- measures
        labels.version_number,
        case when messages.direction = 'in' then labels.department_confidence end
            as department_confidence,

        -- flags
        labels.is_complaint and messages.direction = 'in' and not messages.is_repost
            as is_complaint,
        labels.is_spam and messages.direction = 'in' as is_spam,
        labels.personal_data <> '[]' as has_personal_data,
        messages.is_repost,

        -- times
        messages.created_at
    from labels
    inner join messages
        on labels.message_id = messages.message_id

)

select * from labelled
