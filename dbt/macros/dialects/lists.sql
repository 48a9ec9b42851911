{# Lists, structs and JSON, which engines write differently. #}

{% macro list_of(items) -%}
    {{ adapter.dispatch('list_of')(items) }}
{%- endmacro %}

{% macro default__list_of(items) -%}
    array({{ items | join(', ') }})
{%- endmacro %}

{% macro duckdb__list_of(items) -%}
    list_value({{ items | join(', ') }})
{%- endmacro %}


{# A struct from a mapping of field name to expression. #}
{% macro struct_of(fields) -%}
    {{ adapter.dispatch('struct_of')(fields) }}
{%- endmacro %}

{% macro default__struct_of(fields) -%}
    named_struct(
        {%- for name, value in fields.items() -%}
            '{{ name }}', {{ value }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}

{% macro duckdb__struct_of(fields) -%}
    struct_pack(
        {%- for name, value in fields.items() -%}
            {{ name }} := {{ value }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}


{# The values of a group's rows as one list, sorted. #}
{% macro list_of_rows(value) -%}
    {{ adapter.dispatch('list_of_rows')(value) }}
{%- endmacro %}

{% macro default__list_of_rows(value) -%}
    array_sort(collect_list({{ value }}))
{%- endmacro %}

{% macro duckdb__list_of_rows(value) -%}
    list_sort(list({{ value }}))
{%- endmacro %}


{# One row per item of a list; null and empty lists give none. #}
{% macro unnested(list) -%}
    {{ adapter.dispatch('unnested')(list) }}
{%- endmacro %}

{% macro default__unnested(list) -%}
    explode({{ list }})
{%- endmacro %}

{% macro duckdb__unnested(list) -%}
    unnest({{ list }})
{%- endmacro %}


{# The parts of a text between separators, a pattern. #}
{% macro split_parts(text, separator) -%}
    {{ adapter.dispatch('split_parts')(text, separator) }}
{%- endmacro %}

{% macro default__split_parts(text, separator) -%}
    split({{ text }}, r'{{ separator }}')
{%- endmacro %}

{% macro duckdb__split_parts(text, separator) -%}
    regexp_split_to_array({{ text }}, '{{ separator }}')
{%- endmacro %}


{# Entries of a JSON object as a list of structs with `key` and `value`, both text; null where the
   text is no object. #}
{% macro json_entries(json) -%}
    {{ adapter.dispatch('json_entries')(json) }}
{%- endmacro %}

{% macro default__json_entries(json) -%}
    map_entries(from_json({{ json }}, 'map<string, string>'))
{%- endmacro %}

{% macro duckdb__json_entries(json) -%}
    map_entries(
        case
            when json_valid({{ json }})
                then try_cast(cast({{ json }} as json) as map(varchar, varchar))
        end
    )
{%- endmacro %}


{# Items of a JSON array, each as JSON text; an unreadable text gives none. #}
{% macro json_items(json) -%}
    {{ adapter.dispatch('json_items')(json) }}
{%- endmacro %}

{% macro default__json_items(json) -%}
    from_json({{ json }}, 'array<string>')
{%- endmacro %}

{% macro duckdb__json_items(json) -%}
    case when json_valid({{ json }}) then json_extract({{ json }}, '$[*]') end
{%- endmacro %}


{# One relation under another, columns matched by name; a column one of them lacks is null there. #}
{% macro union_by_name(relations) -%}
    {{ adapter.dispatch('union_by_name')(relations) }}
{%- endmacro %}

{% macro default__union_by_name(relations) -%}
    {{ exceptions.raise_compiler_error('union_by_name is not written for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro duckdb__union_by_name(relations) -%}
    {%- for relation in relations %}
    select * from {{ relation }}
    {%- if not loop.last %}
    union all by name
    {%- endif %}
    {%- endfor %}
{%- endmacro %}


{# Text of a member of a JSON object, by its name. #}
{% macro json_text(json, name) -%}
    {{ adapter.dispatch('json_text')(json, name) }}
{%- endmacro %}

{% macro default__json_text(json, name) -%}
    get_json_object({{ json }}, '$.{{ name }}')
{%- endmacro %}

{% macro duckdb__json_text(json, name) -%}
    json_extract_string({{ json }}, '$.{{ name }}')
{%- endmacro %}


{# First item of a list; null where there is none. #}
{% macro first_of(list) -%}
    {{ adapter.dispatch('first_of')(list) }}
{%- endmacro %}

{% macro default__first_of(list) -%}
    try_element_at({{ list }}, 1)
{%- endmacro %}

{% macro duckdb__first_of(list) -%}
    list_extract({{ list }}, 1)
{%- endmacro %}


{# First value of a window that is not null; an `over` follows. #}
{% macro first_known(column) -%}
    {{ adapter.dispatch('first_known')(column) }}
{%- endmacro %}

{% macro default__first_known(column) -%}
    first_value({{ column }}, true)
{%- endmacro %}

{% macro duckdb__first_known(column) -%}
    first_value({{ column }} ignore nulls)
{%- endmacro %}


{# The values of a group in their order, as one text; much faster than an ordered string_agg. #}
{% macro joined_in_order(column, separator) -%}
    {{ adapter.dispatch('joined_in_order')(column, separator) }}
{%- endmacro %}

{% macro default__joined_in_order(column, separator) -%}
    array_join(array_sort(collect_list({{ column }})), '{{ separator }}')
{%- endmacro %}

{% macro duckdb__joined_in_order(column, separator) -%}
    array_to_string(list_sort(list({{ column }})), '{{ separator }}')
{%- endmacro %}


{# Whether a text is a JSON object; false where it is none, or null. #}
{% macro is_json_object(text) -%}
    {{ adapter.dispatch('is_json_object')(text) }}
{%- endmacro %}

{% macro default__is_json_object(text) -%}
    (coalesce(substr({{ text }}, 1, 1) = chr(123), false) and json_object_keys({{ text }}) is not null)
{%- endmacro %}

{% macro duckdb__is_json_object(text) -%}
    (coalesce(substr({{ text }}, 1, 1) = chr(123), false) and json_valid({{ text }}))
{%- endmacro %}
