{#- The value of a key of `config.settings`, as one aggregate over that table. Every key is written
    by the reader of its file, with what ships where the file is silent: no default stands here. -#}
{% macro setting(key, type='varchar') -%}
    cast(max(case when key = '{{ key }}' then value end) as {{ type }})
{%- endmacro %}
