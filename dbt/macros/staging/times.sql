{# Every form of time the vendors write (docs/staging.md lists them), as an instant in UTC. #}

{# `text` as an instant. Times without a zone are wall times of `zone`, a SQL expression; without
   a zone they stay unread. What cannot be read, or lies outside 1900 to 2099, is null: exactly
   what the gates' `TIME` (expectations/rules.py) calls unreadable. #}
{% macro to_utc(text, zone="'UTC'") -%}
    {%- set day = '^ *(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}' -%}
    {%- set clock = '([01][0-9]|2[0-3]):[0-5][0-9]' -%}
    {%- set second = ':([0-5][0-9]|60)([.,][0-9]+)?' -%}
    {%- set offset = ' ?(Z|z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?) *$' -%}
    case
        when {{ text }} is null or {{ text }} = '' then null
        when {{ has_pattern(text, day ~ '[T ]' ~ clock ~ second ~ offset) }}
            then {{ read_instant(_plain_clock(text)) }}
        when {{ has_pattern(text, '^ *[1-3]?[0-9]{9} *$') }}
            then {{ instant_of_micros('try_cast(trim(' ~ text ~ ') as bigint) * 1000000') }}
        when {{ has_pattern(text, '^ *[1-3][0-9]{12} *$') }}
            then {{ instant_of_micros('try_cast(trim(' ~ text ~ ') as bigint) * 1000') }}
        when {{ has_pattern(text, '^ *[1-3][0-9]{15} *$') }}
            then {{ instant_of_micros('try_cast(trim(' ~ text ~ ') as bigint)') }}
        when {{ has_pattern(text, day ~ '([T ]' ~ clock ~ '(' ~ second ~ ')?)? *$') }}
            then {{ wall_time_to_instant(read_wall_time(_plain_clock(text)), zone) }}
        when {{ has_pattern(text, day ~ '[T ]' ~ clock ~ offset) }}
            then {{ read_instant(replaced(_plain_clock(text), '^(.{16})(.*)$', '\\1:00\\2')) }}
        when {{ has_pattern(text, '^ *[1-3]?[0-9]{9}[.][0-9]+ *$') }}
            then {{ instant_of_micros('cast(try_cast(trim(' ~ text ~ ') as double) * 1000000 as bigint)') }}
        when {{ has_pattern(text, '^ *[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{1,2} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9] [+-](0[0-9]|1[0-4])[0-5][0-9] (19|20)[0-9]{2} *$') }}
            then {{ read_archive_time('trim(' ~ text ~ ')') }}
    end
{%- endmacro %}


{# The rarer spellings of a clock as the engine reads them; a leap second is the one before it. #}
{% macro _plain_clock(text) -%}
    {{ replaced(
        "replace(replace(replace(replace(replace(trim(" ~ text ~ "), ',', '.'), 'GMT', 'Z'), 'UTC', 'Z'), 'z', 'Z'), ':60', ':59')",
        ' ([Z+-])', '\\1'
    ) }}
{%- endmacro %}


{# `text` as a calendar day: the day it names, or the day of its instant in `zone`. Days of
   screens (24/10/2023) have become ISO on landing of exports; elsewhere they are read where only
   one reading is possible, and null where day and month could be confused. #}
{% macro to_date(text, zone="'UTC'") -%}
    {%- set part = '([0-9]{1,2})' -%}
    {%- set slashed = '^' ~ part ~ '[/-]' ~ part ~ '[/-]((18|19|20|21)[0-9]{2})$' -%}
    case
        when {{ has_pattern(text, '^ *(18|19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)([.,][0-9]+)?)?)? *$') }}
            then try_cast(substr(trim({{ text }}), 1, 10) as date)
        when {{ has_pattern(text, '^ *(18|19|20)[0-9]{6} *$') }}
            then try_cast({{ replaced('trim(' ~ text ~ ')', '^(....)(..)(..)$', '\\1-\\2-\\3') }} as date)
        when {{ has_pattern(text, '^ *-?[1-9][0-9]{5,6}00000 *$') }}
            then cast({{ instant_to_wall_time(instant_of_micros('try_cast(trim(' ~ text ~ ') as bigint) * 1000'), "'UTC'") }} as date)
        when {{ has_pattern(text, '^(18|19|20|21)[0-9]{2}/[0-9]{2}/[0-9]{2}$') }}
            then try_cast(replace({{ text }}, '/', '-') as date)
        when {{ has_pattern(text, '^' ~ part ~ '[.]' ~ part ~ '[.](18|19|20|21)[0-9]{2}$') }}
            then {{ _date_of_parts(text, '[.]', day=1, month=2) }}
        when {{ has_pattern(text, slashed) }}
            then case
                when try_cast({{ extracted(text, slashed, 1) }} as integer) > 12
                    then {{ _date_of_parts(text, '[/-]', day=1, month=2) }}
                when try_cast({{ extracted(text, slashed, 2) }} as integer) > 12
                    or {{ extracted(text, slashed, 1) }} = {{ extracted(text, slashed, 2) }}
                    then {{ _date_of_parts(text, '[/-]', day=2, month=1) }}
            end
        else cast({{ instant_to_wall_time(to_utc(text, zone), zone) }} as date)
    end
{%- endmacro %}


{% macro _date_of_parts(text, separator, day, month) -%}
    {%- set pattern = '^([0-9]{1,2})' ~ separator ~ '([0-9]{1,2})' ~ separator ~ '([0-9]{4})$' -%}
    try_cast(
        {{ extracted(text, pattern, 3) }}
        || '-' || lpad({{ extracted(text, pattern, month) }}, 2, '0')
        || '-' || lpad({{ extracted(text, pattern, day) }}, 2, '0') as date
    )
{%- endmacro %}


{# The moment the run was told to take for now; null when it was told none. #}
{% macro given_as_of() -%}
    {%- if var('as_of') is none -%}
        cast(null as {{ instant_type() }})
    {%- else -%}
        cast('{{ var("as_of") }}' as {{ instant_type() }})
    {%- endif -%}
{%- endmacro %}
