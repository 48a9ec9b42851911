with

messages as (

    select * from {{ ref('int_messages') }}

),

crowd as (

    select * from {{ ref('int_crowd_posts') }}

),

pointed as (

    select * from {{ ref('int_post_pointers') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

limits as (

    select
        {{ setting('attacks.within_seconds', 'bigint') }} as within_seconds,
        {{ setting('attacks.objects', 'bigint') }} as least_objects
    from settings

),

own_words as (

    select lower(concat_ws(' ', body_text, links)) as said
    from messages
    where
        direction = 'out'
        and (body_text like '%http%' or body_text like '%#%' or links is not null)

),

own_pointers as (

    select {{ unnested(all_extracted('said', 'https?://(?:www[.])?([^\\s"<>,)]+)', 1)) }} as pointer
    from own_words

    union

    select {{ unnested(all_extracted('said', '(#[\\pL\\pN_]{3,})', 1)) }} as pointer
    from own_words

),

objects as (

    select
        pointed.message_id,
        {{ replaced('pointed.pointer', '[?&]utm_[^&]*|[/.!?]+$', '') }} as object_name
    from pointed
    left join own_pointers
        on pointed.pointer = own_pointers.pointer
    where own_pointers.pointer is null and pointed.pointer not like 't.co/%'
    group by pointed.message_id, object_name

),

phases as (

    select {{ unnested(list_of(range(1, 7))) }} as phase

),

-- who carried an object in the same half or whole of so many seconds; of a larger group twenty
-- stand for it, the same ones each time, so that pairs grow with the posts, not with their square
groups as (

    select
        crowd.window_no,
        objects.object_name,
        phases.phase,
        cast(
            floor(
                (crowd.posted_second + (phases.phase - 1) * limits.within_seconds / 2)
                / limits.within_seconds
            ) as bigint
        ) as bucket,
        crowd.author_id,
        crowd.message_id
    from crowd
    cross join limits
    inner join objects
        on crowd.message_id = objects.message_id
    inner join phases
        on phases.phase <= 2
    qualify
        row_number() over (
            partition by crowd.window_no, objects.object_name, phases.phase, bucket
            order by md5(crowd.author_id), crowd.author_id, crowd.message_id
        ) <= 20

),

pairs as (

    select
        one.window_no,
        one.author_id,
        other.author_id as other_author_id
    from groups as one
    cross join limits
    inner join groups as other
        on
            one.window_no = other.window_no
            and one.object_name = other.object_name
            and one.phase = other.phase
            and one.bucket = other.bucket
            and one.author_id < other.author_id
    group by one.window_no, one.author_id, other.author_id
    having
        count(distinct one.object_name) >= max(limits.least_objects)
        and count(distinct one.message_id) >= max(limits.least_objects)
        and count(distinct other.message_id) >= max(limits.least_objects)

)

select * from pairs
