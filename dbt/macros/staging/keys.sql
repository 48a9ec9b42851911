{# Ids of records and events: source, kind and the vendor's own id, which is opaque text. #}

{% macro record_key(kind, native_id) -%}
    _source || ':{{ kind }}:' || nullif({{ native_id }}, '')
{%- endmacro %}


{# Id of a record that is known by its e-mail address alone. #}
{% macro email_record_key(kind, email) -%}
    _source || ':{{ kind }}:' || md5({{ plain_email(email) }})
{%- endmacro %}
