with

customers as (

    select * from {{ ref('customer_360') }}

),

golden as (

    select * from {{ ref('dim_customer') }}

),

before as (

    select * from {{ source('history', 'customer_versions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

now_there as (

    select
        customers.customer_id,
        {{ tracked_columns('customers') }},
        customers.last_merged_at,
        customers.last_changed_at,
        customers.email_consent_at,
        customers.phone_consent_at,
        golden.name_as_of,
        golden.email_as_of,
        golden.phone_as_of,
        golden.address_as_of,
        golden.country_as_of,
        golden.birth_date_as_of,
        golden.title_as_of,
        golden.organisation_as_of,
        golden.account_record_id_as_of,
        golden._version as _inputs_version,
        {{ tracked_version('customers') }} as _fields_version
    from customers
    left join golden
        on customers.customer_id = golden.customer_id

),

held as (

    select
        before.*,
        {{ tracked_version('before') }} as _fields_version
    from before
    where before.recorded_to is null

),

-- `seen_at` never runs back, and a second run at the same time of the data corrects the first
compared as (

    select
        coalesce(now_there.customer_id, held.customer_id) as customer_id,
        now_there.customer_id is not null as is_there,
        coalesce(now_there._fields_version = held._fields_version, false) as is_same,
        coalesce(greatest(as_of.as_of, held.recorded_from), as_of.as_of) as seen_at,
        case
            when held.customer_id is null then 'new'
            when as_of.as_of <= held.recorded_from then held.reason
            when {{ is_changed('last_merged_at') }} then 'merged'
            when now_there.record_count <> held.record_count then 'records'
            when now_there._inputs_version <> held._inputs_version then 'source'
            when
                {{ is_changed('email_consent') }}
                or {{ is_changed('phone_consent') }}
                then 'consent'
            when
                {{ is_changed('lifecycle') }}
                or {{ is_changed('email_state') }}
                or {{ is_changed('contactable_email') }}
                then 'events'
            else 'rules'
        end as reason,
        case
            when held.customer_id is null then now_there.last_changed_at
            else greatest(
                case
                    when {{ is_changed('full_name') }}
                        then now_there.name_as_of
                end,
                case
                    when {{ is_changed('email') }} then now_there.email_as_of
                end,
                case
                    when {{ is_changed('phone') }} then now_there.phone_as_of
                end,
                case
                    when
                        {{ is_changed('street') }}
                        or {{ is_changed('city') }}
                        or {{ is_changed('postal_code') }}
                        then now_there.address_as_of
                end,
                case
                    when {{ is_changed('country') }}
                        then now_there.country_as_of
                end,
                case
                    when {{ is_changed('birth_date') }}
                        then now_there.birth_date_as_of
                end,
                case
                    when {{ is_changed('title') }} then now_there.title_as_of
                end,
                case
                    when {{ is_changed('organisation') }}
                        then now_there.organisation_as_of
                end,
                case
                    when {{ is_changed('account_id') }}
                        then now_there.account_record_id_as_of
                end,
                case
                    when {{ is_changed('email_consent') }}
                        then now_there.email_consent_at
                end,
                case
                    when {{ is_changed('phone_consent') }}
                        then now_there.phone_consent_at
                end
            )
        end as changed_at
    from now_there
    full join held
        on now_there.customer_id = held.customer_id
    cross join as_of

),

closed as (

    select
        before.customer_id,
        {{ tracked_columns('before') }},
        before.last_merged_at,
        before._inputs_version,
        before.reason,
        before.valid_from,
        before.recorded_from,
        before.recorded_to
    from before
    where before.recorded_to is not null

),

continued as (

    select
        held.customer_id,
        {{ tracked_columns('held') }},
        held.last_merged_at,
        held._inputs_version,
        held.reason,
        held.valid_from,
        held.recorded_from,
        case when not (compared.is_there and compared.is_same) then compared.seen_at end
            as recorded_to
    from held
    inner join compared
        on held.customer_id = compared.customer_id
    where compared.is_same or held.recorded_from < compared.seen_at

),

opened as (

    select
        now_there.customer_id,
        {{ tracked_columns('now_there') }},
        now_there.last_merged_at,
        now_there._inputs_version,
        compared.reason,
        coalesce(least(compared.changed_at, compared.seen_at), compared.seen_at) as valid_from,
        compared.seen_at as recorded_from,
        cast(null as timestamptz) as recorded_to
    from now_there
    inner join compared
        on now_there.customer_id = compared.customer_id
    where not compared.is_same

),

versions as (

    select * from closed

    union all

    select * from continued

    union all

    select * from opened

),

final as (

    select
        -- keys
        versions.customer_id
        || '|'
        || cast({{ unix_micros('versions.recorded_from') }} as varchar) as customer_history_id,
        versions.*,

        -- flags
        versions.recorded_to is null as is_current
    from versions

)

select * from final  -- noqa: AM04
