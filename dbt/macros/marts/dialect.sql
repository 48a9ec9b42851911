{# Functions of the marts that engines name differently. #}

{% macro days_between(earlier, later) %}
    {{- return(adapter.dispatch('days_between')(earlier, later)) -}}
{% endmacro %}

{% macro default__days_between(earlier, later) -%}
    datediff(cast({{ later }} as date), cast({{ earlier }} as date))
{%- endmacro %}

{% macro duckdb__days_between(earlier, later) -%}
    date_diff('day', cast({{ earlier }} as date), cast({{ later }} as date))
{%- endmacro %}


{% macro seconds_between(earlier, later) %}
    {{- return(adapter.dispatch('seconds_between')(earlier, later)) -}}
{% endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    (unix_seconds({{ later }}) - unix_seconds({{ earlier }}))
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    date_diff('second', {{ earlier }}, {{ later }})
{%- endmacro %}


{% macro unix_micros(moment) %}
    {{- return(adapter.dispatch('unix_micros')(moment)) -}}
{% endmacro %}

{% macro default__unix_micros(moment) -%}
    unix_micros({{ moment }})
{%- endmacro %}

{% macro duckdb__unix_micros(moment) -%}
    epoch_us({{ moment }})
{%- endmacro %}


{# True where the text holds the pattern anywhere, capitals aside. #}
{% macro matches_pattern(text, pattern) %}
    {{- return(adapter.dispatch('matches_pattern')(text, pattern)) -}}
{% endmacro %}

{% macro default__matches_pattern(text, pattern) -%}
    regexp_like(lower({{ text }}), lower({{ pattern }}))
{%- endmacro %}

{% macro duckdb__matches_pattern(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }}, 'i')
{%- endmacro %}
