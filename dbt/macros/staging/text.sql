{# Text as vendors write it. Blank is null; nothing else is judged here. #}

{# Text without outer blanks. #}
{% macro trimmed(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}


{# Text of one line: inner blanks, no-break ones too, become one. #}
{% macro one_line(text) -%}
    nullif(trim({{ replaced(text, '[\\s\u00a0]+', ' ') }}), '')
{%- endmacro %}


{# An e-mail address as it is compared before identity knows it better. #}
{% macro plain_email(text) -%}
    nullif(lower(trim({{ text }})), '')
{%- endmacro %}


{# 0/1, true/false, yes/no in any spelling; null for anything else. #}
{% macro to_boolean(text) -%}
    case
        when lower(trim({{ text }})) in ('1', 'true', 't', 'yes', 'y') then true
        when lower(trim({{ text }})) in ('0', 'false', 'f', 'no', 'n') then false
    end
{%- endmacro %}


{# A count; null where the text is no whole number. #}
{% macro to_count(text) -%}
    try_cast({{ text }} as bigint)
{%- endmacro %}


{# HTML as plain text: paragraphs and breaks become lines, tags go, entities are resolved. #}
{% macro html_to_text(html) -%}
    nullif(
        {%- set ns = namespace(text=replaced(html, '(?i)<br ?/?>|</p>', '\n')) -%}
        {%- set ns.text = replaced(ns.text, '<[^>]*>', '') -%}
        {%- for entity, character in [
            ('&lt;', '<'), ('&gt;', '>'), ('&quot;', '"'), ('&#39;', "''"), ('&apos;', "''"),
            ('&nbsp;', ' '), ('&amp;', '&'),
        ] -%}
            {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ entity ~ "', '" ~ character ~ "')" -%}
        {%- endfor -%}
        {{ replaced(ns.text, '^\\s+|\\s+$', '') }}, ''
    )
{%- endmacro %}


{# Host of a web address, lower case, without `www.`. #}
{% macro url_host(url) -%}
    nullif({{ extracted('lower(trim(' ~ url ~ '))', '^(?:[a-z][a-z0-9+.-]*://)?(?:www[.])?([^/?#:@ ]+)', 1) }}, '')
{%- endmacro %}
