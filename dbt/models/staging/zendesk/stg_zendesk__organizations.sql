with

source as (

    {{ last_said(
        'zendesk__organization',
        key=record_key('organization', whole_id('id')),
        modified_at=to_utc('updated_at'),
        modified_from=['updated_at'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('organization', whole_id('id')) }} as account_id,
        {{ whole_id('id') }} as native_id,
        _source as source,
        _brand as brand,
        _region as region,

        -- attributes
        {{ one_line('name') }} as name,
        nullif(split_part({{ trimmed('domain_names') }}, ';', 1), '') as website,

        -- times
        {{ to_utc('created_at') }} as created_at,
        {{ to_utc('updated_at') }} as updated_at,
        coalesce({{ to_utc('deleted_at') }}, _absent_since) as deleted_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq,
        _version_at

    from source

),

latest as (

    select *
    from renamed
    {{ keep_newest('account_id', '_version_at') }}

)

select * from latest
