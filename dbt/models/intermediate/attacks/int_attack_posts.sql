with

posts as (

    select * from {{ ref('int_public_posts') }}

),

loud as (

    select * from {{ ref('int_loud_windows') }}

),

crowd as (

    select * from {{ ref('int_crowd_posts') }}

),

copies as (

    select * from {{ ref('int_near_copies') }}

),

pairs as (

    select * from {{ ref('int_account_pairs') }}

),

blocked as (

    select * from {{ ref('int_blocked_links') }}

),

impostors as (

    select * from {{ ref('int_impostors') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

limits as (

    select
        {{ setting('attacks.least_signs', 'bigint') }} as least_signs,
        {{ setting('attacks.copies_share', 'double') }} as copies_share,
        {{ setting('attacks.copies_accounts', 'bigint') }} as copies_accounts,
        {{ setting('attacks.pairs', 'bigint') }} as least_pairs,
        {{ setting('attacks.young_share', 'double') }} as young_share,
        {{ setting('attacks.young_times', 'double') }} as young_times,
        {{ setting('attacks.blocked_share', 'double') }} as blocked_share
    from settings

),

paired as (

    select
        window_no,
        count(*) as pairs
    from pairs
    group by window_no

),

together as (

    select
        window_no,
        author_id
    from pairs

    union

    select
        window_no,
        other_author_id as author_id
    from pairs

),

days as (

    select
        place,
        cast(floor(posted_second / 86400) as bigint) as day_no,
        count(*) filter (where is_young is not null) as known_posts,
        count(*) filter (where is_young) as young_posts
    from posts
    group by place, day_no

),

usual_ages as (

    select
        loud.window_no,
        sum(days.young_posts) / nullif(sum(days.known_posts), 0) as usual_young_share
    from loud
    inner join days
        on
            loud.place = days.place
            and days.day_no between floor(loud.first_slot * loud.hop / 86400) - 90
            and floor(loud.first_slot * loud.hop / 86400) - 1
    group by loud.window_no

),

signs as (

    select
        crowd.window_no,
        crowd.message_id,
        copies.message_id is not null as is_near_copy,
        together.author_id is not null as shares_objects,
        coalesce(crowd.is_young, false) as is_young,
        crowd.is_young is not null as is_age_known,
        blocked.message_id is not null as has_blocked_link
    from crowd
    left join copies
        on
            crowd.window_no = copies.window_no
            and crowd.message_id = copies.message_id
    left join together
        on
            crowd.window_no = together.window_no
            and crowd.author_id = together.author_id
    left join blocked
        on crowd.message_id = blocked.message_id

),

shares as (

    select
        window_no,
        count(*) filter (where is_near_copy) / count(*) as copies_share,
        count(*) filter (where is_young) / nullif(count(*) filter (where is_age_known), 0)
            as young_share,
        count(*) filter (where is_age_known) as known_ages,
        count(*) filter (where has_blocked_link) / count(*) as blocked_share
    from signs
    group by window_no

),

measured as (

    select
        loud.*,
        shares.copies_share,
        coalesce(paired.pairs, 0) as pairs,
        shares.young_share,
        usual_ages.usual_young_share,
        shares.blocked_share,
        shares.copies_share >= limits.copies_share as says_the_same,
        coalesce(paired.pairs, 0) >= limits.least_pairs as acts_together,
        coalesce(
            shares.known_ages >= limits.copies_accounts
            and shares.young_share >= limits.young_share
            and shares.young_share
            >= limits.young_times * coalesce(usual_ages.usual_young_share, 0),
            false
        ) as is_a_crowd_of_young,
        shares.blocked_share >= limits.blocked_share as leads_to_blocked
    from loud
    cross join limits
    inner join shares
        on loud.window_no = shares.window_no
    left join paired
        on loud.window_no = paired.window_no
    left join usual_ages
        on loud.window_no = usual_ages.window_no

),

attacked as (

    select
        measured.*,
        measured.first_slot * measured.hop as from_second,
        (measured.first_slot + 2) * measured.hop as to_second
    from measured
    cross join limits
    where
        cast(measured.says_the_same as integer)
        + cast(measured.acts_together as integer)
        + cast(measured.is_a_crowd_of_young as integer)
        + cast(measured.leads_to_blocked as integer) >= limits.least_signs

),

-- windows that overlap or follow each other are one attack
reached as (

    select
        *,
        max(to_second) over (
            partition by place
            order by from_second, to_second, window_no
            rows between unbounded preceding and 1 preceding
        ) as reached_second
    from attacked

),

numbered as (

    select
        *,
        sum(case when from_second <= reached_second then 0 else 1 end) over (
            partition by place
            order by from_second, to_second, window_no
            rows between unbounded preceding and current row
        ) as attack_no
    from reached

),

crowd_posts as (

    select
        numbered.place,
        numbered.attack_no,
        signs.message_id,
        signs.is_near_copy,
        signs.shares_objects,
        signs.is_young,
        signs.has_blocked_link,
        numbered.posts,
        numbered.usual_posts,
        numbered.z,
        numbered.copies_share,
        numbered.pairs,
        numbered.young_share,
        numbered.usual_young_share,
        numbered.blocked_share,
        concat_ws(
            ',',
            case when numbered.says_the_same then 'near_copies' end,
            case when numbered.acts_together then 'shared_objects' end,
            case when numbered.is_a_crowd_of_young then 'young_accounts' end,
            case when numbered.leads_to_blocked then 'blocked_links' end
        ) as signs
    from numbered
    inner join signs
        on numbered.window_no = signs.window_no
    where
        (signs.is_near_copy and numbered.says_the_same)
        or (signs.shares_objects and numbered.acts_together)
        or (signs.has_blocked_link and numbered.leads_to_blocked)
        or (signs.is_young and numbered.is_a_crowd_of_young)
    qualify
        row_number() over (
            partition by numbered.place, numbered.attack_no, signs.message_id
            order by numbered.hop asc, numbered.z desc, numbered.window_no asc
        ) = 1

),

found as (

    select
        concat_ws(
            '|',
            'coordinated',
            crowd_posts.place,
            min(cast(posts.created_at as varchar)) over (
                partition by crowd_posts.place, crowd_posts.attack_no
            )
        ) as attack_id,
        'coordinated' as kind,
        crowd_posts.message_id,
        crowd_posts.signs as evidence,
        crowd_posts.is_near_copy,
        crowd_posts.shares_objects,
        crowd_posts.is_young,
        crowd_posts.has_blocked_link,
        crowd_posts.posts,
        crowd_posts.usual_posts,
        crowd_posts.z,
        crowd_posts.copies_share,
        crowd_posts.pairs,
        crowd_posts.young_share,
        crowd_posts.usual_young_share,
        crowd_posts.blocked_share
    from crowd_posts
    inner join posts
        on crowd_posts.message_id = posts.message_id

    union all

    select
        concat_ws('|', 'impersonation', impostors.record_id) as attack_id,
        'impersonation' as kind,
        posts.message_id,
        impostors.evidence,
        false as is_near_copy,
        false as shares_objects,
        coalesce(posts.is_young, false) as is_young,
        blocked.message_id is not null as has_blocked_link,
        cast(null as bigint) as posts,
        cast(null as double) as usual_posts,
        cast(null as double) as z,
        cast(null as double) as copies_share,
        cast(null as bigint) as pairs,
        cast(null as double) as young_share,
        cast(null as double) as usual_young_share,
        cast(null as double) as blocked_share
    from impostors
    inner join posts
        on impostors.record_id = posts.author_record_id
    left join blocked
        on posts.message_id = blocked.message_id

    union all

    select
        concat_ws('|', 'blocked_link', posts.source, posts.author_id, blocked.domain) as attack_id,
        'blocked_link' as kind,
        posts.message_id,
        blocked.domain as evidence,
        false as is_near_copy,
        false as shares_objects,
        coalesce(posts.is_young, false) as is_young,
        true as has_blocked_link,
        cast(null as bigint) as posts,
        cast(null as double) as usual_posts,
        cast(null as double) as z,
        cast(null as double) as copies_share,
        cast(null as bigint) as pairs,
        cast(null as double) as young_share,
        cast(null as double) as usual_young_share,
        cast(null as double) as blocked_share
    from blocked
    inner join posts
        on blocked.message_id = posts.message_id

),

final as (

    select
        -- keys
        found.attack_id,
        found.message_id,
        posts.author_record_id,

        -- attributes
        found.kind,
        posts.source,
        posts.brand,
        posts.brand_account,
        found.evidence,

        -- measures
        found.posts,
        found.usual_posts,
        found.z,
        found.copies_share,
        found.pairs,
        found.young_share,
        found.usual_young_share,
        found.blocked_share,

        -- flags
        found.is_near_copy,
        found.shares_objects,
        found.is_young,
        found.has_blocked_link,

        -- times
        posts.created_at
    from found
    inner join posts
        on found.message_id = posts.message_id

)

select * from final
