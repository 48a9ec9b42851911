{# Text functions that engines name or call differently. Patterns are plain text without quotes. #}

{% macro has_pattern(text, pattern) -%}
    {{ adapter.dispatch('has_pattern')(text, pattern) }}
{%- endmacro %}

{% macro default__has_pattern(text, pattern) -%}
    regexp_like({{ text }}, r'{{ pattern }}')
{%- endmacro %}

{% macro duckdb__has_pattern(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}


{% macro replaced(text, pattern, by) -%}
    {{ adapter.dispatch('replaced')(text, pattern, by) }}
{%- endmacro %}

{% macro default__replaced(text, pattern, by) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ by }}')
{%- endmacro %}

{% macro duckdb__replaced(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g')
{%- endmacro %}


{# The first group of the first hit; an empty text where there is none. #}
{% macro extracted(text, pattern, group=1) -%}
    {{ adapter.dispatch('extracted')(text, pattern, group) }}
{%- endmacro %}

{% macro default__extracted(text, pattern, group) -%}
    regexp_extract({{ text }}, r'{{ pattern }}', {{ group }})
{%- endmacro %}

{% macro duckdb__extracted(text, pattern, group) -%}
    regexp_extract({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}


{# Every hit's first group, as a list. #}
{% macro all_extracted(text, pattern, group=1) -%}
    {{ adapter.dispatch('all_extracted')(text, pattern, group) }}
{%- endmacro %}

{% macro default__all_extracted(text, pattern, group) -%}
    regexp_extract_all({{ text }}, r'{{ pattern }}', {{ group }})
{%- endmacro %}

{% macro duckdb__all_extracted(text, pattern, group) -%}
    regexp_extract_all({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}
