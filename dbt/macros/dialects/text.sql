{# Text functions that engines name or call differently. Patterns are plain text without quotes. #}

{% macro has_pattern(text, pattern) -%}
    {{ adapter.dispatch('has_pattern')(text, pattern) }}
{%- endmacro %}

{% macro default__has_pattern(text, pattern) -%}
    regexp_like({{ text }}, r'{{ pattern }}')
{%- endmacro %}

{% macro duckdb__has_pattern(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}


{% macro replaced(text, pattern, by) -%}
    {{ adapter.dispatch('replaced')(text, pattern, by) }}
{%- endmacro %}

{% macro default__replaced(text, pattern, by) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ by }}')
{%- endmacro %}

{% macro duckdb__replaced(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g')
{%- endmacro %}


{# The first group of the first hit; an empty text where there is none. #}
{% macro extracted(text, pattern, group=1) -%}
    {{ adapter.dispatch('extracted')(text, pattern, group) }}
{%- endmacro %}

{% macro default__extracted(text, pattern, group) -%}
    regexp_extract({{ text }}, r'{{ pattern }}', {{ group }})
{%- endmacro %}

{% macro duckdb__extracted(text, pattern, group) -%}
    regexp_extract({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}


{# Every hit's first group, as a list. #}
{% macro all_extracted(text, pattern, group=1) -%}
    {{ adapter.dispatch('all_extracted')(text, pattern, group) }}
{%- endmacro %}

{% macro default__all_extracted(text, pattern, group) -%}
    regexp_extract_all({{ text }}, r'{{ pattern }}', {{ group }})
{%- endmacro %}

{% macro duckdb__all_extracted(text, pattern, group) -%}
    regexp_extract_all({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}


{# Character references of HTML (&eacute; &#233; &#xe9;) as what they stand for, once; names the
   standard does not have and numbers of no character stay as they are written. Numbers of control
   characters are Windows-1252's, as browsers read them. The names most texts have are read without
   a search. #}
{% macro references_resolved(text) -%}
    {{ adapter.dispatch('references_resolved')(text) }}
{%- endmacro %}

{% macro default__references_resolved(text) -%}
    array_join(transform(
        regexp_extract_all({{ text }}, r'(&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);|[^&]+|&)', 1),
        piece -> case
            when not regexp_like(piece, r'^&.*;$') then piece
            when regexp_like(piece, r'^&#[0-9]+;$')
                then decode(unhex(lpad(hex(cast(regexp_extract(piece, r'([0-9]+)', 1) as int)), 8, '0')), 'UTF-32')
            when regexp_like(piece, r'^&#[xX]')
                then decode(unhex(lpad(regexp_extract(piece, r'([0-9a-fA-F]+);', 1), 8, '0')), 'UTF-32')
            {{ _common_references() }}
            else coalesce(
                nullif(regexp_extract(
                    {{ named_characters('substring(piece, 2, 1)') }},
                    concat('[|]', substring(piece, 2, length(piece) - 2), ':([^|]+|[|])'),
                    1
                ), ''),
                piece
            )
        end
    ), '')
{%- endmacro %}

{% macro duckdb__references_resolved(text) -%}
    array_to_string(list_transform(
        regexp_extract_all(
            {{ text }},
            '&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);|[^&]+|&'
        ),
        lambda piece: case
            when piece not like '&_%;' then piece
            when piece like '&#%' then coalesce(
                list_transform(
                    [try_cast(case
                        when lower(piece[3]) = 'x' then '0x' || piece[4:-2] else piece[3:-2]
                    end as integer)],
                    lambda code: case
                        when code between 128 and 159 then translate(
                            chr(code), {{ controls_of_windows_1252() }}, '{{ windows_1252() }}'
                        )
                        when code > 0 and code not between 55296 and 57343 and code < 1114112
                            then chr(code)
                    end
                )[1],
                piece
            )
            {{ _common_references() }}
            else list_transform(
                [{{ named_characters('piece[2]') }}],
                lambda names: case
                    when not contains(names, '|' || piece[2:-2] || ':') then piece
                    else list_transform(
                        [substr(names, strpos(names, '|' || piece[2:-2] || ':') + length(piece), 2)],
                        lambda found: case
                            when found[2] in ('', '|') then found[1] else found
                        end
                    )[1]
                end
            )[1]
        end
    ), '')
{%- endmacro %}

{% macro _common_references() -%}
    when piece = '&amp;' then '&'
    when piece = '&lt;' then '<'
    when piece = '&gt;' then '>'
    when piece = '&quot;' then '"'
    when piece = '&apos;' then chr(39)
{%- endmacro %}


{# Words that were UTF-8 and have been read as Windows-1252 (JÃ¶rg), read as UTF-8 again; others,
   and words whose bytes are no UTF-8, stay. #}
{% macro reread_as_utf8(text) -%}
    {{ adapter.dispatch('reread_as_utf8')(text) }}
{%- endmacro %}

{% macro default__reread_as_utf8(text) -%}
    array_join(transform(
        split({{ text }}, ' '),
        word -> case
            when regexp_like(word, r'{{ twice_encoded() }}')
                and not coalesce(regexp_like(
                    try_validate_utf8(encode(word, 'windows-1252')), r'{{ seldom_meant() }}'
                ), false)
                then coalesce(try_validate_utf8(encode(word, 'windows-1252')), word)
            else word
        end
    ), ' ')
{%- endmacro %}

{% macro duckdb__reread_as_utf8(text) -%}
    array_to_string(list_transform(
        string_split({{ text }}, ' '),
        lambda word: case
            when regexp_matches(word, '{{ twice_encoded() }}')
                then list_transform(
                    [translate(word, '{{ windows_1252() }}', {{ controls_of_windows_1252() }})],
                    lambda bytes: case
                        when regexp_matches(bytes, '^[\x01-\xff]*$') then list_transform(
                            [try(decode(unhex(array_to_string(list_transform(
                                string_split(bytes, ''),
                                lambda letter: lpad(to_hex(unicode(letter)), 2, '0')
                            ), ''))))],
                            lambda meant: case
                                when regexp_matches(meant, '{{ seldom_meant() }}') then word
                                else coalesce(meant, word)
                            end
                        )[1]
                        else word
                    end
                )[1]
            else word
        end
    ), ' ')
{%- endmacro %}

{# Characters no text of ours is of: a capital before a closing quote (CAFÉ», RENÉ’S) would be read
   as one of them. Vietnamese and Romanian letters among them are real. #}
{% macro seldom_meant() -%}
    {{- return(
        '[\\x{0180}-\\x{019f}\\x{01a2}-\\x{01ae}\\x{01b1}-\\x{0217}\\x{021c}-\\x{036f}\\x{0500}-\\x{05cf}\\x{0700}-\\x{07ff}]'
    ) -}}
{%- endmacro %}

{# A letter that begins a character of UTF-8, with one that goes on with it, both as Windows-1252. #}
{% macro twice_encoded() -%}
    {{- return('[\\xc2-\\xf4][\\x80-\\xbf' ~ windows_1252() ~ ']') -}}
{%- endmacro %}

{# The characters that Windows-1252 has in place of the controls 0x80 to 0x9f, and those controls. #}
{% macro windows_1252() -%}
    {{- return('\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178') -}}
{%- endmacro %}

{% macro controls_of_windows_1252() -%}
    concat(
    {%- for code in [
        128, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 142, 145, 146, 147, 148, 149,
        150, 151, 152, 153, 154, 155, 156, 158, 159,
    ] -%}
        chr({{ code }}){{ ', ' if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}


{# Letters without capitals and accents, one for one: equal for Ána ŁUKASIK and ana lukasik. #}
{% macro plain_letters(text) -%}
    {{ adapter.dispatch('plain_letters')(text) }}
{%- endmacro %}

{% macro default__plain_letters(text) -%}
    translate(
        lower({{ text }}),
        'àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıķĺľłñńňņòóôõöøōőŕřśšşţťùúûüūůűųýÿžźż',
        'aaaaaaaaacccddeeeeeeeegiiiiiiiklllnnnnoooooooorrsssttuuuuuuuuyyzzz'
    )
{%- endmacro %}

{% macro duckdb__plain_letters(text) -%}
    translate(strip_accents(lower({{ text }})), 'łøđðıħ', 'loddih')
{%- endmacro %}
