with

source as (

    select * from {{ source('landing', 'mastodon__account') }}

),

renamed as (

    select
        -- keys
        {{ record_key('account', 'id') }} as record_id,
        id as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,

        -- attributes
        {{ instance_handle('acct', 'coalesce(url, uri)') }} as handle,
        {{ one_line('display_name') }} as full_name,
        {{ body_of('note') }} as bio,
        {{ body_of('fields') }} as fields,
        {{ trimmed('url') }} as url,
        {{ record_key('account', 'moved_to') }} as moved_to_record_id,
        _extra as extra,

        -- measures
        {{ to_count('followers_count') }} as followers_count,
        {{ to_count('following_count') }} as following_count,
        {{ to_count('statuses_count') }} as posts_count,

        -- flags
        coalesce({{ to_boolean('bot') }}, false) as is_bot,
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
