with recursive

messages as (

    select * from {{ ref('int_messages_unioned') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

listed as (

    select * from {{ source('config', 'conversation_lists') }}

),

brand_accounts as (

    select * from {{ source('config', 'brand_accounts') }}

),

speakers as (

    select
        records.record_id,
        records.source,
        records.kind,
        coalesce(contacts.handle, records.native_id) as account,
        coalesce(contacts.is_own_account, false) as is_own_account,
        contacts.handle is not null as has_handle,
        contacts.follower_count,
        coalesce(contacts.is_bot, false)
        or lower(coalesce(contacts.handle, records.native_id)) in (
            select listed.value
            from listed
            where listed.kind = 'bot'
        ) as is_bot
    from records
    inner join contacts
        on records.record_id = contacts.record_id
    where records.record_type in ('user', 'account', 'profile', 'requester')

),

-- the account a source speaks with where a message does not say
own_accounts as (

    select
        source,
        record_id,
        account
    from speakers
    where kind = 'brand'
    qualify
        row_number() over (
            partition by source
            order by is_own_account desc, has_handle desc, record_id asc
        ) = 1

),

configured_accounts as (

    select
        source,
        min(account) as account
    from brand_accounts
    group by source

),

told_apart as (

    select
        messages.*,
        coalesce(
            messages.author_record_id,
            case when messages.is_from_own_archive then own_accounts.record_id end
        ) as speaker_record_id,
        authors.kind as author_record_kind,
        authors.follower_count as author_followers,
        coalesce(authors.is_bot, false) as is_by_bot,
        case
            when messages.author_role in ('agent', 'automation', 'system') then 'out'
            when messages.author_role in ('customer', 'peer') then 'in'
            when messages.is_from_own_archive then 'out'
            when authors.kind = 'brand' then 'out'
            when
                authors.kind = 'employee'
                and coalesce(parent_authors.kind, addressees.kind) not in ('brand', 'employee')
                then 'out'
            else 'in'
        end as direction,
        coalesce(
            case when authors.kind = 'brand' then authors.account end,
            case when addressees.kind = 'brand' then addressees.account end,
            messages.page_account,
            own_accounts.account,
            configured_accounts.account
        ) as brand_account,
        case
            when addressees.kind <> 'brand' then messages.addressee_record_id
        end as customer_addressee_record_id
    from messages
    left join speakers as authors
        on messages.author_record_id = authors.record_id
    left join speakers as addressees
        on messages.addressee_record_id = addressees.record_id
    left join messages as parents
        on messages.parent_message_id = parents.message_id
    left join speakers as parent_authors
        on parents.author_record_id = parent_authors.record_id
    left join own_accounts
        on messages.source = own_accounts.source
    left join configured_accounts
        on messages.source = configured_accounts.source

),

-- walks down from the messages that have nothing above them; what their network calls the first
-- message of the thread counts only where the walk ends at a parent nobody handed over
thread_starts as (

    select
        told_apart.message_id,
        coalesce(
            told_apart.thread_id,
            told_apart.parent_message_id,
            told_apart.message_id
        ) as thread_id
    from told_apart
    left join told_apart as parents
        on told_apart.parent_message_id = parents.message_id
    where parents.message_id is null

),

unthreaded_replies as (

    select
        told_apart.message_id,
        told_apart.parent_message_id
    from told_apart
    inner join told_apart as parents
        on told_apart.parent_message_id = parents.message_id

),

thread_walk as (

    select
        unthreaded_replies.message_id,
        thread_starts.thread_id
    from unthreaded_replies
    inner join thread_starts
        on unthreaded_replies.parent_message_id = thread_starts.message_id

    union all

    select
        unthreaded_replies.message_id,
        thread_walk.thread_id
    from thread_walk
    inner join unthreaded_replies
        on thread_walk.message_id = unthreaded_replies.parent_message_id

),

threads as (

    select
        message_id,
        thread_id
    from thread_starts

    union all

    select
        message_id,
        thread_id
    from thread_walk

),

-- whom an outbound message answers: the nearest inbound author above it
answers_to_customers as (

    select
        told_apart.message_id,
        parents.author_record_id as record_id
    from told_apart
    inner join told_apart as parents
        on told_apart.parent_message_id = parents.message_id
    where
        told_apart.direction = 'out'
        and parents.direction = 'in'

),

answers_to_ourselves as (

    select
        told_apart.message_id,
        told_apart.parent_message_id
    from told_apart
    inner join told_apart as parents
        on told_apart.parent_message_id = parents.message_id
    where
        told_apart.direction = 'out'
        and parents.direction = 'out'

),

answer_walk as (

    select
        message_id,
        record_id
    from answers_to_customers

    union all

    select
        answers_to_ourselves.message_id,
        answer_walk.record_id
    from answer_walk
    inner join answers_to_ourselves
        on answer_walk.message_id = answers_to_ourselves.parent_message_id

),

attributed as (

    select
        told_apart.*,
        coalesce(threads.thread_id, told_apart.message_id) as resolved_thread_id,
        case
            when told_apart.direction = 'in' then told_apart.author_record_id
            else coalesce(answer_walk.record_id, told_apart.customer_addressee_record_id)
        end as record_id,
        case
            when told_apart.direction = 'in' and told_apart.author_record_id is null
                then 'no_author'
            when told_apart.direction = 'in' then null
            when answer_walk.record_id is not null then null
            when told_apart.customer_addressee_record_id is not null then null
            when told_apart.parent_message_id is null and told_apart.addressee_record_id is null
                then 'brand_broadcast'
            when answer_walk.message_id is not null then 'no_author'
            else 'answers_unknown_message'
        end as unattributed_reason
    from told_apart
    left join threads
        on told_apart.message_id = threads.message_id
    left join answer_walk
        on told_apart.message_id = answer_walk.message_id

),

final as (

    select
        -- keys
        message_id,
        source,
        vendor,
        vendor as channel,
        brand,
        region,
        brand_account,
        resolved_thread_id as thread_id,
        parent_message_id,
        speaker_record_id as author_record_id,
        record_id,
        case_id,

        -- attributes
        direction,
        case
            when author_role is not null then author_role
            when direction = 'out' and auto_reason is not null then 'automation'
            when direction = 'out' then 'agent'
            when is_by_bot then 'bot'
            when author_record_kind = 'employee' then 'employee'
            else 'customer'
        end as author_kind,
        auto_reason,
        deleted_by,
        division,
        unattributed_reason,
        case when deleted_at is null then body_text end as body_text,
        case when deleted_at is null then links end as links,
        language,
        visibility,

        -- measures
        like_count,
        reply_count,
        view_count,
        author_followers,
        coalesce(version_number, case when edited_at is not null then 2 else 1 end)
            as version_number,

        -- flags
        coalesce(is_hidden, false) as is_hidden,
        coalesce(is_repost, false) as is_repost,
        is_edited,
        coalesce(is_accepted_answer, false) as is_accepted_answer,

        -- times
        created_at,
        client_created_at,
        settled_at,
        edited_at,
        deleted_at
    from attributed

)

select * from final
