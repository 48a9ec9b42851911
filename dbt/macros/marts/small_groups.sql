{# Statistical disclosure control of the insight views: a threshold on distinct customers, and a
   second group suppressed where one alone could be had by taking the others from the total
   (Hundepool et al. 2012, Statistical Disclosure Control, primary and secondary suppression). #}

{# CTEs ending in `into`: `rows` with `shown_<label>`, which is 'other' for labels of fewer than
   min_group_size customers within the same `within`. Where these together are still too few, the
   smallest of the larger labels joins them. Sums over all labels stay what they were. #}
{% macro small_groups_as_other(rows, within, label, into) %}
{%- set keys = within + [label] -%}
{{ into }}_sizes as (

    select
        {{ keys | join(', ') }},
        count(distinct customer_id) as customers
    from {{ rows }}
    group by {{ keys | join(', ') }}

),

{{ into }}_ranked as (

    select
        *,
        customers < {{ var('min_group_size') }} as is_small,
        row_number() over (
            partition by {{ within | join(', ') }}, customers < {{ var('min_group_size') }}
            order by customers, {{ label }}
        ) as place
    from {{ into }}_sizes

),

{{ into }}_small as (

    select
        {% for key in within %}rows_of.{{ key }}, {% endfor %}
        count(distinct rows_of.customer_id) as customers
    from {{ rows }} as rows_of
    inner join {{ into }}_ranked as ranked
        on {% for key in keys %}{{ 'and ' if not loop.first }}rows_of.{{ key }} = ranked.{{ key }} {% endfor %}
    where ranked.is_small
    group by {% for key in within %}rows_of.{{ key }}{{ ', ' if not loop.last }}{% endfor %}

),

{{ into }} as (

    select
        rows_of.*,
        case
            when ranked.is_small then 'other'
            when small.customers < {{ var('min_group_size') }} and ranked.place = 1 then 'other'
            else rows_of.{{ label }}
        end as shown_{{ label }}
    from {{ rows }} as rows_of
    inner join {{ into }}_ranked as ranked
        on {% for key in keys %}{{ 'and ' if not loop.first }}rows_of.{{ key }} = ranked.{{ key }} {% endfor %}
    left join {{ into }}_small as small
        on {% for key in within %}{{ 'and ' if not loop.first }}rows_of.{{ key }} = small.{{ key }} {% endfor %}

)
{%- endmacro %}
