with

post_rows as (

    select * from {{ ref('stg_discourse__posts') }}

),

authors as (

    select
        author_record_id as record_id,
        source,
        'discourse' as vendor,
        'user' as record_type,
        author_native_id as native_id,
        min(brand) as brand,
        min(region) as region,
        min(default_country) as default_country,
        max(author_name) as full_name,
        max(case when is_by_staff then 1 else 0 end) = 1 as is_employee,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at
    from post_rows
    where author_record_id is not null and author_native_id not in ('-1', '-2')
    group by author_record_id, source, author_native_id

)

select * from authors
