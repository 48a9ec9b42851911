{# Hashes that tell whether a row, or what it is made of, is still the same. Never shown to a
   reader; another version of an engine may give others, and then everything is restated. #}

{# One number for the values of several expressions; the name of a relation stands for its row. #}
{% macro version_of(expressions) -%}
    {{ adapter.dispatch('version_of')(expressions) }}
{%- endmacro %}

{% macro default__version_of(expressions) -%}
    xxhash64({{ expressions | join(', ') }})
{%- endmacro %}

{% macro duckdb__version_of(expressions) -%}
    cast(hash({{ expressions | join(', ') }}) % 9223372036854775807 as bigint)
{%- endmacro %}


{# One number for the versions of a group's rows, in whatever order they come. #}
{% macro version_of_rows(version) -%}
    {{ adapter.dispatch('version_of_rows')(version) }}
{%- endmacro %}

{% macro default__version_of_rows(version) -%}
    cast(sum(cast({{ version }} as decimal(38, 0))) % 9223372036854775807 as bigint)
{%- endmacro %}

{% macro duckdb__version_of_rows(version) -%}
    cast(sum(cast({{ version }} as hugeint)) % 9223372036854775807 as bigint)
{%- endmacro %}


{# The same beside every row of its group. #}
{% macro version_of_rows_over(version, key) -%}
    {{ adapter.dispatch('version_of_rows_over')(version, key) }}
{%- endmacro %}

{% macro default__version_of_rows_over(version, key) -%}
    cast(
        sum(cast({{ version }} as decimal(38, 0))) over (partition by {{ key }})
        % 9223372036854775807 as bigint
    )
{%- endmacro %}

{% macro duckdb__version_of_rows_over(version, key) -%}
    cast(
        sum(cast({{ version }} as hugeint)) over (partition by {{ key }})
        % 9223372036854775807 as bigint
    )
{%- endmacro %}
