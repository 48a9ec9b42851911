with

messages as (

    select * from {{ ref('fct_message') }}

),

received as (

    select
        *,
        cast(date_trunc('month', created_at) as date) as month_start,
        coalesce(language, 'unknown') as language_or_unknown
    from messages
    where
        direction = 'in'
        and not is_deleted
        and not is_hidden
        and not is_repost
        and created_at is not null

),

counted as (

    select
        -- keys
        concat_ws('|', brand, channel, language_or_unknown, cast(month_start as varchar))
            as feedback_id,

        -- attributes
        month_start,
        brand,
        channel,
        language_or_unknown as language,

        -- measures
        count(*) as messages,
        count(distinct customer_id) as customers,
        count(distinct conversation_id) as conversations,
        count(*) filter (where is_unanswered) as unanswered_messages,
        count(*) filter (where parent_message_id is not null) as replies,
        round(count(*) filter (where is_unanswered) / cast(count(*) as double), 4)
            as unanswered_share,
        round(avg(seconds_to_answer) / 60, 1) as average_minutes_to_answer,
        round(avg(length(body_text)), 1) as average_length
    from received
    group by month_start, brand, channel, language_or_unknown
    having count(distinct customer_id) >= {{ var('min_group_size') }}

)

select * from counted
