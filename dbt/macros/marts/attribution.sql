{# Models of attribution, and the arithmetic of Markov chains in plain SQL. #}

{# Names of the models, and the column of `weighed` each takes its weights from. #}
{% macro attribution_models() -%}
    {{- return([
        'first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay', 'markov', 'shapley'
    ]) -}}
{%- endmacro %}

{# CTEs `visits`: the sum of the first 2 ** doublings powers of the matrix `moves` (from_state,
   to_state, probability), by S(2k) = S(k) + M^k S(k): the expected visits of the fundamental
   matrix (Kemeny and Snell 1960). 14 doublings are paths of 16,384 touches. #}
{% macro expected_visits(moves, states, doublings=14) %}
power_0 as (

    select
        from_state,
        to_state,
        probability
    from {{ moves }}

),

visits_0 as (

    select
        state as from_state,
        state as to_state,
        cast(1 as double) as visits
    from {{ states }}

),
{% for k in range(doublings) %}
visits_{{ k + 1 }} as (

    select
        from_state,
        to_state,
        sum(visits) as visits
    from (
        select from_state, to_state, visits from visits_{{ k }}
        union all
        select
            earlier.from_state,
            later.to_state,
            earlier.probability * later.visits as visits
        from power_{{ k }} as earlier
        inner join visits_{{ k }} as later
            on earlier.to_state = later.from_state
    ) as terms
    group by from_state, to_state

),

power_{{ k + 1 }} as (

    select
        earlier.from_state,
        later.to_state,
        sum(earlier.probability * later.probability) as probability
    from power_{{ k }} as earlier
    inner join power_{{ k }} as later
        on earlier.to_state = later.from_state
    group by earlier.from_state, later.to_state

),
{% endfor %}
visits as (

    select * from visits_{{ doublings }}

)
{%- endmacro %}


{# What of an amount falls to a running share of its conversion, to a millionth of a minor unit. #}
{% macro part_of_amount(amount, share) -%}
    cast(round({{ amount }} * {{ share }}, 6) as decimal(38, 6))
{%- endmacro %}
