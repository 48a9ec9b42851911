{# Money as whole minor units of its currency; never a float. #}

{# Digits after the point by ISO 4217; two unless listed. #}
{% macro minor_unit_factor(currency) -%}
    case
        when {{ currency }} in (
            'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
            'VND', 'VUV', 'XAF', 'XOF', 'XPF'
        ) then 1
        when {{ currency }} in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
        when {{ currency }} in ('CLF', 'UYW') then 10000
        else 100
    end
{%- endmacro %}


{# ISO 4217 code of a row, else of its source; XXX (no currency) where neither gives one. #}
{% macro to_currency(row_currency, source_currency) -%}
    upper(coalesce({{ trimmed(row_currency) }}, {{ trimmed(source_currency) }}, 'XXX'))
{%- endmacro %}


{# An amount in minor units, bigint, up to 14 digits before the point. A lone comma before three digits and a repeated separator
   are thousands; with both, the last one is the decimal mark; a lone point is the decimal mark,
   unless the currency has no minor units and three digits follow. Halves round away from zero. #}
{% macro to_minor_units(text, currency) -%}
    {%- set bare = replaced(text, "[\\s\u00a0\u202f''’]", '') -%}
    {%- set sign = '[^0-9A-Za-z.,()+-]+' -%}
    {%- set before = '(?:[A-Z]{3}|[A-Z]{0,2}' ~ sign ~ '|kr)?' -%}
    {%- set after = '(?:[A-Z]{3}|' ~ sign ~ '|kr)?' -%}
    {%- set figure = '([+-]?[0-9.,]+(?:[eE][+]?[0-9]+)?)' -%}
    {%- set number = replaced(
        bare, '^([+-]?)[(]?' ~ before ~ '[(]?' ~ figure ~ '[)]?' ~ after ~ '[)]?$', '\\1\\2'
    ) -%}
    {%- set plain -%}
        case
            when {{ has_pattern(number, '^[+-]?[0-9]+[.][0-9]{3}$') }}
                and {{ minor_unit_factor(currency) }} = 1
                then replace({{ number }}, '.', '')
            when {{ has_pattern(number, '^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+]?[0-9]+)?$') }}
                then {{ number }}
            when {{ has_pattern(number, '^[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?$') }}
                then replace({{ number }}, ',', '')
            when {{ has_pattern(number, '^[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]*$') }}
                or {{ has_pattern(number, '^[+-]?[0-9]+,[0-9]*$') }}
                then replace(replace({{ number }}, '.', ''), ',', '.')
            when {{ has_pattern(number, '^[+-]?[0-9]{1,3}([.][0-9]{3}){2,}$') }}
                then replace({{ number }}, '.', '')
        end
    {%- endset -%}
    try_cast(
        round(
            try_cast({{ plain }} as decimal(18, 4))
            * cast({{ minor_unit_factor(currency) }} as decimal(5, 0))
            * case when {{ has_pattern(bare, '^[(].*[)]$') }} then -1 else 1 end, 0
        ) as bigint
    )
{%- endmacro %}
