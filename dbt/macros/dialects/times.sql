{# Time functions that engines name differently. All of them give null where they cannot read. #}

{# ISO 8601 text with a zone or offset, as an instant. #}
{% macro read_instant(text) -%}
    try_cast({{ text }} as {{ instant_type() }})
{%- endmacro %}


{# ISO 8601 text without a zone, as a wall time. #}
{% macro read_wall_time(text) -%}
    {{ adapter.dispatch('read_wall_time')(text) }}
{%- endmacro %}

{% macro default__read_wall_time(text) -%}
    try_cast({{ text }} as timestamp_ntz)
{%- endmacro %}

{% macro duckdb__read_wall_time(text) -%}
    try_cast({{ text }} as timestamp)
{%- endmacro %}


{# Type of a point in time. #}
{% macro instant_type() -%}
    {{ adapter.dispatch('instant_type')() }}
{%- endmacro %}

{% macro default__instant_type() -%}
    timestamp
{%- endmacro %}

{% macro duckdb__instant_type() -%}
    timestamptz
{%- endmacro %}


{# A wall time of a zone as an instant. A wall time that a change of clocks repeats is the later
   of the two; one it skips is read as if the clock had not been moved. #}
{% macro wall_time_to_instant(wall_time, zone) -%}
    {{ adapter.dispatch('wall_time_to_instant')(wall_time, zone) }}
{%- endmacro %}

{% macro default__wall_time_to_instant(wall_time, zone) -%}
    to_utc_timestamp({{ wall_time }}, {{ zone }})
{%- endmacro %}

{% macro duckdb__wall_time_to_instant(wall_time, zone) -%}
    timezone({{ zone }}, {{ wall_time }})
{%- endmacro %}


{# An instant as a wall time of a zone. #}
{% macro instant_to_wall_time(instant, zone) -%}
    {{ adapter.dispatch('instant_to_wall_time')(instant, zone) }}
{%- endmacro %}

{% macro default__instant_to_wall_time(instant, zone) -%}
    from_utc_timestamp({{ instant }}, {{ zone }})
{%- endmacro %}

{% macro duckdb__instant_to_wall_time(instant, zone) -%}
    timezone({{ zone }}, {{ instant }})
{%- endmacro %}


{# Microseconds since 1970 (a bigint) as an instant. #}
{% macro instant_of_micros(micros) -%}
    {{ adapter.dispatch('instant_of_micros')(micros) }}
{%- endmacro %}

{% macro default__instant_of_micros(micros) -%}
    timestamp_micros({{ micros }})
{%- endmacro %}

{% macro duckdb__instant_of_micros(micros) -%}
    make_timestamptz({{ micros }})
{%- endmacro %}


{# `Wed Oct 10 20:19:24 +0000 2018`, as archives of X write times. #}
{% macro read_archive_time(text) -%}
    {{ adapter.dispatch('read_archive_time')(text) }}
{%- endmacro %}

{% macro default__read_archive_time(text) -%}
    try_to_timestamp(substring({{ text }}, 5), 'MMM dd HH:mm:ss Z yyyy')
{%- endmacro %}

{% macro duckdb__read_archive_time(text) -%}
    try_strptime({{ text }}, '%a %b %d %H:%M:%S %z %Y')
{%- endmacro %}
