{# Yes and no as vendors, spreadsheets and people write them. The words stand here and in
   expectations/flags.py, where gates read them; a convention test holds the two together. #}

{# What is neither yes nor no is null, never no: a gate refuses the load or shows it. #}
{% macro to_boolean(text) -%}
    case
        when {{ plain_flag(text) }} in ('{{ yes_words() | join("', '") }}') then true
        when {{ plain_flag(text) }} in ('{{ no_words() | join("', '") }}') then false
    end
{%- endmacro %}


{# Lower case, outer blanks of any kind off: Excel writes WAHR, a person Yes. #}
{% macro plain_flag(text) -%}
    {{ replaced("lower(cast(" ~ text ~ " as varchar))", "^[\\s\u00a0\u202f\ufeff]+|[\\s\u00a0\u202f\ufeff]+$", '') }}
{%- endmacro %}


{# Numbers, English, then the constants Excel writes in each language and its word for yes.
   Letters that are yes in one language and no in another (e, k) are read in none. #}
{% macro yes_words() -%}
    {{ return([
        '1', '1.0', '1,0', 'true', 't', 'yes', 'y', 'on', 'checked', 'x', '✓', '✔', '☑',
        'vrai', 'oui', 'o', 'wahr', 'ja', 'j', 'verdadero', 'sí', 'si', 's', 'vero', 'sì',
        'verdadeiro', 'sim', 'waar', 'sant', 'sand', 'tosi', 'kyllä', 'sann', 'prawda', 'tak',
        'doğru', 'evet', 'はい', '真', '是', 'pravda', 'ano', 'áno', 'igaz', 'igen', 'adevărat',
        'da', 'истина', 'да', 'так', 'αληθής', 'αληθήσ', 'αληθησ', 'ναι', '예', '네', '참', 'نعم', 'כן', 'cert',
    ]) }}
{%- endmacro %}


{% macro no_words() -%}
    {{ return([
        '0', '0.0', '0,0', 'false', 'f', 'no', 'n', 'off', 'unchecked', '☐', '✗', '✘',
        'faux', 'non', 'falsch', 'nein', 'falso', 'não', 'nao', 'onwaar', 'nee', 'falskt',
        'nej', 'falsk', 'epätosi', 'ei', 'usann', 'nei', 'fałsz', 'falsz', 'nie', 'yanlış',
        'yanliş', 'hayır', 'hayir', 'いいえ', '偽', '假', '否', 'nepravda', 'ne', 'hamis', 'nem',
        'fals', 'nu', 'ложь', 'нет', 'ні', 'ψευδής', 'ψευδήσ', 'ψευδησ', 'όχι', '아니오', '아니요', '거짓', 'لا', 'לא',
    ]) }}
{%- endmacro %}
