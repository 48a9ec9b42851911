{# What messages say, by their words alone: what closes a conversation, and what says the same. #}

{# Thanks and consent in the languages of the e-mail tools' exports; patterns of lower-case text. #}
{% macro thanking_words() -%}
    {{- return([
        'thanks?', 'thank you', 'thx', 'tysm', 'ty', 'cheers', 'much appreciated', 'merci', 'danke(schön)?', 'vielen dank', 'gracias',
        'obrigad[oa]', 'valeu', 'grazie', 'bedankt', 'dank (je|u)( wel)?', 'dankjewel', 'tack', 'takk', 'tak', 'kiitos',
        'dziękuję', 'dzięki', 'díky', 'děkuji', 'köszi', 'köszönöm', 'mulțumesc', 'mersi', 'teşekkürler', 'sağ ?ol',
        'спасибо', 'благодарю', 'дякую', 'ευχαριστώ', 'תודה', 'شكرا',
    ] | join('|')) -}}
{%- endmacro %}

{% macro thanking_signs() -%}
    {{- return('谢谢|謝謝|多謝|多谢|唔該|ありがとう|감사|고마워|고맙') -}}
{%- endmacro %}

{% macro consenting_words() -%}
    {{- return([
        'ok(ay)?', 'k', 'great', 'perfect', 'super', 'nice', 'cool', 'awesome', 'brilliant', 'lovely', 'all good', 'got it', 'will do', 'sorted', 'solved', 'it works( now)?',
        'parfait', 'génial', 'top', 'd.accord', 'ça marche', 'c.est bon', 'perfekt', 'prima', 'alles klar', 'passt', 'geht wieder', 'läuft( wieder)?',
        'perfecto', 'genial', 'vale', 'listo', 'perfeito', 'ótimo', 'perfetto', 'ottimo', 'va bene', 'fijn', 'toppie', 'bra', 'toppen', 'hienoa', 'super', 'świetnie', 'отлично', 'хорошо',
        '好', '好的', '收到', '得咗', '搞掂', '了解', 'わかりました', '알겠습니다',
    ] | join('|')) -}}
{%- endmacro %}

{# Words that say that something is still open. #}
{% macro objecting_words() -%}
    {{- return([
        'but', 'however', 'still', 'though', 'not', 'no', 'nothing', 'never', 'again', 'yet', 'when', 'how', 'why', 'where', 'please', 'can you', 'could you', 'isn.t', 'doesn.t', 'don.t', 'didn.t', 'can.t', 'won.t',
        'mais', 'pas', 'toujours', 'encore', 'rien', 'aucune?', 'quand', 'comment', 'pourquoi',
        'aber', 'nicht', 'noch', 'kein[a-z]*', 'nichts', 'leider', 'wann', 'wie', 'warum', 'bitte',
        'pero', 'todavía', 'aún', 'nada', 'cuándo', 'cómo', 'mas', 'não', 'ainda', 'quando', 'ma', 'non', 'ancora', 'perché',
        'maar', 'niet', 'nog', 'geen', 'men', 'inte', 'ikke', 'fortfarande', 'ale', 'nie', 'jeszcze', 'но', 'не', 'ещё', 'еще', 'αλλά', 'δεν',
    ] | join('|')) -}}
{%- endmacro %}


{# Whether a message is no more than thanks or consent: short, nothing asked, nothing objected. #}
{% macro closes_a_conversation(text) -%}
    {%- set plain = replaced(
        'lower(' ~ text ~ ')', '(^|\\s)[@#]\\S+|https?://\\S+|^\\s+|[\\s\\pP\\pS]+$', ''
    ) -%}
    {%- set open = '(?:^|[^\\pL])(?:' ~ objecting_words() ~ ')(?:[^\\pL]|$)|[?？¿;]|但|不過|不过|冇|沒|没|唔(得|係|到)|でも|まだ|하지만|아직' -%}
    {%- set thanks = '(?:^|[^\\pL])(?:' ~ thanking_words() ~ ')(?:[^\\pL]|$)|' ~ thanking_signs() -%}
    {%- set consent = '^(?:' ~ consenting_words() ~ ')(?:[\\s\\pP\\pS]+(?:' ~ consenting_words() ~ '))*$' -%}
    coalesce(
        {#- as many characters as a line of thanks has -#}
        length({{ text }}) <= 120
        and not {{ has_pattern('lower(' ~ text ~ ')', open) }}
        and (
            {{ has_pattern('lower(' ~ text ~ ')', thanks) }}
            or {{ has_pattern(plain, consent) }}
            or {{ plain }} = ''
        ),
        false
    )
{%- endmacro %}


{# The letters of a text: two that differ in whom they name, in links, digits, signs and blanks are
   near-copies of each other. #}
{% macro wording(text) -%}
    {{ replaced('lower(' ~ text ~ ')', '(^|\\s)@\\S+|https?://\\S+|[^\\pL]+', '') }}
{%- endmacro %}
