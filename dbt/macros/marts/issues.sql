{# Parts of the issues' SQL. #}

{# A number with a dot behind a word that says it is a version, in plain small letters. #}
{% macro named_version() -%}
    {%- set words = [
        'v', 'ver', 'vers', 'version', 'versión', 'versione', 'versão', 'versie', 'wersja',
        'wersji', 'версия', 'release', 'build', 'app', 'update', 'firmware', '版本', 'バージョン',
    ] -%}
    {{- return('(?:^|[^a-z])(?:' ~ words | join('|') ~ ')[ .:#]{0,3}v?([0-9]+(?:[.][0-9]+)+)') -}}
{%- endmacro %}
