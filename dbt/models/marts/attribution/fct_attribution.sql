with

touches as (

    select * from {{ ref('fct_touch') }}

),

conversions as (

    select * from {{ ref('fct_conversion') }}

),

other_customers as (

    select * from {{ ref('bridge_opportunity_customer') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

rules as (

    select
        86400 * {{ setting('attribution.lookback_days', 'bigint') }} as lookback_seconds,
        {{ setting('attribution.restart_after_conversion', 'boolean') }} as restarts,
        {{ setting('attribution.collapse_repeats', 'boolean') }} as collapses,
        86400 * {{ setting('attribution.half_life_days', 'double') }} as half_life_seconds,
        {{ setting('attribution.first_share', 'double') }} as first_share,
        {{ setting('attribution.last_share', 'double') }} as last_share
    from settings

),

-- a deal is won by all who are on it
buyers as (

    select
        conversion_id,
        customer_id,
        converted_at
    from conversions
    where customer_id is not null and converted_at is not null

    union

    select
        conversions.conversion_id,
        other_customers.customer_id,
        conversions.converted_at
    from conversions
    inner join other_customers
        on conversions.opportunity_id = other_customers.opportunity_id
    where conversions.converted_at is not null

),

-- a CRM knows the day of closing, no hour: touches of that day came before it
days as (

    select
        customer_id,
        converted_at,
        converted_at + interval '1' day as path_end,
        lag(converted_at + interval '1' day)
            over (partition by customer_id order by converted_at) as path_start
    from buyers
    group by customer_id, converted_at

),

last_days as (

    select
        customer_id,
        max(path_end) as path_start
    from days
    group by customer_id

),

on_paths as (

    select
        buyers.conversion_id as path_id,
        true as is_converting,
        touches.touch_id,
        touches.customer_id,
        touches.campaign_id,
        touches.kind,
        touches.channel,
        touches.initiated_by,
        touches.is_direct,
        touches.occurred_at
    from buyers
    inner join days
        on
            buyers.customer_id = days.customer_id
            and buyers.converted_at = days.converted_at
    inner join touches
        on
            buyers.customer_id = touches.customer_id
            and days.path_end > touches.occurred_at
    cross join rules
    where
        {{ seconds_between('touches.occurred_at', 'days.path_end') }} <= rules.lookback_seconds
        and (
            not rules.restarts
            or days.path_start is null
            or touches.occurred_at >= days.path_start
        )

    union all

    -- who has not bought, or not again, tells which touches lead nowhere
    select
        touches.customer_id as path_id,
        false as is_converting,
        touches.touch_id,
        touches.customer_id,
        touches.campaign_id,
        touches.kind,
        touches.channel,
        touches.initiated_by,
        touches.is_direct,
        touches.occurred_at
    from touches
    left join last_days
        on touches.customer_id = last_days.customer_id
    where last_days.path_start is null or touches.occurred_at >= last_days.path_start

),

ordered as (

    select
        *,
        lag(channel) over (
            partition by is_converting, path_id order by occurred_at, touch_id
        ) as channel_before,
        lead(channel) over (
            partition by is_converting, path_id order by occurred_at, touch_id
        ) as channel_after
    from on_paths

),

-- the first-order chain of channels (Anderl et al. 2016), all states that are left counted
moves as (

    select
        coalesce(channel_before, '(start)') as from_state,
        channel as to_state,
        count(*) as times
    from ordered
    group by channel_before, channel

    union all

    select
        channel as from_state,
        case when is_converting then '(conversion)' else '(null)' end as to_state,
        count(*) as times
    from ordered
    where channel_after is null
    group by channel, is_converting

),

left_states as (

    select
        from_state,
        sum(times) as times
    from moves
    group by from_state

),

chain as (

    select
        moves.from_state,
        moves.to_state,
        cast(moves.times as double) / left_states.times as probability
    from moves
    inner join left_states
        on moves.from_state = left_states.from_state

),

channels as (

    select from_state as state
    from left_states
    where from_state <> '(start)'

),

between_channels as (

    select chain.*
    from chain
    inner join channels
        on chain.from_state = channels.state
    where chain.to_state not in ('(conversion)', '(null)')

),

{{ expected_visits('between_channels', 'channels') }},

-- probability to convert from a channel, and visits to it by a path that begins
chances as (

    select
        visits.from_state as channel,
        sum(visits.visits * chain.probability) as converts
    from visits
    inner join chain
        on visits.to_state = chain.from_state and chain.to_state = '(conversion)'
    group by visits.from_state

),

begun as (

    select
        visits.to_state as channel,
        sum(chain.probability * visits.visits) as visits
    from chain
    inner join visits
        on chain.to_state = visits.from_state
    where chain.from_state = '(start)'
    group by visits.to_state

),

-- without a channel, what came through it is lost: the chance to be ever there, times the chance
-- from there on
removal_effects as (

    select
        chances.channel,
        begun.visits / visits.visits * chances.converts as removal_effect
    from chances
    inner join begun
        on chances.channel = begun.channel
    inner join visits
        on chances.channel = visits.from_state and chances.channel = visits.to_state

),

numbered as (

    select
        ordered.*,
        row_number() over (
            partition by ordered.path_id order by ordered.occurred_at, ordered.touch_id
        ) as touch_number,
        sum(
            case when rules.collapses and ordered.channel = ordered.channel_before then 0 else 1 end
        ) over (
            partition by ordered.path_id
            order by ordered.occurred_at, ordered.touch_id
            rows between unbounded preceding and current row
        ) as step
    from ordered
    cross join rules
    where ordered.is_converting

),

steps as (

    select
        path_id,
        step,
        channel,
        bool_or(not is_direct) as is_non_direct,
        count(*) as touches,
        max(occurred_at) as occurred_at
    from numbered
    group by path_id, step, channel

),

steps_of_channels as (

    select
        path_id,
        channel,
        count(*) as steps
    from steps
    group by path_id, channel

),

paths as (

    select
        path_id,
        max(step) as last_step,
        coalesce(max(step) filter (where is_non_direct), max(step)) as last_non_direct_step,
        count(distinct channel) as channels,
        sum(touches) as touches,
        max(occurred_at) as occurred_at
    from steps
    group by path_id

),

-- what a touch weighs by each model; its credit is its part of all weights of its path
weighed as (

    select
        numbered.*,
        paths.touches as touches_of_path,
        removal_effects.removal_effect,
        case when numbered.step = 1 then cast(1 as double) else 0 end / steps.touches
            as first_weight,
        case when numbered.step = paths.last_step then cast(1 as double) else 0 end
        / steps.touches as last_weight,
        case when numbered.step = paths.last_non_direct_step then cast(1 as double) else 0 end
        / steps.touches as last_non_direct_weight,
        cast(1 as double) / steps.touches as linear_weight,
        case
            when paths.last_step = 1 then 1
            when numbered.step = 1 then rules.first_share
            when numbered.step = paths.last_step then rules.last_share
            else (1 - rules.first_share - rules.last_share) / (paths.last_step - 2)
        end / steps.touches as position_weight,
        power(
            cast(0.5 as double),
            cast({{ seconds_between('steps.occurred_at', 'paths.occurred_at') }} as double)
            / rules.half_life_seconds
        ) / steps.touches as time_decay_weight,
        coalesce(removal_effects.removal_effect, 0) / steps.touches as markov_weight,
        -- with the value of a set of channels as the conversions of paths of these channels alone,
        -- Shapley's value parts each conversion equally among its channels (Zhao et al. 2018)
        cast(1 as double) / paths.channels / steps_of_channels.steps / steps.touches
            as shapley_weight
    from numbered
    inner join steps
        on numbered.path_id = steps.path_id and numbered.step = steps.step
    inner join steps_of_channels
        on
            numbered.path_id = steps_of_channels.path_id
            and numbered.channel = steps_of_channels.channel
    inner join paths
        on numbered.path_id = paths.path_id
    left join removal_effects
        on numbered.channel = removal_effects.channel
    cross join rules

),

summed as (

    select
        *,
    {% for model in attribution_models() %}
        sum({{ model }}_weight) over (partition by path_id) as {{ model }}_total,
        sum({{ model }}_weight) over (
            partition by path_id order by touch_number
            rows between unbounded preceding and current row
            ) as {{ model }}_so_far{{ ',' if not loop.last }}
    {% endfor %}
    from weighed

),

-- amounts are parted at the running shares, so that they sum up to the conversion's amount
shared as (

    select
        *,
    {% for model in attribution_models() %}
        {{ model }}_weight / {{ model }}_total as {{ model }}_credit,
        case
            when touch_number = touches_of_path then 1
            else {{ model }}_so_far / {{ model }}_total
        end as {{ model }}_share,
        coalesce(lag({{ model }}_so_far) over (
            partition by path_id order by touch_number
            ), 0) / {{ model }}_total as {{ model }}_share_before{{ ',' if not loop.last }}
    {% endfor %}
    from summed

),

parted as (

    select
        shared.*,
        conversions.currency,
        conversions.converted_at,
    {% for model in attribution_models() %}
        {{ part_of_amount('conversions.amount_minor', 'shared.' ~ model ~ '_share') }}
        - {{ part_of_amount('conversions.amount_minor', 'shared.' ~ model ~ '_share_before') }}
            as {{ model }}_amount_minor{{ ',' if not loop.last }}
    {% endfor %}
    from shared
    inner join conversions
        on shared.path_id = conversions.conversion_id

),

models as (

    {% for model in attribution_models() %}
        select '{{ model }}' as model  -- noqa: RF04
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

credited as (

    {% for model in attribution_models() %}
        select
            path_id as conversion_id,
            '{{ model }}' as model,  -- noqa: RF04
            touch_id,
            customer_id,
            campaign_id,
            kind,
            channel,
            initiated_by,
            currency,
            {{ model }}_credit as credit,
            {{ model }}_amount_minor as amount_minor,
            {{ 'removal_effect' if model == 'markov' else 'cast(null as double)' }}
                as removal_effect,
            occurred_at as touched_at,
            converted_at
        from parted
        where {{ model }}_weight > 0

        union all
    {% endfor %}

    -- nobody is known to have spoken with who bought
    select
        conversions.conversion_id,
        models.model,
        cast(null as varchar) as touch_id,
        conversions.customer_id,
        cast(null as varchar) as campaign_id,
        'none' as kind,
        'none' as channel,
        'none' as initiated_by,
        conversions.currency,
        cast(1 as double) as credit,
        {{ part_of_amount('conversions.amount_minor', 1) }} as amount_minor,
        cast(null as double) as removal_effect,
        cast(null as {{ instant_type() }}) as touched_at,
        conversions.converted_at
    from conversions
    cross join models
    left join paths
        on conversions.conversion_id = paths.path_id
    where paths.path_id is null

)

select * from credited
