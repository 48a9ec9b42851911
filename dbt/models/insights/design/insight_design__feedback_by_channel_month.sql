with

messages as (

    select * from {{ ref('fct_message') }}

),

received as (

    select
        message_id,
        conversation_id,
        parent_message_id,
        customer_id,
        is_unanswered,
        seconds_to_answer,
        body_text,
        'all' as whole,
        coalesce(brand, 'unknown') as brand,
        coalesce(channel, 'unknown') as channel,
        cast(date_trunc('month', created_at) as date) as month_start,
        coalesce(language, 'unknown') as language
    from messages
    where
        direction = 'in'
        and not is_deleted
        and not is_hidden
        and not is_repost
        and created_at is not null

),

{{ pooled(
    'received', ['whole'], ['month_start', 'brand', 'channel', 'language'], into='grouped',
    dates=['month_start']
) }},

keyed as (

    select
        *,
        concat_ws(
            '|', shown_brand, shown_channel, shown_language,
            coalesce(cast(shown_month_start as varchar), 'other')
        ) as feedback_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'feedback_id', [
        'count(distinct conversation_id)',
        'sum(case when is_unanswered then 1 else 0 end)',
        'count(parent_message_id)',
        'sum(seconds_to_answer)',
        'count(seconds_to_answer)',
        'sum(length(body_text))',
    ], into='contributed'
) }},

counted as (

    select
        -- keys
        feedback_id,

        -- attributes
        shown_month_start as month_start,
        shown_brand as brand,
        shown_channel as channel,
        shown_language as language,

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
    from keyed
    group by feedback_id, shown_month_start, shown_brand, shown_channel, shown_language

),

shown as (

    select
        counted.*,
        'all' as _block,
        contributed.members as _members
    from counted
    inner join contributed
        on counted.feedback_id = contributed.feedback_id

)

select * from shown
