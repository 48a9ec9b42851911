with

experience as (

    select * from {{ ref('conversation_experience') }}

),

-- of fewer, a share says nothing: its 95 % interval is 36 points wide at 30
limits as (

    select 30 as least_outcomes

),

summed as (

    select
        first_agent_record_id as agent_record_id,
        source,
        channel,
        count(*) as conversations,
        median(seconds_to_first_answer) as median_seconds_to_answer,
        count(*) filter (where is_complaint) as complaints,
        count(mood_change) as moods_known,
        count(*) filter (where mood_change > 0) as moods_improved,
        count(*) filter (where mood_change < 0) as moods_worsened,
        count(*) filter (where reopened_count > 0) as reopened,
        avg(customer_messages) as customer_messages_each
    from experience
    where first_agent_record_id is not null
    group by first_agent_record_id, source, channel

),

-- Wilson's interval of a share (1927), which stays within 0 and 1 for few and for all
judged as (

    select
        summed.*,
        1.0 * summed.moods_improved / nullif(summed.moods_known, 0) as improved_share,
        1.0 * summed.reopened / summed.conversations as reopened_share,
        1.96 * 1.96 / nullif(summed.moods_known, 0) as z2_by_n,
        summed.moods_known >= limits.least_outcomes as has_moods,
        summed.conversations >= limits.least_outcomes as has_conversations
    from summed
    cross join limits

),

final as (

    select
        -- keys
        agent_record_id,

        -- attributes
        source,
        channel,

        -- measures
        cast(conversations as bigint) as conversations,
        cast(complaints as bigint) as complaints,
        cast(moods_known as bigint) as moods_known,
        cast(moods_improved as bigint) as moods_improved,
        cast(moods_worsened as bigint) as moods_worsened,
        case when has_moods then improved_share end as improved_share,
        case
            when has_moods
                then (
                    improved_share + z2_by_n / 2
                    - power(
                        z2_by_n * improved_share * (1 - improved_share) + z2_by_n * z2_by_n / 4, 0.5
                    )
                ) / (1 + z2_by_n)
        end as improved_share_low,
        case
            when has_moods
                then (
                    improved_share + z2_by_n / 2
                    + power(
                        z2_by_n * improved_share * (1 - improved_share) + z2_by_n * z2_by_n / 4, 0.5
                    )
                ) / (1 + z2_by_n)
        end as improved_share_high,
        case when has_conversations then reopened_share end as reopened_share,
        case when has_conversations then cast(median_seconds_to_answer as double) end
            as median_seconds_to_answer,
        case when has_conversations then cast(customer_messages_each as double) end
            as customer_messages_each
    from judged

)

select * from final
