with

source as (

    {{ last_said(
        'x__user',
        key=record_key('user', 'id'),
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('user', 'id') }} as record_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,

        -- attributes
        {{ known_handle('lower(trim(username))') }} as handle,
        {{ one_line('name') }} as full_name,
        {{ body_of('description', is_escaped=true) }} as bio,
        {{ one_line('location') }} as location,
        coalesce({{ trimmed('expanded_url') }}, {{ trimmed('url') }}) as url,
        lower(trim(verified_type)) as verified_type,
        _extra as extra,

        -- measures
        {{ to_count('followers_count') }} as followers_count,
        {{ to_count('following_count') }} as following_count,
        {{ to_count('tweet_count') }} as posts_count,

        -- flags
        {{ to_boolean('verified') }} as is_verified,
        {{ to_boolean('protected') }} as is_protected,
        coalesce({{ to_boolean('is_own_account') }}, false) as is_own_account,

        -- times
        created_at as created_at_raw,
        {{ to_utc('created_at') }} as created_at,
        _absent_since as deleted_at,

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
    {{ keep_newest('record_id') }}

)

select * from latest
