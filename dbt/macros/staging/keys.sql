{# Ids of records and events: source, kind and the vendor's own id, which is opaque text. #}

{% macro record_key(kind, native_id) -%}
    _source || ':{{ kind }}:' || nullif({{ native_id }}, '')
{%- endmacro %}


{# Id of a record that is known by its e-mail address alone. #}
{% macro email_record_key(kind, email) -%}
    _source || ':{{ kind }}:' || md5({{ plain_email(email) }})
{%- endmacro %}


{# A Salesforce id with 18 characters: the last three say which of the first 15 are capitals. #}
{% macro salesforce_id(text) -%}
    case
        when length(trim({{ text }})) = 15
            then trim({{ text }})
            {%- for chunk in range(3) %}
            || substr(
                'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                1
                {%- for place in range(5) %}
                {%- set character = "substr(trim(" ~ text ~ "), " ~ (chunk * 5 + place + 1) ~ ", 1)" %}
                + case when {{ code_of(character) }} between 65 and 90 then {{ 2 ** place }} else 0 end
                {%- endfor %},
                1
            )
            {%- endfor %}
        else nullif(trim({{ text }}), '')
    end
{%- endmacro %}
