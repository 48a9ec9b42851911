{#- Schemas are called what the project calls them: staging, intermediate, marts, insights. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
