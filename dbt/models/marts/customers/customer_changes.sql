with

customer_history as (

    select * from {{ ref('customer_history') }}

),

redirects as (

    select * from {{ ref('identity_redirects') }}

),

begun as (

    select min(recorded_from) as recorded_from
    from customer_history

),

-- whoever has one version only has never changed
moved as (

    select customer_id
    from customer_history
    group by customer_id
    having count(*) > 1

),

texts as (

    select
        customer_history.customer_id,
        customer_history.reason,
        customer_history.valid_from,
        customer_history.recorded_from,
        {{ tracked_texts('customer_history') }}
    from customer_history
    inner join moved
        on customer_history.customer_id = moved.customer_id

),

fields as (

    select
        customer_id,
        reason,
        valid_from,
        recorded_from,
        field,
        field_value
    from texts
    unpivot (
        field_value for field in ({{ tracked_fields() | join(', ') }})
    )

),

followed as (

    select
        *,
        lag(field_value) over (
            partition by customer_id, field order by recorded_from asc
        ) as value_before
    from fields

),

changed as (

    select
        customer_id,
        field,
        nullif(value_before, '') as value_from,
        nullif(field_value, '') as value_to,
        reason,
        valid_from as changed_at,
        recorded_from as recorded_at
    from followed
    where value_before is not null and value_before <> field_value

),

-- the first run of all found everybody: that is a beginning, no change
came as (

    select
        customer_history.customer_id,
        'customer' as field,
        cast(null as varchar) as value_from,
        customer_history.customer_id as value_to,
        customer_history.reason,
        customer_history.valid_from as changed_at,
        customer_history.recorded_from as recorded_at
    from customer_history
    cross join begun
    where
        customer_history.reason = 'new'
        and customer_history.recorded_from > begun.recorded_from

),

last_versions as (

    select *
    from customer_history
    qualify
        row_number() over (partition by customer_id order by recorded_from desc) = 1

),

went as (

    select
        last_versions.customer_id,
        'customer' as field,
        last_versions.customer_id as value_from,
        redirects.resolves_to as value_to,
        case when redirects.customer_id is null then 'gone' else 'merged' end as reason,
        last_versions.recorded_to as changed_at,
        last_versions.recorded_to as recorded_at
    from last_versions
    left join redirects
        on last_versions.customer_id = redirects.customer_id
    where last_versions.recorded_to is not null

),

gathered as (

    select * from changed

    union all

    select * from came

    union all

    select * from went

),

final as (

    select
        -- keys
        concat_ws('|', customer_id, field, cast({{ unix_micros('recorded_at') }} as varchar))
            as customer_change_id,
        customer_id,

        -- attributes
        field,
        value_from,
        value_to,
        reason,

        -- times
        changed_at,
        recorded_at
    from gathered

)

select * from final
