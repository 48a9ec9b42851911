with

posts as (

    select * from {{ ref('int_attack_posts') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

limits as (

    select {{ setting('attacks.alarm_days', 'bigint') }} as alarm_days
    from settings

),

-- of a crowd's windows the loudest speaks for all
summed as (

    select
        attack_id,
        min(kind) as kind,
        min(source) as source,
        min(brand) as brand,
        max(brand_account) as brand_account,
        max_by(evidence, coalesce(z, 0)) as evidence,
        max_by(posts, coalesce(z, 0)) as loudest_posts,
        max_by(usual_posts, coalesce(z, 0)) as usual_posts,
        max(z) as z,
        max(copies_share) as copies_share,
        max(pairs) as account_pairs,
        max(young_share) as young_share,
        max_by(usual_young_share, coalesce(z, 0)) as usual_young_share,
        max(blocked_share) as blocked_share,
        count(*) as messages,
        count(distinct author_record_id) as account_count,
        count(*) filter (where is_near_copy) as near_copies,
        count(*) filter (where has_blocked_link) as blocked_links,
        min(created_at) as started_at,
        max(created_at) as ended_at
    from posts
    group by attack_id

),

final as (

    select
        -- keys
        summed.attack_id,

        -- attributes
        summed.kind,
        summed.source,
        summed.brand,
        summed.brand_account,
        summed.evidence,

        -- measures
        cast(summed.messages as bigint) as messages,
        cast(summed.account_count as bigint) as accounts,  -- noqa: RF04
        cast(summed.near_copies as bigint) as near_copies,
        cast(summed.blocked_links as bigint) as blocked_links,
        cast(summed.loudest_posts as bigint) as loudest_posts,
        cast(summed.usual_posts as double) as usual_posts,
        cast(summed.z as double) as z,
        cast(summed.copies_share as double) as copies_share,
        cast(summed.account_pairs as bigint) as account_pairs,
        cast(summed.young_share as double) as young_share,
        cast(summed.usual_young_share as double) as usual_young_share,
        cast(summed.blocked_share as double) as blocked_share,

        -- flags
        coalesce(
            {{ days_between('summed.ended_at', 'as_of.as_of') }} <= limits.alarm_days, false
        ) as is_recent,

        -- times
        summed.started_at,
        summed.ended_at
    from summed
    cross join as_of
    cross join limits

)

select * from final
