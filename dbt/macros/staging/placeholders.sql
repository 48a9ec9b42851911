{# What people and systems write where they know nothing: one place for every source. Patterns are
   of lower-case text; config/identity.yml says which e-mail addresses and numbers are none. #}

{# Never a name, a place or a firm, in any position. #}
{% macro never_a_value() -%}
    {{- return([
        '[-–—_.?*/|~ ]+', 'x{2,}', '0+', '-none-', '#n/?a', '#ref!', '#value!', 'nan',
        '[[(<](unknown|none|null|empty|blank|not provided|not set)[])>]',
        'unknown', 'n/a', 'n[.]a[.]?', 'n/d', 'n[.]d[.]', 'not (available|provided|specified|applicable|known|given|set|stated)',
        'no ?name', 'no (first|last|family|given) ?name', '(first|last|given|family|sur)[ _]?name', 'unspecified',
        'undefined', 'tb[dac]', 'unnamed',
        'unbekannt', 'nicht (angegeben|bekannt|vorhanden|verfügbar|zutreffend)', 'k[./] ?a[.]?', 'keine? (name|nachname|vorname|angaben?|firma)',
        'ohne (namen?|angabe|firma)', 'entfällt', '(vor|nach)name',
        'inconnue?', 'non (renseigné|communiqué|précisé|défini|disponible|applicable)e?', 'sans (nom|objet)', 's/o', '(nom|prénom)',
        'desconocid[oa]', 'sin (nombre|apellidos?|datos|especificar|empresa)', 'no (disponible|especificado|aplica|informado|tiene)', 's/n', 'nombre', 'apellidos?',
        'desconhecid[oa]', 'sem (nome|informação|empresa)', 'não (informado|disponível|aplicável|especificado)',
        'sconosciut[oa]', 'senza nome', 'non (specificato|disponibile|indicato|noto)',
        'onbekend', 'geen naam', 'niet (bekend|opgegeven|beschikbaar)', 'n[.]?v[.]?t[.]?',
        'okänd', 'ukjent', 'ukendt', 'tuntematon', 'ei tiedossa', 'nieznan[ya]e?', 'brak (danych|nazwy|imienia)', 'nie (podano|dotyczy)',
        'neznám[ýáé]', 'neuvedeno', 'ismeretlen', 'necunoscut', 'bilinmiyor', 'belirtilmemiş',
        'неизвестн(о|ый|ая)', 'нет данных', 'не указан[оа]?', 'невідом(о|ий|а)', 'άγνωστο',
        '不明', '未知', '未填写', '未填', '未提供', '無', '无', '暂无', '不詳', '不详', 'なし', '未設定', '未入力', '名無し', '없음', '미입력', '알 수 없음', '모름',
        'غير معروف', 'لا يوجد', 'לא ידוע',
    ] | join('|')) -}}
{%- endmacro %}

{# None of itself, and yet somebody's family name: nothing where no given name stands beside it. #}
{% macro seldom_a_value() -%}
    {{- return([
        'null', 'none', 'nil', 'na', 'test(er|ing|s)?', 'users?', 'guest', 'customer', 'client', 'kunde', 'dummy',
        'anonym(e|ous)?', 'deleted', 'sample', 'example', 'demo', 'asdf+', 'qwert[yz]', 'xyz', 'abc', 'x', 'default',
        'keine?r?', 'geen', 'brak', 'yok', 'нет', 'aucune?', 'ningun[oa]', 'nessuno', 'nenhuma?', 'ninguém', 'nadie',
    ] | join('|')) -}}
{%- endmacro %}

{% macro is_never_a_value(text) -%}
    coalesce({{ has_pattern('lower(' ~ text ~ ')', '^(?:' ~ never_a_value() ~ ')$') }}, false)
{%- endmacro %}

{% macro is_placeholder(text) -%}
    coalesce(
        {{ has_pattern(
            'lower(' ~ text ~ ')',
            '^(?:' ~ never_a_value() ~ '|' ~ seldom_a_value() ~ ')(?: (?:' ~ never_a_value() ~ '|' ~ seldom_a_value() ~ '))*$'
        ) }}, false
    )
{%- endmacro %}


{# A firm, a title, a place: null where it is none. #}
{% macro known_value(text) -%}
    case when not {{ is_placeholder(text) }} then {{ text }} end
{%- endmacro %}


{# A family name that reads like a placeholder (Jennifer Null) is one only without a given name. #}
{% macro known_family_name(given, family) -%}
    case
        when {{ is_never_a_value(family) }} then null
        when {{ is_placeholder(family) }} and ({{ given }} is null or {{ is_placeholder(given) }})
            then null
        else {{ family }}
    end
{%- endmacro %}


{# A whole name without the placeholders that stand before or behind it (Unknown Lee). #}
{% macro known_full_name(full) -%}
    case
        when {{ is_placeholder(full) }} then null
        else {{ replaced(
            full, '(?i)^(?:(?:' ~ never_a_value() ~ ')\\s+)+|(?:\\s+(?:' ~ never_a_value() ~ '))+$', ''
        ) }}
    end
{%- endmacro %}


{# Days that forms and spreadsheets fill in: their first ones, and any before the oldest living
   person was born. #}
{% macro known_birth_date(day) -%}
    case
        when {{ day }} > cast('1901-12-31' as date)
            and {{ day }} < cast('2200-01-01' as date)
            and {{ day }} not in (cast('1904-01-01' as date), cast('1970-01-01' as date))
            then {{ day }}
    end
{%- endmacro %}
