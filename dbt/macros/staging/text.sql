{# Text as vendors write it. Blank is null; nothing else is judged here. #}

{# What nobody sees: zero-width and soft characters, marks of direction, byte-order marks, control
   characters. Joiners stay where a script needs them; between Latin letters they are noise. #}
{% macro unseen() -%}
    {{- return(
        '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\x{00ad}\\x{061c}\\x{180e}\\x{200b}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2060}-\\x{2064}\\x{2066}-\\x{206f}\\x{feff}\\x{fff9}-\\x{fffb}]'
    ) -}}
{%- endmacro %}

{% macro blanks() -%}
    {{- return('\\s\\x1c-\\x1f\\x{0085}\\x{00a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}') -}}
{%- endmacro %}

{# Text less what nobody sees, outer blanks of any kind and a spreadsheet's quoting (="00123",
   '+49 …): the writer typed none of these. #}
{% macro _visible(text) -%}
    {%- set joiners = '[\\x{200c}\\x{200d}]+' -%}
    {%- set latin = 'A-Za-z0-9\\x{00c0}-\\x{024f}@._' -%}
    {%- set unseen_here = unseen() ~ '|^' ~ joiners ~ '|' ~ joiners ~ '$|([' ~ latin ~ '])' ~ joiners -%}
    {{ replaced(
        replaced(
            replaced(text, unseen_here, '\\1'),
            '^[' ~ blanks() ~ ']+|[' ~ blanks() ~ ']+$', ''
        ),
        '^="([^"]*)"$|^\\x27([-+=@0-9])', '\\1\\2'
    ) }}
{%- endmacro %}

{# Whether a text is not printable ASCII alone, singly spaced and unquoted: most are, and need
   nothing done to them. #}
{% macro _needs_cleaning(text) -%}
    {{ has_pattern(text, '[^ -~]|&|^[=\\x27 ]|  | $') }}
{%- endmacro %}


{# Text without outer blanks, unseen characters and spreadsheet quoting. #}
{% macro trimmed(text) -%}
    nullif(case when {{ _needs_cleaning(text) }} then {{ _visible(text) }} else {{ text }} end, '')
{%- endmacro %}


{# Words a person wrote, as they were meant, line by line: character references of HTML resolved
   once, twice-encoded UTF-8 put right. #}
{% macro words(text) -%}
    nullif(
        case
            when {{ _needs_cleaning(text) }}
                then {{ _visible(references_resolved(reread_as_utf8(reread_as_utf8(text)))) }}
            else {{ text }}
        end, ''
    )
{%- endmacro %}


{# The same in one line: inner blanks of any kind become one. #}
{% macro one_line(text) -%}
    nullif(
        case
            when {{ _needs_cleaning(text) }}
                then {{ replaced(
                    _visible(references_resolved(reread_as_utf8(reread_as_utf8(text)))),
                    '[' ~ blanks() ~ ']+', ' '
                ) }}
            else {{ text }}
        end, ''
    )
{%- endmacro %}


{# What somebody published, as it was written; `is_escaped` where the vendor hands it over with
   HTML's character references in it. #}
{% macro body_of(text, is_escaped=false) -%}
    {%- if is_escaped -%}
        nullif(
            trim(
                case
                    when {{ text }} like '%&%;%'
                        then {{ references_resolved(text) }}
                    else {{ text }}
                end
            ), ''
        )
    {%- else -%}
        nullif(trim({{ text }}), '')
    {%- endif -%}
{%- endmacro %}


{# An e-mail address as it is compared before identity knows it better: lower case, without what
   nobody sees, `mailto:`, or the name it may be wrapped with (Ada <ada@…>). #}
{% macro plain_email(text) -%}
    nullif(
        {{ replaced(
            'lower(' ~ text ~ ')',
            '[' ~ blanks() ~ ']+$|^[' ~ blanks() ~ '\\x27]+(mailto:)?|' ~ unseen() ~ '|[\\x{200c}\\x{200d}]|^[^<]*<(mailto:)?|>[^>]*$|^mailto:',
            ''
        ) }}, ''
    )
{%- endmacro %}


{# A count; null where the text is no whole number. #}
{% macro to_count(text) -%}
    try_cast({{ text }} as bigint)
{%- endmacro %}


{# A percentage (50, 50.0, 50 %) as a share of 1; null for what is none. #}
{% macro to_share(text) -%}
    case
        when {{ has_pattern(text, '^ *[0-9]{1,3}([.,][0-9]+)? *%? *$') }}
            then cast(
                round(cast({{ replaced('replace(' ~ text ~ ", ',', '.')", '[ %]', '') }} as double) / 100, 4)
                as double
            )
    end
{%- endmacro %}


{# HTML as plain text: paragraphs and breaks become lines, tags go, character references are
   resolved once and last. #}
{% macro html_to_text(html) -%}
    {%- set without_tags = replaced(replaced(html, '(?i)<br ?/?>|</p>', '\n'), '<[^>]*>', '') -%}
    nullif({{ replaced(
        references_resolved(without_tags), '^\\s+|\\s+$', ''
    ) }}, '')
{%- endmacro %}


{# Host of a web address, lower case, without `www.`. #}
{% macro url_host(url) -%}
    nullif({{ extracted('lower(trim(' ~ url ~ '))', '^(?:[a-z][a-z0-9+.-]*://)?(?:www[.])?([^/?#:@ ]+)', 1) }}, '')
{%- endmacro %}


{# Which header, or flag of the desk, says that no person wrote a message; `headers` is any text
   that holds them as JSON. By header alone, never by subject: RFC 3834 (Auto-Submitted other than
   "no"), X-Autoreply and X-Autorespond, Precedence of lists and answering machines, a null return
   path; Zendesk's flag 4 is "automatically generated". #}
{% macro auto_reply_header(headers) -%}
    {%- set member = '(?i)"auto-submitted"\\s*:\\s*"\\s*([a-z-]+)' -%}
    case
        when {{ headers }} is null then null
        when lower({{ extracted(headers, member, 1) }}) not in ('', 'no') then 'auto_submitted'
        when {{ has_pattern(headers, '(?i)"x-auto(reply|respond|responder)"\\s*:') }} then 'x_autoreply'
        when {{ has_pattern(headers, '(?i)"precedence"\\s*:\\s*"\\s*(auto_reply|bulk|junk|list)') }}
            then 'precedence'
        when {{ has_pattern(headers, '(?i)"return-path"\\s*:\\s*"\\s*<>') }} then 'null_return_path'
        when {{ has_pattern(headers, '"flags"\\s*:\\s*[[]([0-9, ]*[, ])?4[],  ]') }} then 'machine_generated'
    end
{%- endmacro %}
