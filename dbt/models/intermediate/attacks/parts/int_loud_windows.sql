with

posts as (

    select * from {{ ref('int_public_posts') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

limits as (

    select
        {{ setting('attacks.least_posts', 'bigint') }} as least_posts,
        {{ setting('attacks.least_z', 'double') }} as least_z,
        {{ setting('attacks.weeks', 'bigint') }} as season_weeks
    from settings

),

-- hours and days, each beginning in the middle of the one before as well
hops as (

    select {{ unnested(list_of([1800, 43200])) }} as hop

),

slotted as (

    select
        posts.message_id,
        posts.place,
        hops.hop,
        cast(floor(posts.posted_second / hops.hop) as bigint) as slot
    from posts
    cross join hops

),

slots as (

    select
        place,
        hop,
        slot,
        count(*) as posts
    from slotted
    group by place, hop, slot

),

windows as (

    select
        place,
        hop,
        first_slot,
        sum(posts) as posts
    from (
        select
            place,
            hop,
            slot as first_slot,
            posts
        from slots
        union all
        select
            place,
            hop,
            slot - 1 as first_slot,
            posts
        from slots
    ) as halves
    group by place, hop, first_slot

),

crowded as (

    select
        windows.place,
        windows.hop,
        windows.first_slot,
        windows.posts
    from windows
    cross join limits
    where windows.posts >= limits.least_posts

),

firsts as (

    select
        place,
        min(posted_second) as first_second
    from posts
    group by place

),

weeks as (

    select {{ unnested(list_of(range(1, 53))) }} as weeks_before

),

neighbours as (

    select {{ unnested(list_of([-1, 0, 1])) }} as neighbour

),

-- the same time of earlier weeks, and the windows beside it; none from before the first post
earlier as (

    select
        crowded.place,
        crowded.hop,
        crowded.first_slot,
        crowded.first_slot
        - weeks.weeks_before * cast(604800 / crowded.hop as bigint)
        + 2 * neighbours.neighbour as earlier_slot
    from crowded
    cross join limits
    inner join weeks
        on limits.season_weeks >= weeks.weeks_before
    cross join neighbours

),

seasons as (

    select
        earlier.place,
        earlier.hop,
        earlier.first_slot,
        coalesce(windows.posts, 0) as posts
    from earlier
    inner join firsts
        on earlier.place = firsts.place
    left join windows
        on
            earlier.place = windows.place
            and earlier.hop = windows.hop
            and earlier.earlier_slot = windows.first_slot
    where earlier.earlier_slot * earlier.hop >= firsts.first_second

),

medians as (

    select
        place,
        hop,
        first_slot,
        median(posts) as median_posts
    from seasons
    group by place, hop, first_slot

),

deviations as (

    select
        seasons.place,
        seasons.hop,
        seasons.first_slot,
        max(medians.median_posts) as median_posts,
        median(abs(seasons.posts - medians.median_posts)) as median_deviation
    from seasons
    inner join medians
        on
            seasons.place = medians.place
            and seasons.hop = medians.hop
            and seasons.first_slot = medians.first_slot
    group by seasons.place, seasons.hop, seasons.first_slot

),

judged as (

    select
        crowded.*,
        coalesce(deviations.median_posts, 0) as usual_posts,
        (crowded.posts - coalesce(deviations.median_posts, 0)) / greatest(
            1.4826 * coalesce(deviations.median_deviation, 0),
            power(greatest(coalesce(deviations.median_posts, 0), 1), 0.5)
        ) as z
    from crowded
    left join deviations
        on
            crowded.place = deviations.place
            and crowded.hop = deviations.hop
            and crowded.first_slot = deviations.first_slot

),

loud as (

    select
        judged.*,
        row_number() over (order by judged.place, judged.hop, judged.first_slot) as window_no
    from judged
    cross join limits
    where judged.z >= limits.least_z

)

select * from loud
