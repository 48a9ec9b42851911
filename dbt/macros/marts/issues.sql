{# Parts of the issues' SQL. #}

{# A number with a dot behind a word that says it is a version, in plain small letters. #}
{% macro named_version() -%}
    {%- set words = [
        'v', 'ver', 'vers', 'version', 'versión', 'versione', 'versão', 'versie', 'wersja',
        'wersji', 'версия', 'release', 'build', 'app', 'update', 'firmware', '版本', 'バージョン',
    ] -%}
    {%- set number = '[ .:#]{0,3}v?([0-9]+(?:[.][0-9]+)+)' -%}
    {{- return('(?:^|[^a-z])(?:' ~ words | join('|') ~ ')' ~ number) -}}
{%- endmacro %}


{# The words of a text between blanks, each behind its place in four digits and a colon: so that
   they can be parted and joined again. #}
{% macro numbered_words(text) -%}
    {{ adapter.dispatch('numbered_words')(text) }}
{%- endmacro %}

{% macro default__numbered_words(text) -%}
    transform(
        split(trim({{ text }}), r'\s+'),
        (word, place) -> concat(lpad(cast(place as string), 4, '0'), ':', word)
    )
{%- endmacro %}

{% macro duckdb__numbered_words(text) -%}
    list_transform(
        regexp_split_to_array(trim({{ text }}), '\s+'),
        lambda word, place: concat(lpad(cast(place as varchar), 4, '0'), ':', word)
    )
{%- endmacro %}
