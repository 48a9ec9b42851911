with

source as (

    select * from {{ source('landing', 'manual__correction') }}

),

renamed as (

    select
        -- keys
        {{ record_key('correction', '_native_id') }} as correction_entry_id,
        {{ trimmed('record_id') }} as named_record_id,
        _source as source,
        _brand as brand,
        _region as region,

        -- attributes
        {{ list_of([
            identifier('email', plain_email('email')),
            identifier('phone', plain_phone(replaced('phone', '^\\s*00', '+'))),
            identifier('handle', network_handle("'x'", 'x_handle'), network='x'),
            identifier('handle', network_handle("'instagram'", 'instagram_handle'), network='instagram'),
            identifier('handle', network_handle("'facebook'", 'facebook_handle'), network='facebook'),
            identifier('handle', network_handle("'mastodon'", 'mastodon_handle'), network='mastodon'),
            identifier('handle', network_handle("'bluesky'", 'bluesky_handle'), network='bluesky'),
        ]) }} as identifiers,
        lower(trim(field)) as field,
        {{ one_line('value') }} as corrected_value,
        {{ one_line('replaces') }} as replaced_value,
        {{ one_line('evidence') }} as stated_evidence,
        {{ one_line('recorded_by') }} as recorded_by,
        {{ one_line('reason') }} as reason,

        -- flags
        coalesce(lower({{ trimmed('status') }}), 'set') = 'undone' as is_undone,

        -- times
        coalesce({{ to_utc('said_at', zone='_timezone') }}, _as_of) as said_at,

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
    {{ keep_newest('correction_entry_id') }}

)

select * from latest
