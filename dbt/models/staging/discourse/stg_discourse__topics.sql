with

source as (

    {{ last_said('discourse__topic', key=record_key('topic', 'id')) }}

),

renamed as (

    select
        -- keys
        {{ record_key('topic', 'id') }} as topic_id,
        id as native_id,
        _source as source,
        {{ record_key('category', 'category_id') }} as category_id,

        -- attributes
        {{ one_line('title') }} as title,
        {{ trimmed('accepted_answer_post_number') }} as accepted_post_number,

        -- times
        {{ to_utc('created_at') }} as created_at,
        coalesce({{ to_utc('deleted_at') }}, _absent_since) as deleted_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq

    from source

),

latest as (

    select *
    from renamed
    {{ keep_newest('topic_id') }}

)

select * from latest
