with

source as (

    {{ last_said(
        'zendesk__user',
        key=record_key('user', whole_id('id')),
        modified_at=to_utc('updated_at'),
        modified_from=['updated_at'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('user', whole_id('id')) }} as record_id,
        {{ whole_id('id') }} as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        {{ record_key('organization', whole_id('organization_id')) }} as account_id,

        -- attributes
        {{ one_line('name') }} as full_name,
        {{ trimmed('email') }} as email,
        {{ trimmed('phone') }} as phone,
        {{ trimmed('twitter_handle') }} as x_handle,
        lower(split_part({{ trimmed('locale') }}, '-', 1)) as language,
        lower({{ trimmed('role') }}) as role,
        _extra as extra,

        -- times
        {{ to_utc('created_at') }} as created_at,
        {{ to_utc('updated_at') }} as updated_at,
        _absent_since as deleted_at,

        -- provenance
        _as_of,
        _load_id,
        _row,
        _gate_seq,
        _version_at

    from source

),

-- who left is made an end-user: what they wrote before was still an agent's
roles as (

    select
        record_id,
        {{ joined_in_order("cast(_version_at as varchar) || '|' || role", ';') }} as role_history,
        max(case when role in ('agent', 'admin') then 1 else 0 end) = 1 as was_agent
    from renamed
    where role is not null and _version_at is not null
    group by record_id

),

latest as (

    select *
    from renamed
    {{ keep_newest('record_id', '_version_at') }}

),

final as (

    select
        latest.*,
        roles.role_history,
        coalesce(roles.was_agent, false) as was_agent
    from latest
    left join roles
        on latest.record_id = roles.record_id

)

select * from final
