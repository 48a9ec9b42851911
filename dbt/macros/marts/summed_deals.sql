{# Deals summed up: how many by what became of them, and for how much. In a select over deals of one
   currency, grouped by who they are with. #}
{% macro summed_deals() -%}
    -- measures
    count(*) as opportunities,
    count(*) filter (where outcome = 'open') as open_opportunities,
    count(*) filter (where outcome = 'won') as won_opportunities,
    count(*) filter (where outcome = 'lost') as lost_opportunities,
    count(*) filter (where outcome = 'unknown') as unknown_opportunities,
    cast(coalesce(sum(amount_minor) filter (where outcome = 'open'), 0) as bigint)
        as open_amount_minor,
    cast(coalesce(sum(amount_minor) filter (where outcome = 'won'), 0) as bigint)
        as won_amount_minor,
    cast(coalesce(sum(amount_minor) filter (where outcome = 'lost'), 0) as bigint)
        as lost_amount_minor,
    cast(coalesce(sum(amount_minor) filter (where outcome = 'unknown'), 0) as bigint)
        as unknown_amount_minor,

    -- times
    min(closed_at) filter (where outcome = 'won') as first_won_at,
    max(closed_at) filter (where outcome = 'won') as last_won_at
{%- endmacro %}
