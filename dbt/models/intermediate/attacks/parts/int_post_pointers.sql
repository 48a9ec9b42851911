with

messages as (

    select * from {{ ref('int_messages') }}

),

posts as (

    select * from {{ ref('int_public_posts') }}

),

pointing as (

    select
        posts.message_id,
        lower(concat_ws(' ', messages.body_text, messages.links)) as said
    from messages
    inner join posts
        on messages.message_id = posts.message_id
    where
        messages.body_text like '%http%'
        or messages.body_text like '%#%'
        or messages.links is not null

),

-- links and hashtags
pointed as (

    select
        message_id,
        {{ unnested(all_extracted('said', 'https?://(?:www[.])?([^\\s"<>,)]+)', 1)) }} as pointer,
        true as is_link
    from pointing

    union all

    select
        message_id,
        {{ unnested(all_extracted('said', '(#[\\pL\\pN_]{3,})', 1)) }} as pointer,
        false as is_link
    from pointing

)

select * from pointed
