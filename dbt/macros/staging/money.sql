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


{# ISO 4217 code of a row, else what stands beside its amount, else of its source; XXX (no
   currency) where none gives one, or where a row's two say different things. #}
{% macro to_currency(row_currency, source_currency, amount=none) -%}
    {%- set told = "upper(" ~ trimmed(row_currency) ~ ")" -%}
    {%- set otherwise = "upper(coalesce(" ~ trimmed(source_currency) ~ ", 'XXX'))" -%}
    {#- ISO 4217's dollars and the pesos and reals whose mark is the same -#}
    {%- set dollars = [
        'USD', 'AUD', 'BBD', 'BMD', 'BND', 'BSD', 'BZD', 'CAD', 'FJD', 'GYD', 'HKD', 'JMD', 'KYD',
        'LRD', 'NAD', 'NZD', 'SBD', 'SGD', 'SRD', 'TTD', 'TWD', 'XCD', 'ARS', 'CLP', 'COP', 'CUP',
        'DOP', 'MXN', 'UYU', 'BRL', 'XXX',
    ] -%}
    {%- if amount is none -%}
        coalesce({{ told }}, {{ otherwise }})
    {%- else -%}
        case
            when {{ has_pattern(amount, '^[0-9.]*$') }} then coalesce({{ told }}, {{ otherwise }})
            when {{ _unit_currency(amount) }} <> {{ told }} then 'XXX'
            when {{ has_pattern(amount, '^[^A-Z$]*[$]') }}
                and coalesce({{ told }}, {{ otherwise }}) not in ('{{ dollars | join("', '") }}')
                then 'XXX'
            else coalesce({{ _unit_currency(amount) }}, {{ told }}, {{ otherwise }})
        end
    {%- endif -%}
{%- endmacro %}


{# The currency written beside an amount: its code, or a mark that Unicode CLDR gives no other. #}
{% macro _unit_currency(amount) -%}
    {%- set marks = [
        ('€', 'EUR'), ('£', 'GBP'), ('₹', 'INR'), ('₩', 'KRW'), ('₽', 'RUB'), ('₺', 'TRY'),
        ('₴', 'UAH'), ('₪', 'ILS'), ('฿', 'THB'), ('₫', 'VND'), ('zł', 'PLN'), ('Kč', 'CZK'),
        ('Ft', 'HUF'), ('HK[$]', 'HKD'), ('NZ[$]', 'NZD'), ('NT[$]', 'TWD'), ('CA?[$]', 'CAD'),
        ('AU?[$]', 'AUD'), ('US?[$]', 'USD'), ('MX[$]', 'MXN'), ('R[$]', 'BRL'),
    ] -%}
    case
        when {{ has_pattern(amount, '[A-Z]{3}') }} then {{ extracted(amount, '([A-Z]{3})') }}
        {%- for mark, code in marks %}
        when {{ has_pattern(amount, mark) }} then '{{ code }}'
        {%- endfor %}
    end
{%- endmacro %}


{# An amount in minor units, bigint; null for what gates call no amount (AMOUNT in
   expectations/rules.py). One mark before three digits is a thousands separator if it is a comma
   and the decimal mark if it is a point, unless the currency has no minor units. Halves round
   away from zero. #}
{% macro to_minor_units(text, currency) -%}
    {%- set below_zero = '^[^0-9]*[(\u2212-]|[0-9][.,]?[\u2212-][^0-9]*$' -%}
    {%- set dashed_cents = '^[^(\u2212-]*[.,](--?|[–—])[^\u2212-]*$' -%}
    case
        when {{ has_pattern(text, '^[0-9]{1,14}([.][0-9]{1,2})?$') }} then cast(
            round(
                cast({{ text }} as decimal(16, 2))
                * cast({{ minor_unit_factor(currency) }} as decimal(5, 0)), 0
            ) as bigint
        )
        when {{ has_pattern(text, amount_pattern()) }} then cast(
            round(
                cast({{ _plain_figure(text) }} as decimal(30, 12))
                * cast({{ minor_unit_factor(currency) }} as decimal(5, 0))
                * case
                    when {{ has_pattern(text, '^[^0-9.,]*[1-9][0-9]{0,2}[.][0-9]{3}[^0-9]*$') }}
                        and {{ minor_unit_factor(currency) }} = 1
                        then 1000
                    else 1
                end
                * case
                    when {{ has_pattern(text, dashed_cents) }} then 1
                    when {{ has_pattern(text, below_zero) }} then -1
                    else 1
                end, 0
            ) as bigint
        )
    end
{%- endmacro %}


{# The figure of an amount with a decimal point and nothing else, cut (never rounded twice) after
   twelve decimals. #}
{% macro _plain_figure(text) -%}
    {%- set first = '^([1-9][0-9]{0,2})' -%}
    {%- set commas = '(?:,([0-9]{2,3}))?' -%}
    {%- set points = '(?:[.]([0-9]{3}))?' -%}
    {%- set beside = '(?:[a-z][.]|[^0-9.,])+' -%}
    {%- set found = replaced(
        text, '^' ~ beside ~ '|' ~ beside ~ "$|[''’ʼ\\s\u00a0\u2009\u202f]", ''
    ) -%}
    {%- set found = replaced(
        found, first ~ commas * 4 ~ ',([0-9]{3})((?:[.][0-9]*)?)$', '\\1\\2\\3\\4\\5\\6\\7'
    ) -%}
    {%- set found = replaced(
        found, first ~ points * 3 ~ '[.]([0-9]{3}),([0-9]*)$', '\\1\\2\\3\\4\\5.\\6'
    ) -%}
    {%- set found = replaced(
        found, first ~ points * 2 ~ '[.]([0-9]{3})[.]([0-9]{3})$', '\\1\\2\\3\\4\\5'
    ) -%}
    {{ replaced(
        'replace(' ~ found ~ ", ',', '.')",
        '^([0-9]*[.][0-9]{12})[0-9]+', '\\1'
    ) }}
{%- endmacro %}


{# The notations of expectations/rules.py, part by part. #}
{% macro amount_pattern() -%}
    {%- set gap = "[\\s\u00a0\u2009\u202f]*" -%}
    {%- set thin = "[''\u2019\u02bc\\s\u00a0\u2009\u202f]" -%}
    {%- set sign = '[+\u2212-]' -%}
    {%- set unit = '(?:[A-Z]{3}|[A-Z]{0,3}\\p{Sc}|kr[.]?|zł|Kč|Ft|S?Fr[.]?|Rs[.]?|R[Mp]?|lei)' -%}
    {%- set rest = '(?:[0-9]*|--?|[–—]))?' -%}
    {%- set powers = [] -%}
    {%- for power in range(14) -%}
        {%- do powers.append('[0-9]{1,' ~ (14 - power) ~ '}(?:[.,][0-9]*)?[eE][+]?0*' ~ power) -%}
    {%- endfor -%}
    {%- set groups = [] -%}
    {%- for mark, cents in [(',', '[.]'), ('[.]', ','), (thin, '[.,]')] -%}
        {%- do groups.append(
            '(?:[1-9][0-9]?(?:' ~ mark ~ '[0-9]{3}){1,4}|[1-9][0-9]{2}(?:' ~ mark ~ '[0-9]{3}){1,3})'
            ~ '(?:' ~ cents ~ rest
        ) -%}
    {%- endfor -%}
    {%- set figure -%}
        (?:[0-9]{1,14}(?:[.,]{{ rest }}|[.,][0-9]+|{{ powers | join('|') }}
        {#- -#}|[0-9]{1,14}(?:[.,][0-9]*)?[eE]-0*[1-9]|{{ groups | join('|') }}
        {#- -#}|[1-9][0-9]?(?:,[0-9]{2}){1,4},[0-9]{3}(?:[.][0-9]*)?)
    {%- endset -%}
    {%- set before = '(?:' ~ unit ~ gap ~ ')?' -%}
    {%- set after = '(?:' ~ gap ~ unit ~ ')?' -%}
    {{ return(
        '^' ~ gap ~ '(?:'
        ~ '(?:(?:' ~ sign ~ gap ~ ')?' ~ before ~ '|' ~ unit ~ gap ~ sign ~ gap ~ ')' ~ figure ~ after
        ~ '|' ~ before ~ figure ~ '[\u2212-]' ~ after
        ~ '|' ~ before ~ '[(]' ~ gap ~ before ~ figure ~ after ~ gap ~ '[)]' ~ after
        ~ ')' ~ gap ~ '$'
    ) }}
{%- endmacro %}
