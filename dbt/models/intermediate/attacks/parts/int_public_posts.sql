with

messages as (

    select * from {{ ref('int_messages') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

limits as (

    select
        {{ setting('attacks.young_days', 'bigint') }} as young_days
    from settings

),

-- what people outside the brand wrote in public; who passes a post on has written nothing
posts as (

    select
        messages.message_id,
        messages.source,
        messages.brand,
        messages.brand_account,
        concat_ws('|', messages.source, coalesce(messages.brand_account, '')) as place,
        coalesce(messages.author_record_id, messages.message_id) as author_id,
        messages.author_record_id,
        messages.created_at,
        cast(
            floor({{ unix_micros('messages.created_at') }} / 1000000) as bigint
        ) as posted_second,
        -- networks that tell when an account was opened
        case
            when messages.vendor in ('x', 'mastodon', 'bluesky')
                then
                    {{ seconds_between('authors.created_at', 'messages.created_at') }}
                    < limits.young_days * 86400
        end as is_young
    from messages
    cross join limits
    left join records as authors
        on messages.author_record_id = authors.record_id
    where
        messages.direction = 'in'
        and coalesce(messages.author_kind, 'customer') in ('customer', 'bot')
        and coalesce(messages.visibility, 'public') in ('public', 'unlisted')
        and not coalesce(messages.is_repost, false)
        and messages.created_at is not null

)

select * from posts
