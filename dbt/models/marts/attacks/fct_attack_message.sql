with

posts as (

    select * from {{ ref('int_attack_posts') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

final as (

    select
        -- keys
        posts.attack_id,
        posts.message_id,
        posts.author_record_id,
        customer_records.customer_id,

        -- attributes
        posts.kind,
        posts.source,
        posts.brand,

        -- flags
        posts.is_near_copy,
        posts.shares_objects,
        posts.is_young as is_by_young_account,
        posts.has_blocked_link,

        -- times
        posts.created_at
    from posts
    left join customer_records
        on posts.author_record_id = customer_records.record_id

)

select * from final
