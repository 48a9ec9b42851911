{# What is kept of a customer over time. The types stand in dagster_project/publish/versions.py,
   where state/ is read; a test holds the two together. #}

{# Fields whose change makes a new version of a customer. What only counts (messages, opens) is no
   part of who a customer is. #}
{% macro tracked_fields() -%}
    {{- return([
        'kind', 'full_name', 'given_name', 'family_name', 'birth_date', 'email', 'email_state',
        'phone', 'phone_state', 'street', 'city', 'state', 'postal_code', 'country', 'language',
        'title', 'department', 'organisation', 'account_id', 'owner', 'lead_status', 'lead_source',
        'lifecycle_stage', 'lifecycle', 'email_consent', 'phone_consent', 'contactable_email',
        'contactable_phone', 'household_id', 'is_employee', 'is_test', 'record_count',
    ]) -}}
{%- endmacro %}


{# These fields of a relation, as columns of a select. #}
{% macro tracked_columns(relation) -%}
    {%- for field in tracked_fields() -%}
    {{ relation }}.{{ field }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# One number for them all. #}
{% macro tracked_version(relation) -%}
    {%- set columns = [] -%}
    {%- for field in tracked_fields() -%}
        {%- do columns.append(relation ~ '.' ~ field) -%}
    {%- endfor -%}
    {{ version_of(columns) }}
{%- endmacro %}


{# The same as texts, none of them null, so that they can be compared below each other. #}
{% macro tracked_texts(relation) -%}
    {%- for field in tracked_fields() -%}
    coalesce(cast({{ relation }}.{{ field }} as varchar), '') as {{ field }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# Whether a field of `now_there` is not what it was in `held`; null is a value of its own. #}
{% macro is_changed(field) -%}
    coalesce(
        now_there.{{ field }} <> held.{{ field }},
        (now_there.{{ field }} is null) <> (held.{{ field }} is null)
    )
{%- endmacro %}
