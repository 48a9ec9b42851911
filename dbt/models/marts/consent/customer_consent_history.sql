with

consent_events as (

    select * from {{ ref('fct_consent_event') }}

),

-- a word whose source does not say when is older than all that do
words as (

    select
        consent_event_id,
        customer_id,
        channel,
        purpose,
        status,
        source,
        evidence,
        occurred_at,
        coalesce({{ unix_micros('occurred_at') }}, 0) as said_micros
    from consent_events
    where customer_id is not null

),

moments as (

    select
        customer_id,
        channel,
        said_micros as moment
    from words
    group by customer_id, channel, said_micros

),

-- of every purpose what was last said by then
standing as (

    select
        moments.moment,
        words.*
    from moments
    inner join words
        on
            moments.customer_id = words.customer_id
            and moments.channel = words.channel
            and moments.moment >= words.said_micros
    qualify
        row_number() over (
            partition by words.customer_id, words.channel, moments.moment, words.purpose
            order by
                words.said_micros desc,
                case when words.status = 'withdrawn' then 0 else 1 end asc,
                words.consent_event_id asc
        ) = 1

),

widest as (

    select
        *,
        max(
            case when purpose = 'marketing' and status = 'granted' then said_micros end
        ) over (partition by customer_id, channel, moment) as all_granted_micros
    from standing

),

-- leaving one group of e-mails holds until it, or e-mails as such, are asked for again
decided as (

    select
        customer_id,
        channel,
        moment,
        status,
        purpose,
        source,
        evidence,
        occurred_at
    from widest
    qualify
        row_number() over (
            partition by customer_id, channel, moment
            order by
                case
                    when
                        status = 'withdrawn'
                        and (
                            purpose = 'marketing'
                            or all_granted_micros is null
                            or said_micros >= all_granted_micros
                        )
                        then 0
                    else 1
                end asc,
                case when status = 'granted' then 0 else 1 end asc,
                said_micros desc,
                purpose asc,
                consent_event_id asc
        ) = 1

),

compared as (

    select
        *,
        lag(status) over (partition by customer_id, channel order by moment asc) as status_before
    from decided

),

changed as (

    select
        customer_id,
        channel,
        moment,
        status,
        purpose,
        source,
        evidence,
        case when moment > 0 then {{ instant_of_micros('moment') }} end as valid_from
    from compared
    where status_before is null or status <> status_before

),

final as (

    select
        -- keys
        concat_ws('|', customer_id, channel, cast(moment as varchar))
            as customer_consent_history_id,
        customer_id,

        -- attributes
        channel,
        status,
        purpose,
        source,
        evidence,

        -- flags
        lead(moment) over (partition by customer_id, channel order by moment asc) is null
            as is_current,

        -- times
        valid_from,
        lead(valid_from) over (partition by customer_id, channel order by moment asc) as valid_to
    from changed

)

select * from final
