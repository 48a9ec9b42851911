with

messages as (

    select * from {{ ref('fct_message') }}

),

states as (

    select * from {{ ref('fct_conversation_state') }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

-- what was merged into another ticket is told of where its messages now are, and by itself
placed as (

    select
        messages.*,
        -- of messages of one moment the first by id, so that every build tells the same
        concat(cast(messages.created_at as varchar), messages.message_id) as turn,
        messages.conversation_id as place_id,
        false as is_absorbed
    from messages

    union all

    select
        messages.*,
        concat(cast(messages.created_at as varchar), messages.message_id) as turn,
        messages.case_id as place_id,
        true as is_absorbed
    from messages
    where messages.case_id <> messages.thread_id

),

firsts as (

    select
        place_id,
        min(created_at) filter (where direction = 'in') as first_customer_at
    from placed
    where noise_reason is null
    group by place_id

),

counted as (

    select
        placed.place_id,
        min(placed.source) as source,
        min(placed.vendor) as vendor,
        min(placed.channel) as channel,
        min(placed.brand) as brand,
        min(placed.region) as region,
        max(placed.brand_account) as brand_account,
        max(placed.division) as division,
        min(placed.created_at) filter (where placed.is_accepted_answer) as accepted_at,
        min_by(placed.thread_id, placed.turn) as thread_id,
        min_by(placed.author_kind, placed.turn) as started_by,
        min_by(placed.record_id, placed.turn) filter (
            where placed.direction = 'in' and placed.record_id is not null
        ) as record_id,
        min_by(placed.language, placed.turn) filter (
            where placed.direction = 'in' and placed.language is not null
        ) as language,
        max(case when placed.is_absorbed then 1 else 0 end) = 1 as is_absorbed,
        count(*) as message_count,
        count(*) filter (where placed.author_kind = 'customer') as customer_messages,
        count(*) filter (
            where placed.author_kind = 'agent'
            and coalesce(placed.visibility, 'public') <> 'internal'
        ) as agent_messages,
        count(*) filter (where placed.author_kind in ('automation', 'system', 'bot'))
            as machine_messages,
        count(*) filter (where placed.visibility = 'internal') as internal_notes,
        count(*) filter (where placed.noise_reason is not null) as noise_messages,
        count(*) filter (where placed.is_deleted) as deleted_messages,
        count(*) filter (where placed.is_unanswered and not placed.is_absorbed)
            as unanswered_messages,
        count(distinct case when placed.direction = 'in' then placed.party_id end) as parties,
        min(placed.created_at) as started_at,
        min(placed.created_at) filter (
            where placed.is_answer and placed.created_at >= firsts.first_customer_at
        ) as first_public_human_reply_at,
        min(placed.created_at) filter (where placed.is_unanswered and not placed.is_absorbed)
            as customer_waiting_since,
        max(placed.created_at) filter (where placed.direction = 'in') as last_customer_at,
        max(placed.created_at) filter (
            where placed.direction = 'out' and coalesce(placed.visibility, 'public') <> 'internal'
        ) as last_brand_at,
        max(placed.created_at) as last_message_at
    from placed
    left join firsts
        on placed.place_id = firsts.place_id
    group by placed.place_id

),

waited as (

    select
        conversation_id,
        count(*) as waits
    from states
    where state = 'waiting_for_brand'
    group by conversation_id

),

final as (

    select
        -- keys
        counted.place_id as conversation_id,
        counted.thread_id,
        cases.case_id,
        cases.merged_into,
        counted.record_id,
        customer_records.customer_id,

        -- attributes
        counted.source,
        counted.vendor,
        counted.channel,
        counted.brand,
        counted.region,
        counted.brand_account,
        counted.started_by,
        counted.language,
        counted.division,
        cases.priority,
        case
            when counted.is_absorbed then 'merged'
            when counted.customer_waiting_since is not null then 'waiting_for_brand'
            when
                cases.closed_at is not null
                or cases.deleted_at is not null
                or counted.accepted_at >= counted.last_customer_at
                then 'closed'
            when firsts.first_customer_at is null then 'no_customer'
            else 'waiting_for_customer'
        end as state,

        -- measures
        cast(counted.message_count as bigint) as message_count,
        cast(counted.customer_messages as bigint) as customer_messages,
        cast(counted.agent_messages as bigint) as agent_messages,
        cast(counted.machine_messages as bigint) as machine_messages,
        cast(counted.internal_notes as bigint) as internal_notes,
        cast(counted.noise_messages as bigint) as noise_messages,
        cast(counted.deleted_messages as bigint) as deleted_messages,
        cast(counted.unanswered_messages as bigint) as unanswered_messages,
        cast(counted.parties as bigint) as parties,
        cast(greatest(coalesce(waited.waits, 0) - 1, 0) as bigint) as reopened_count,

        -- flags
        counted.customer_waiting_since is not null as is_unanswered,

        -- times
        counted.started_at,
        firsts.first_customer_at,
        counted.first_public_human_reply_at,
        counted.customer_waiting_since,
        counted.last_customer_at,
        counted.last_brand_at,
        counted.last_message_at,
        cases.closed_at,
        counted.accepted_at,
        cases.merged_at
    from counted
    left join firsts
        on counted.place_id = firsts.place_id
    left join waited
        on counted.place_id = waited.conversation_id
    left join cases
        on counted.place_id = cases.case_id
    left join customer_records
        on counted.record_id = customer_records.record_id

)

select * from final
