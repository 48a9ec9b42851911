with

source as (

    {{ last_said('discourse__category', key=record_key('category', 'id')) }}

),

renamed as (

    select
        -- keys
        {{ record_key('category', 'id') }} as category_id,
        _source as source,
        {{ record_key('category', 'parent_category_id') }} as parent_category_id,

        -- attributes
        {{ one_line('name') }} as name,

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
    {{ keep_newest('category_id') }}

)

select * from latest
