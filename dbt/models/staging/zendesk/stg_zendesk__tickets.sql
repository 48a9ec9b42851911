with

source as (

    {{ last_said(
        'zendesk__ticket',
        key=record_key('ticket', whole_id('id')),
        modified_at=to_utc('updated_at', '_timezone'),
        modified_from=['updated_at'],
    ) }}

),

renamed as (

    select
        -- keys
        {{ record_key('ticket', whole_id('id')) }} as ticket_id,
        {{ whole_id('id') }} as native_id,
        _source as source,
        _brand as brand,
        _region as region,
        _country as default_country,
        coalesce(
            {{ record_key('user', whole_id('requester_id')) }},
            {{ email_record_key('requester', 'requester_email') }}
        ) as requester_record_id,
        {{ record_key('user', whole_id('submitter_id')) }} as submitter_record_id,
        {{ record_key('user', whole_id('assignee_id')) }} as assignee_record_id,
        {{ record_key('organization', whole_id('organization_id')) }} as account_id,
        {{ replaced("coalesce(merged_ticket_ids, '')", '[^0-9,]', '') }} as absorbed_ids,

        -- attributes
        {{ one_line('requester_name') }} as requester_name,
        {{ trimmed('requester_email') }} as requester_email,
        {{ one_line('organization_name') }} as organization_name,
        {{ one_line('subject') }} as subject,
        {{ words('description') }} as description,
        lower({{ trimmed('type') }}) as ticket_type,
        lower({{ trimmed('status') }}) as status,
        lower({{ trimmed('priority') }}) as priority,
        lower({{ trimmed('via_channel') }}) as via_channel,
        lower({{ trimmed('satisfaction_score') }}) as satisfaction,
        {{ has_pattern("coalesce(tags, '')", '(^|[^a-z_])closed_by_merge($|[^a-z_])') }}
            as is_closed_by_merge,
        coalesce({{ to_boolean('is_public') }}, true) as is_public,

        -- times
        created_at as created_at_raw,
        {{ to_utc('created_at', '_timezone') }} as created_at,
        updated_at as updated_at_raw,
        {{ to_utc('updated_at', '_timezone') }} as updated_at,
        {{ to_utc('solved_at', '_timezone') }} as solved_at,
        case
            when lower({{ trimmed('status') }}) = 'deleted'
                then coalesce({{ to_utc('updated_at', '_timezone') }}, _as_of)
            else _absent_since
        end as deleted_at,

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
    {{ keep_newest('ticket_id', '_version_at') }}

)

select * from latest
