with

messages as (

    select * from {{ ref('int_messages') }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

listed as (

    select * from {{ source('config', 'conversation_lists') }}

),

limits as (

    select
        {{ setting('conversations.silence_days', 'bigint') }} * 86400 as silence_seconds,
        {{ setting('conversations.copies_within_hours', 'bigint') }} * 3600 as copy_seconds,
        {{ setting('conversations.shortest_copy', 'bigint') }} as shortest_copy,
        {{ setting('conversations.automatic_within_seconds', 'bigint') }} as automatic_seconds,
        {{ setting('conversations.automatic_people', 'bigint') }} as automatic_people
    from settings

),

-- tickets that were merged are one thread, that of the ticket that is left
threaded as (

    select
        messages.message_id,
        messages.source,
        messages.parent_message_id,
        messages.record_id,
        messages.author_record_id,
        messages.case_id,
        messages.direction,
        messages.author_kind,
        messages.auto_reason,
        messages.visibility,
        messages.is_repost,
        messages.is_hidden,
        messages.deleted_at,
        messages.created_at,
        messages.settled_at,
        coalesce(cases.merged_into, messages.thread_id, messages.message_id) as thread_id,
        case
            when length(messages.body_text) >= limits.shortest_copy
                then nullif({{ wording('messages.body_text') }}, '')
        end as wording,
        messages.direction = 'in' and {{ closes_a_conversation('messages.body_text') }}
            as is_closing,
        limits.silence_seconds,
        limits.copy_seconds,
        limits.automatic_seconds,
        limits.automatic_people
    from messages
    cross join limits
    left join cases
        on messages.case_id = cases.case_id

),

spam as (

    select threaded.message_id
    from threaded
    inner join messages
        on threaded.message_id = messages.message_id
    inner join listed
        on
            listed.kind = 'spam'
            and lower(messages.body_text) like '%' || listed.value || '%'
    where threaded.direction = 'in'
    group by threaded.message_id

),

-- the same words to many people within seconds of their messages are a program's
hasty as (

    select
        replies.message_id,
        replies.wording,
        replies.source,
        replies.author_record_id,
        replies.automatic_people,
        parents.author_record_id as answered_record_id
    from threaded as replies
    inner join threaded as parents
        on replies.parent_message_id = parents.message_id
    where
        replies.direction = 'out'
        and parents.direction = 'in'
        and replies.wording is not null
        and {{ seconds_between('parents.created_at', 'replies.created_at') }}
        between 0 and replies.automatic_seconds

),

canned as (

    select
        source,
        author_record_id,
        wording
    from hasty
    group by source, author_record_id, wording
    having count(distinct answered_record_id) >= max(automatic_people)

),

automatic as (

    select hasty.message_id
    from hasty
    inner join canned
        on
            hasty.source = canned.source
            and hasty.wording = canned.wording
            and coalesce(hasty.author_record_id, '') = coalesce(canned.author_record_id, '')

),

copied as (

    select
        threaded.message_id,
        lag(threaded.message_id) over by_wording as copied_message_id,
        lag(threaded.created_at) over by_wording as copied_at,
        lag(threaded.created_at) over by_author as own_copied_at
    from threaded
    where
        threaded.wording is not null
        and threaded.direction = 'in'
        and not coalesce(threaded.is_repost, false)
    window
        by_wording as (
            partition by threaded.wording order by threaded.created_at, threaded.message_id
        ),
        by_author as (
            partition by threaded.wording, threaded.source, threaded.author_record_id
            order by threaded.created_at, threaded.message_id
        )

),

judged as (

    select
        threaded.message_id,
        threaded.parent_message_id,
        threaded.record_id,
        threaded.case_id,
        threaded.thread_id,
        threaded.direction,
        threaded.is_closing,
        threaded.visibility,
        threaded.is_hidden,
        threaded.deleted_at,
        threaded.created_at,
        threaded.settled_at,
        threaded.silence_seconds,
        case
            when automatic.message_id is not null then 'automation'
            else threaded.author_kind
        end as author_kind,
        coalesce(
            threaded.auto_reason,
            case when automatic.message_id is not null then 'same_words_within_seconds' end
        ) as auto_reason,
        case
            when threaded.is_repost then 'repost'
            when threaded.direction = 'out' then null
            when threaded.auto_reason is not null then 'auto_reply'
            when threaded.author_kind = 'bot' then 'bot'
            when spam.message_id is not null then 'spam'
            when
                threaded.author_record_id is not null
                and {{ seconds_between('copied.own_copied_at', 'threaded.created_at') }}
                <= threaded.copy_seconds
                then 'copy'
        end as noise_reason,
        case
            when
                {{ seconds_between('copied.copied_at', 'threaded.created_at') }}
                <= threaded.copy_seconds
                then copied.copied_message_id
        end as copy_of_message_id
    from threaded
    left join copied
        on threaded.message_id = copied.message_id
    left join spam
        on threaded.message_id = spam.message_id
    left join automatic
        on threaded.message_id = automatic.message_id

),

-- who waits for an answer: the author of a message, of a ticket everybody on the customer's side;
-- where what the brand replied to never landed, it was for the only person in the thread
lone_authors as (

    select
        thread_id,
        min(record_id) as record_id
    from judged
    where direction = 'in'
    group by thread_id
    having count(distinct record_id) = 1 and count(*) = count(record_id)

),

parties as (

    select
        judged.*,
        case
            when judged.case_id is not null then judged.thread_id
            when judged.direction = 'in' then coalesce(judged.record_id, judged.message_id)
            when judged.record_id is not null then judged.record_id
            when
                judged.parent_message_id is not null and parents.message_id is null
                then lone_authors.record_id
        end as party_id,
        judged.direction = 'out'
        and coalesce(judged.author_kind, 'agent') = 'agent'
        and coalesce(judged.visibility, 'public') <> 'internal'
        and judged.deleted_at is null as is_answer
    from judged
    left join judged as parents
        on judged.parent_message_id = parents.message_id
    left join lone_authors
        on judged.thread_id = lone_authors.thread_id

),

direct_answers as (

    select
        parent_message_id as message_id,
        min(concat(cast(created_at as varchar), '|', message_id)) as answer
    from parties
    where is_answer and parent_message_id is not null
    group by parent_message_id

),

followed as (

    select
        parties.*,
        min(
            case
                when parties.is_answer
                    then concat(cast(parties.created_at as varchar), '|', parties.message_id)
            end
        ) over (
            partition by parties.thread_id, parties.party_id
            order by parties.created_at asc, parties.direction asc
            range between current row and unbounded following
        ) as later_answer,
        min(
            case
                when
                    parties.direction = 'out'
                    and parties.deleted_at is null
                    and coalesce(parties.visibility, 'public') <> 'internal'
                    then parties.created_at
            end
        ) over (partition by parties.thread_id) as brand_spoke_at,
        lag(parties.created_at) over in_order as previous_at,
        lag(parties.direction) over in_order as previous_direction,
        lag(parties.is_closing) over in_order as was_closed
    from parties
    window
        in_order as (
            partition by parties.thread_id order by parties.created_at, parties.message_id
        )

),

-- a new matter begins where a customer writes long after the last word, which was not theirs
opened as (

    select
        *,
        case
            when
                case_id is null
                and direction = 'in'
                and (previous_direction = 'out' or was_closed)
                and {{ seconds_between('previous_at', 'created_at') }} > silence_seconds
                then message_id
        end as opened_id
    from followed

),

final as (

    select
        -- keys
        opened.message_id,
        coalesce(
            {{ first_known('opened.opened_id') }} over (
                partition by opened.thread_id
                order by opened.created_at desc, opened.message_id desc
                rows between current row and unbounded following
            ),
            opened.thread_id
        ) as conversation_id,
        opened.thread_id,
        opened.party_id,
        opened.copy_of_message_id,
        case
            when opened.direction = 'in'
                then nullif(
                    split_part(least(direct_answers.answer, opened.later_answer), '|', 2), ''
                )
        end as answered_by_message_id,

        -- attributes
        opened.author_kind,
        opened.auto_reason,
        opened.noise_reason,

        -- flags
        opened.is_closing,
        opened.is_answer,
        opened.direction = 'in'
        and coalesce(opened.author_kind, 'customer') <> 'peer'
        and opened.noise_reason is null
        and opened.deleted_at is null
        and not coalesce(opened.is_hidden, false)
        and coalesce(opened.visibility, 'public') <> 'internal'
        and not (opened.is_closing and coalesce(opened.created_at > opened.brand_spoke_at, false))
            as needs_answer,

        -- times
        case
            when opened.direction = 'in'
                then {{ read_instant(
                    "split_part(least(direct_answers.answer, opened.later_answer), '|', 1)"
                ) }}
        end as answered_at,
        case
            when opened.direction = 'in' and cases.closed_at >= opened.created_at
                then cases.closed_at
            when opened.direction = 'in' and opened.settled_at >= opened.created_at
                then opened.settled_at
            when opened.direction = 'in' then cases.deleted_at
        end as closed_at
    from opened
    left join direct_answers
        on opened.message_id = direct_answers.message_id
    left join cases
        on opened.thread_id = cases.case_id

)

select * from final
