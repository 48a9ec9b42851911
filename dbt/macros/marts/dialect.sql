{# Functions of the marts that engines name differently. #}

{% macro days_between(earlier, later) %}
    {{- return(adapter.dispatch('days_between')(earlier, later)) -}}
{% endmacro %}

{% macro default__days_between(earlier, later) -%}
    datediff(cast({{ later }} as date), cast({{ earlier }} as date))
{%- endmacro %}

{% macro duckdb__days_between(earlier, later) -%}
    date_diff('day', cast({{ earlier }} as date), cast({{ later }} as date))
{%- endmacro %}


{% macro seconds_between(earlier, later) %}
    {{- return(adapter.dispatch('seconds_between')(earlier, later)) -}}
{% endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    (unix_seconds({{ later }}) - unix_seconds({{ earlier }}))
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    date_diff('second', {{ earlier }}, {{ later }})
{%- endmacro %}


{% macro unix_micros(moment) %}
    {{- return(adapter.dispatch('unix_micros')(moment)) -}}
{% endmacro %}

{% macro default__unix_micros(moment) -%}
    unix_micros({{ moment }})
{%- endmacro %}

{% macro duckdb__unix_micros(moment) -%}
    epoch_us({{ moment }})
{%- endmacro %}


{# True where the text holds the pattern anywhere, capitals aside. #}
{% macro matches_pattern(text, pattern) %}
    {{- return(adapter.dispatch('matches_pattern')(text, pattern)) -}}
{% endmacro %}

{% macro default__matches_pattern(text, pattern) -%}
    regexp_like(lower({{ text }}), lower({{ pattern }}))
{%- endmacro %}

{% macro duckdb__matches_pattern(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }}, 'i')
{%- endmacro %}


{# A name as its spellings are compared: no capitals, accents and signs. Of a name in one line;
   most are letters and blanks alone, and need nothing done to them. #}
{% macro plain_name(text) -%}
    case
        when {{ has_pattern(text, '^[A-Za-z]+([ -][A-Za-z]+)*$') }} then lower({{ text }})
        else nullif(trim({{ replaced(
            replaced(plain_letters(text), '[.,;:\\x27’‘`´()"]', ''), ' +', ' '
        ) }}), '')
    end
{%- endmacro %}


{# The words of a text, plain, with single blanks between them; what stands coded in a link (%20) is
   none. #}
{% macro plain_words(text) -%}
    nullif(trim({{ replaced(
        replaced(plain_letters(text), '%[0-9a-f][0-9a-f]', ' '), '[^\\p{L}\\p{N}]+', ' '
    ) }}), '')
{%- endmacro %}


{# The words of a name, each as `spellings`, a map of plain words, has it. #}
{% macro respelled(text, spellings) %}
    {{- return(adapter.dispatch('respelled')(text, spellings)) -}}
{% endmacro %}

{% macro default__respelled(text, spellings) -%}
    array_join(transform(
        split({{ text }}, ' '),
        word -> coalesce(try_element_at({{ spellings }}, {{ plain_letters('word') }}), word)
    ), ' ')
{%- endmacro %}

{% macro duckdb__respelled(text, spellings) -%}
    array_to_string(list_transform(
        string_split({{ text }}, ' '),
        lambda word: coalesce({{ spellings }}[{{ plain_letters('word') }}], word)
    ), ' ')
{%- endmacro %}


{# A map of a group's rows, no key twice. #}
{% macro map_of_rows(key, value) %}
    {{- return(adapter.dispatch('map_of_rows')(key, value)) -}}
{% endmacro %}

{% macro default__map_of_rows(key, value) -%}
    map_from_entries(collect_list(struct({{ key }}, {{ value }})))
{%- endmacro %}

{% macro duckdb__map_of_rows(key, value) -%}
    map_from_entries(list(struct_pack(k := {{ key }}, v := {{ value }})))
{%- endmacro %}


{# A name written in capitals alone, or in none, as people write names: Mc, O' and double names
   get their inner capitals, particles before another word stay small, numerals (III) large. A
   word of capitals beside others is put right only where it can be spoken (GONZALEZ, not JP). #}
{% macro name_cased(text) %}
    {{- return(adapter.dispatch('name_cased')(text)) -}}
{% endmacro %}

{% macro default__name_cased(text) -%}
    initcap({{ text }})
{%- endmacro %}

{% macro duckdb__name_cased(text) -%}
    array_to_string(list_transform(
        list_transform([{{ text }}], lambda name: string_split(name, ' '))[1],
        lambda word, place: case
            when upper(word) = lower(word) then word
            when regexp_matches(word, '^(I{2,3}|IV|VI{0,3}|[A-Z][.]?)$') then word
            when word <> upper(word) and not (word = lower(word) and {{ text }} = lower({{ text }}))
                then word
            when {{ text }} <> upper({{ text }}) and word = upper(word)
                and not regexp_matches(strip_accents(lower(word)), '[aeiouyаеиоуыэюяієαεηιουω]')
                then word
            when place > 1 and place < length(string_split({{ text }}, ' '))
                and list_contains(
                    ['de', 'del', 'della', 'di', 'da', 'das', 'do', 'dos', 'du', 'des', 'van', 'von',
                     'der', 'den', 'ter', 'ten', 'zu', 'zur', 'y', 'e', 'la', 'bin', 'ibn', 'al'],
                    lower(word)
                )
                then lower(word)
            else array_to_string(list_transform(
                regexp_extract_all(word, '[-\x27’.]|[^-\x27’.]+'),
                lambda piece: case
                    when lower(piece) like 'mc__%'
                        then 'Mc' || upper(piece[3]) || lower(piece[4:])
                    else upper(piece[1]) || lower(piece[2:])
                end
            ), '')
        end
    ), ' ')
{%- endmacro %}
