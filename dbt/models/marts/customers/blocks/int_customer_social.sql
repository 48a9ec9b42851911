with

customers as (

    select * from {{ ref('dim_customer') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

complaints as (

    select * from {{ ref('fct_message_labels') }}
    where is_complaint

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

talked as (

    select
        messages.customer_id,
        count(*) filter (where messages.direction = 'in') as messages_received,
        count(*) filter (where messages.direction = 'out') as messages_sent,
        count(*) filter (
            where messages.direction = 'in'
            and messages.created_at > as_of.as_of - interval '30' day
        ) as messages_received_30d,
        count(*) filter (
            where messages.direction = 'in'
            and messages.created_at > as_of.as_of - interval '90' day
        ) as messages_received_90d,
        count(*) filter (
            where messages.direction = 'in'
            and messages.created_at > as_of.as_of - interval '365' day
        ) as messages_received_365d,
        count(*) filter (
            where messages.direction = 'in' and messages.visibility in ('private', 'direct')
        ) as private_messages_received,
        count(*) filter (where messages.is_unanswered) as messages_unanswered,
        count(complaints.message_id) as complaints_received,
        count(complaints.message_id) filter (where messages.is_unanswered)
            as complaints_unanswered,
        count(distinct messages.conversation_id) as conversations,
        min(messages.created_at) filter (where messages.is_unanswered) as oldest_unanswered_at,
        min(messages.created_at) filter (where messages.direction = 'in') as first_message_at,
        max(messages.created_at) filter (where messages.direction = 'in') as last_received_at,
        max(messages.created_at) filter (where messages.direction = 'out') as last_sent_at,
        max(messages.created_at) filter (where complaints.message_id is not null)
            as last_complaint_received_at
    from messages
    cross join as_of
    left join complaints
        on messages.message_id = complaints.message_id
    where
        messages.customer_id is not null
        and not messages.is_deleted
        and not messages.is_repost
        and coalesce(messages.visibility, 'public') <> 'internal'
    group by messages.customer_id

),

channelled as (

    select
        customer_id,
        channel,
        count(*) as message_count,
        max(created_at) as last_received_at
    from messages
    where
        customer_id is not null
        and direction = 'in'
        and not is_deleted
        and not is_repost
    group by customer_id, channel

),

preferred_channels as (

    select
        customer_id,
        channel
    from channelled
    qualify
        row_number() over (
            partition by customer_id
            order by message_count desc, last_received_at desc, channel asc
        ) = 1

),

described as (

    select
        customers.customer_id,
        coalesce(talked.messages_received, 0) as messages_received,
        coalesce(talked.messages_received_30d, 0) as messages_received_30d,
        coalesce(talked.messages_received_90d, 0) as messages_received_90d,
        coalesce(talked.messages_received_365d, 0) as messages_received_365d,
        coalesce(talked.private_messages_received, 0) as private_messages_received,
        coalesce(talked.messages_sent, 0) as messages_sent,
        coalesce(talked.messages_unanswered, 0) as messages_unanswered,
        coalesce(talked.complaints_received, 0) as complaints_received,
        coalesce(talked.complaints_unanswered, 0) as complaints_unanswered,
        coalesce(talked.conversations, 0) as conversations,
        preferred_channels.channel as preferred_channel,
        talked.oldest_unanswered_at,
        talked.first_message_at as first_message_received_at,
        talked.last_received_at as last_message_received_at,
        talked.last_sent_at as last_message_sent_at,
        talked.last_complaint_received_at
    from customers
    left join talked
        on customers.customer_id = talked.customer_id
    left join preferred_channels
        on customers.customer_id = preferred_channels.customer_id

)

select * from described
