with

customers as (

    select * from {{ ref('dim_customer') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

sources as (

    select * from {{ source('config', 'sources') }}

),

messages as (

    select * from {{ ref('fct_message') }}

),

email_events as (

    select * from {{ ref('fct_email_event') }}

),

consent_history as (

    select * from {{ ref('customer_consent_history') }}

),

-- who does not want what they open and click to be followed
objectors as (

    select customer_id
    from consent_history
    where channel = 'tracking' and is_current and status = 'withdrawn'
    group by customer_id

),

written as (

    select
        customer_id,
        split_part(lower(language), '-', 1) as language,
        count(*) as message_count,
        max(created_at) as last_written_at
    from messages
    where
        customer_id is not null
        and direction = 'in'
        and language is not null
        and lower(language) not in ('und', 'unknown', 'zxx')
        and not is_deleted
        and not is_repost
    group by customer_id, split_part(lower(language), '-', 1)

),

written_most as (

    select
        customer_id,
        language
    from written
    qualify
        row_number() over (
            partition by customer_id
            order by message_count desc, last_written_at desc, language asc
        ) = 1

),

-- a zone no source of the register is in may be no zone at all
known_zones as (

    select timezone
    from sources
    where timezone is not null
    group by timezone

),

zones_of_countries as (

    select
        country,
        min(timezone) as timezone
    from sources
    where country is not null and timezone is not null
    group by country

),

zones_of_records as (

    select
        customer_records.customer_id,
        max(known_zones.timezone) as told_zone,
        min(sources.timezone) filter (where sources.timezone <> 'UTC') as source_zone
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    inner join sources
        on records.source = sources.name
    left join known_zones
        on records.time_zone = known_zones.timezone
    where customer_records.customer_id is not null
    group by customer_records.customer_id

),

zoned as (

    select
        customers.customer_id,
        coalesce(
            zones_of_records.told_zone,
            zones_of_countries.timezone,
            zones_of_records.source_zone,
            'UTC'
        ) as time_zone
    from customers
    left join zones_of_records
        on customers.customer_id = zones_of_records.customer_id
    left join zones_of_countries
        on customers.country = zones_of_countries.country

),

moments as (

    select
        customer_id,
        created_at as occurred_at
    from messages
    where
        customer_id is not null
        and direction = 'in'
        and not is_deleted
        and not is_repost

    union all

    select
        customer_id,
        occurred_at
    from email_events
    where
        customer_id is not null
        and engagement in ('human_open', 'human_click')
        and customer_id not in (select objectors.customer_id from objectors)

),

hours as (

    select
        moments.customer_id,
        cast(hour({{ instant_to_wall_time('moments.occurred_at', 'zoned.time_zone') }}) as bigint)
            as hour_of_day,
        count(*) as moments_of_hour,
        max(moments.occurred_at) as last_at
    from moments
    inner join zoned
        on moments.customer_id = zoned.customer_id
    where moments.occurred_at is not null
    group by moments.customer_id, hour_of_day

),

ranked_hours as (

    select
        customer_id,
        hour_of_day,
        moments_of_hour,
        cast(sum(moments_of_hour) over (partition by customer_id) as bigint) as moments_of_all,
        row_number() over (
            partition by customer_id
            order by moments_of_hour desc, last_at desc, hour_of_day asc
        ) as standing
    from hours

),

-- the hour of one single open is chance: it must have come twice at least
best_hours as (

    select
        customer_id,
        moments_of_all,
        case when moments_of_hour >= 2 then hour_of_day end as best_hour
    from ranked_hours
    where standing = 1

),

described as (

    select
        customers.customer_id,
        coalesce(lower(customers.language), written_most.language) as language,
        case
            when customers.language is not null then 'stated'
            when written_most.language is not null then 'written'
        end as language_basis,
        written_most.language as written_language,
        zoned.time_zone,
        best_hours.best_hour,
        coalesce(best_hours.moments_of_all, 0) as active_moments
    from customers
    inner join zoned
        on customers.customer_id = zoned.customer_id
    left join written_most
        on customers.customer_id = written_most.customer_id
    left join best_hours
        on customers.customer_id = best_hours.customer_id

)

select * from described
