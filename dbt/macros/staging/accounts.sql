{# What companies keep of an organisation in columns of their own. #}

{# Headers, as patterns of lower-case text, of what the vendors have no column for. #}
{% macro legal_name_headers() -%}
    {{- return('legal[ _]?(?:entity[ _]?)?name|registered[ _]?name|company[ _]?legal[ _]?name|raison[ _]?sociale|firmierung|razon[ _]?social|ragione[ _]?sociale') -}}
{%- endmacro %}

{% macro registration_headers() -%}
    {{- return('(?:company[ _]?|business[ _]?|org[a-z]*[ _]?)?registration[ _]?(?:number|no|nr|id)?|company[ _]?(?:number|no|reg[a-z]*)|reg[ _]?no|crn|siren|siret|hrb|handelsregister[a-z]*|kvk(?:[ _-]?nummer)?|krs|regon|org[a-z]*[ _-]?(?:nr|nummer|number)|cvr|brn|br[ _]?(?:number|no)') -}}
{%- endmacro %}

{% macro tax_number_headers() -%}
    {{- return('vat(?:[ _]?(?:number|no|nr|id|reg[a-z]*))*|tva(?:[ _]?intra[a-z]*)?|(?:num(?:ero|éro)?[ _]?(?:de[ _]?)?)tva[a-z _]*|ust[ _-]?id(?:[ _-]?nr)?|tax[ _]?(?:number|no|id)|nip|cif|nif|partita[ _]?iva|afm|gst(?:in)?|ein') -}}
{%- endmacro %}

{# Text of the first member of a JSON object whose name is one of `headers`, as a custom field's
   is (`VAT_Number__c`) or as it stands in a header. #}
{% macro extra_text(json, headers) -%}
    {%- set pattern = '(?i)"(?:' ~ headers ~ ')(?:__c)?"\\s*:\\s*"([^"\\\\]+)"' -%}
    case when {{ json }} is not null then nullif({{ extracted(json, pattern) }}, '') end
{%- endmacro %}


{# A count, as spreadsheets write it: 1,200 or 250.0; null where it is a range or words. #}
{% macro whole_number(text) -%}
    try_cast(
        {{ replaced(replaced('trim(' ~ text ~ ')', '[.,]0{1,2}$', ''), '[., ]', '') }} as bigint
    )
{%- endmacro %}


{# Texts in the column for an employer that name none. #}
{% macro no_employer() -%}
    {{- return([
        'particulier', 'privat(?:e|person|kunde)?', 'priv[ée]', 'individual', 'self', 'self[- ]?employed', 'own account',
        'free ?lanc(?:e|er|ing)', 'freiberufl(?:er|ich)(?:in)?', 'selbst(?:st)?[äa]ndig(?:e|er)?', 'ind[ée]pendant[e]?', 'aut[óo]nomo',
        'student(?:in)?', '[ée]tudiant[e]?', 'retired', 'retrait[ée]e?', 'rentner(?:in)?', 'unemployed', 'homemaker', 'household',
        'osoba prywatna', 'particular', 'privato', 'company', 'firma', 'soci[ée]t[ée]', 'entreprise', 'my company', 'home',
    ] | join('|')) -}}
{%- endmacro %}


{# Record of the employer that a contact names: the same name at the same mail domain is one record
   of its source. #}
{% macro employer_key(source, organisation, email) -%}
    case
        when not {{ has_pattern('lower(trim(' ~ organisation ~ '))', '^(?:' ~ no_employer() ~ ')$') }}
            then
                {{ source }} || ':employer:' || md5(concat_ws(
                    '|', lower(trim({{ organisation }})), split_part(lower(trim({{ email }})), '@', 2)
                ))
    end
{%- endmacro %}
