{# Ids of records and events: source, kind and the vendor's own id, which is opaque text. #}

{% macro record_key(kind, native_id) -%}
    _source || ':{{ kind }}:' || nullif({{ native_id }}, '')
{%- endmacro %}


{# Id of a record that is known by its e-mail address alone. #}
{% macro email_record_key(kind, email) -%}
    _source || ':{{ kind }}:' || md5({{ plain_email(email) }})
{%- endmacro %}


{# A number that is an id, as a spreadsheet may have rewritten it (301.0, 3.01E+02): the number
   where every digit of it is written; any other text as it stands. What a spreadsheet has rounded
   is held back by the gate (ROUNDED in expectations/rules.py). #}
{% macro whole_id(text) -%}
    {%- set digits = replaced(text, '^\\s*([0-9])[.,]([0-9]+)[eE].*$', '\\1\\2') -%}
    {%- set power = 'try_cast(' ~ extracted(text, '[eE][+]?0*([0-9]{1,2})\\s*$') ~ ' as integer)' -%}
    case
        when not {{ has_pattern(text, '[.,eE]') }} then {{ trimmed(text) }}
        when {{ has_pattern(text, '^\\s*[0-9]+[.,]0{1,2}\\s*$') }}
            then {{ replaced('trim(' ~ text ~ ')', '[.,]0+$', '') }}
        when {{ has_pattern(text, '^\\s*[0-9][.,][0-9]+[eE][+]?[0-9]{1,2}\\s*$') }}
            and length({{ digits }}) > {{ power }}
            and {{ has_pattern('substr(' ~ digits ~ ', ' ~ power ~ ' + 2)', '^0*$') }}
            then substr({{ digits }}, 1, {{ power }} + 1)
        else {{ trimmed(text) }}
    end
{%- endmacro %}


{# The same for several ids, separated by semicolons. #}
{% macro whole_ids(text) -%}
    case
        when {{ has_pattern(text, ';') }}
            then {{ replaced(trimmed(text), '([0-9])[.,]0{1,2}(\\s*;|\\s*$)', '\\1\\2') }}
        else {{ whole_id(text) }}
    end
{%- endmacro %}
