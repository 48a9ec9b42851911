with

posts as (

    select * from {{ ref('int_public_posts') }}

),

loud as (

    select * from {{ ref('int_loud_windows') }}

),

-- hours and days, each beginning in the middle of the one before as well
hops as (

    select {{ unnested(list_of([1800, 43200])) }} as hop

),

slotted as (

    select
        posts.message_id,
        posts.author_id,
        posts.posted_second,
        posts.is_young,
        posts.place,
        hops.hop,
        cast(floor(posts.posted_second / hops.hop) as bigint) as slot
    from posts
    cross join hops

),

loud_slots as (

    select
        window_no,
        place,
        hop,
        first_slot + half as slot
    from (select loud.*, {{ unnested(list_of([0, 1])) }} as half from loud) as halves

),

crowd as (

    select
        loud_slots.window_no,
        slotted.message_id,
        slotted.author_id,
        slotted.posted_second,
        slotted.is_young
    from slotted
    inner join loud_slots
        on
            slotted.place = loud_slots.place
            and slotted.hop = loud_slots.hop
            and slotted.slot = loud_slots.slot

)

select * from crowd
