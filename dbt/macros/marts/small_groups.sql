{# Statistical disclosure control of the insight views. A group is shown alone when, whatever
   known_members of its customers may know of themselves, the rest is still a figure of at least
   min_group_size customers (a threshold on what a coalition leaves over), and nobody's amount can
   be had from the others' closer than dominance_percent of it (the p % rule, with a coalition).
   Other groups stand together as other; where these are too few, or the total less the shown ones
   would tell, larger groups join them (secondary suppression).
   Hundepool et al., Statistical Disclosure Control (Wiley 2012), sections 4.2 and 4.4.
   What differs between generations is judged when they are published (publish/releases.py). #}

{% macro smallest_group() -%}
    ({{ var('min_group_size') }} + {{ var('known_members') }})
{%- endmacro %}


{# CTEs ending in `into`: `rows` with `shown_<label>` of every label, `other` where a group does not
   stand alone; null for the labels in `dates`. `levels` run from the outermost label to the
   innermost: a group that cannot be shown joins others of the same outer labels, and what is still
   too small there goes up a level. `top` columns are never joined; where all there is under one of
   them is too small, `is_safe` is false. Sums over all labels stay what they were. #}
{% macro pooled(rows, top, levels, into, amount='0', dates=[]) %}
{%- set ns = namespace(rows=rows) -%}
{%- for label in levels | reverse %}
{{ _one_level(ns.rows, top + levels[:levels | length - loop.index], label, into ~ '_by_' ~ label, amount) }},
{%- set ns.rows = into ~ '_by_' ~ label -%}
{%- endfor %}

{{ into }} as (

    select
        *,
        {% for label in levels -%}
        case
            when not (
                {%- for outer in levels[:loop.index] %}{{ 'or ' if not loop.first }}is_pooled_{{ outer }} {% endfor -%}
            ) then {{ label }}
            {%- if label not in dates %}
            else 'other'
            {%- endif %}
        end as shown_{{ label }},
        {% endfor -%}
        is_whole_safe_{{ levels[0] }} as is_safe
    from {{ ns.rows }}

)
{%- endmacro %}


{# The same for one label. #}
{% macro small_groups_as_other(rows, within, label, into, amount='0') -%}
{{ pooled(rows, within, [label], into, amount) }}
{%- endmacro %}


{% macro _one_level(rows, within, label, into, amount) %}
{%- set keys = within + [label] -%}
{{ into }}_parts as (

    select
        {{ keys | join(', ') }},
        customer_id,
        abs(coalesce(sum({{ amount }}), 0)) as part
    from {{ rows }}
    group by {{ keys | join(', ') }}, customer_id

),

{{ _safety(into ~ '_parts', keys, into ~ '_groups') }},

{{ into }}_ranked as (

    select
        *,
        case
            when not is_safe then 0
            when row_number() over (
                partition by {{ within | join(', ') }}, is_safe order by customers, {{ label }}
            ) = 1 then 1
            else 2
        end as step
    from {{ into }}_groups

),

{{ into }}_cuts as (

    select 0 as cut
    union all
    select 1 as cut
    union all
    select 2 as cut

),

{# The small groups together; with the smallest of the others; and all of them. #}
{{ into }}_pools as (

    select
        {% for key in within %}parts.{{ key }}, {% endfor %}
        cuts.cut,
        parts.customer_id,
        sum(parts.part) as part
    from {{ into }}_parts as parts
    inner join {{ into }}_ranked as ranked
        on {% for key in keys %}{{ 'and ' if not loop.first }}parts.{{ key }} = ranked.{{ key }} {% endfor %}
    inner join {{ into }}_cuts as cuts
        on ranked.step <= cuts.cut
    group by {% for key in within %}parts.{{ key }}, {% endfor %}cuts.cut, parts.customer_id

),

{{ _safety(into ~ '_pools', within + ['cut'], into ~ '_pooled') }},

{{ into }}_chosen as (

    select
        {{ within | join(', ') }},
        coalesce(min(case when is_safe then cut end), 2) as cut,
        coalesce(max(case when cut = 2 and is_safe then 1 else 0 end), 0) = 1 as is_whole_safe
    from {{ into }}_pooled
    group by {{ within | join(', ') }}

),

{{ into }}_small as (

    select
        {{ within | join(', ') }},
        min(step) as step
    from {{ into }}_ranked
    group by {{ within | join(', ') }}

),

{{ into }} as (

    select
        rows_of.*,
        small.step = 0 and ranked.step <= chosen.cut as is_pooled_{{ label }},
        chosen.is_whole_safe as is_whole_safe_{{ label }}
    from {{ rows }} as rows_of
    inner join {{ into }}_ranked as ranked
        on {% for key in keys %}{{ 'and ' if not loop.first }}rows_of.{{ key }} = ranked.{{ key }} {% endfor %}
    inner join {{ into }}_chosen as chosen
        on {% for key in within %}{{ 'and ' if not loop.first }}rows_of.{{ key }} = chosen.{{ key }} {% endfor %}
    inner join {{ into }}_small as small
        on {% for key in within %}{{ 'and ' if not loop.first }}rows_of.{{ key }} = small.{{ key }} {% endfor %}

)
{%- endmacro %}


{# Whether groups may stand alone. Amounts of nobody known protect the others and are nobody's. #}
{% macro _safety(parts, keys, into) %}
{{ into }}_placed as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }}
            order by case when customer_id is null then 1 else 0 end, part desc, customer_id asc
        ) as place
    from {{ parts }}

),

{{ into }} as (

    select
        {{ keys | join(', ') }},
        count(customer_id) as customers,
        count(customer_id) >= {{ smallest_group() }}
        and coalesce(sum(case
            when customer_id is null or place > 1 + {{ var('known_members') }} then part
        end), 0)
        >= {{ var('dominance_percent') }} / 100.0
        * coalesce(max(case when customer_id is not null then part end), 0) as is_safe
    from {{ into }}_placed
    group by {{ keys | join(', ') }}

)
{%- endmacro %}


{# A CTE `into` with the sum of `part` per `key`, where nobody's can be had from it; of a group that
   is shown for its customers, of whom fewer have an amount. #}
{% macro safe_amounts(parts, key, into) %}
{{ _safety(parts, [key], into ~ '_groups') }},

{{ into }} as (

    select
        parts.{{ key }},
        sum(parts.part) as amount
    from {{ parts }} as parts
    inner join {{ into }}_groups as groups
        on parts.{{ key }} = groups.{{ key }}
    where groups.is_safe
    group by parts.{{ key }}

)
{%- endmacro %}


{# A CTE `into` with `members` per `key` of the rows: what each customer adds to the row, as one
   list. It stays in the warehouse (columns that begin with _ do) and lets the publication count
   how many customers two generations of a row differ in. `figures`: what the row's measures are
   made of, per customer, and nothing that the passing of time alone changes. #}
{% macro members_of(rows, key, figures, into, amount='0') %}
{{ into }}_each as (

    select
        {{ key }},
        coalesce(md5(customer_id), '') as member,
        round(cast(coalesce(sum({{ amount }}), 0) as double), 2) as amount,
        cast(count(*) as double) as facts,
        concat_ws(
            '|', count(*)
            {%- for figure in figures %}, coalesce(cast({{ figure }} as varchar), '-'){% endfor %}
        ) as figures
    from {{ rows }}
    group by {{ key }}, customer_id

),

{{ into }} as (

    select
        {{ key }},
        {{ list_of_rows(struct_of({
            'member': 'member', 'amount': 'amount', 'facts': 'facts', 'figures': 'figures',
        })) }} as members
    from {{ into }}_each
    group by {{ key }}

)
{%- endmacro %}
