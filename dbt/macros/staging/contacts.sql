{# What contact records of every vendor have in common. #}

{# One way to reach a record. `kind` is email, phone, handle or url; or text, fields and extra,
   from which int_contact_identifiers reads further ones. #}
{% macro identifier(kind, value, network=none, is_verified='false') -%}
    {{ struct_of({
        'kind': "'" ~ kind ~ "'",
        'network': "'" ~ network ~ "'" if network else 'cast(null as varchar)',
        'value': value,
        'is_verified': is_verified,
    }) }}
{%- endmacro %}


{# No row, with every column a contact record may have: a vendor's branch names those it knows. #}
{% macro empty_contact_shape() -%}
    select
        cast(null as varchar) as record_id,
        cast(null as varchar) as source,
        cast(null as varchar) as vendor,
        cast(null as varchar) as record_type,
        cast(null as varchar) as native_id,
        cast(null as varchar) as brand,
        cast(null as varchar) as region,
        cast(null as varchar) as default_country,
        cast(null as varchar) as given_name,
        cast(null as varchar) as family_name,
        cast(null as varchar) as full_name,
        cast(null as date) as birth_date,
        cast(null as varchar) as organisation,
        cast(null as varchar) as title,
        cast(null as varchar) as language,
        cast(null as varchar) as account_id,
        cast(null as varchar) as salutation,
        cast(null as varchar) as department,
        cast(null as varchar) as owner,
        cast(null as varchar) as lead_status,
        cast(null as varchar) as lead_source,
        cast(null as varchar) as lifecycle_stage,
        cast(null as varchar) as marketing_status,
        cast(null as varchar) as individual_id,
        cast(null as varchar) as tags,
        cast(null as varchar) as time_zone,
        cast(null as varchar) as email_status,
        cast(null as varchar) as phone_status,
        cast(null as varchar) as bio,
        cast(null as varchar) as street,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as country,
        {{ list_of([identifier('email', 'cast(null as varchar)')]) }} as identifiers,
        cast(null as varchar) as first_email,
        cast(null as varchar) as first_phone,
        cast(null as varchar) as handle,
        cast(null as bigint) as followers_count,
        cast(null as boolean) as is_own_account,
        cast(null as boolean) as is_organisation,
        cast(null as boolean) as is_employee,
        cast(null as boolean) as is_bot,
        cast(null as bigint) as follower_count,
        cast(null as varchar) as merged_into,
        cast(null as {{ instant_type() }}) as email_bounced_at,
        cast(null as {{ instant_type() }}) as email_cleaned_at,
        cast(null as {{ instant_type() }}) as last_activity_at,
        cast(null as {{ instant_type() }}) as created_at,
        cast(null as {{ instant_type() }}) as updated_at,
        cast(null as {{ instant_type() }}) as deleted_at,
        cast(null as {{ instant_type() }}) as first_seen_at,
        cast(null as {{ instant_type() }}) as last_seen_at
    where false
{%- endmacro %}


{# Several numbers or addresses of one cell, parted by semicolons. A stroke or comma parts numbers
   only where there is a whole one on both sides: 0170/1112223 is one. #}
{% macro joined_by_semicolons(value, kind) -%}
    {%- set number = '([0-9][^0-9/,|]{0,3}){7,}' -%}
    case
        when {{ kind }} = 'phone' and {{ has_pattern(value, number ~ '[/,|][^/,|0-9]*' ~ number) }}
            then {{ replaced(value, '[/,|]', ';') }}
        when {{ kind }} = 'email' and {{ value }} like '%@%@%'
            then {{ replaced(value, '[,|]|\\s/\\s', ';') }}
        else {{ value }}
    end
{%- endmacro %}


{# Digits and the plus of other keyboards (full width, Arabic, Persian) as ASCII's. #}
{% macro ascii_digits(text) -%}
    case
        when {{ has_pattern(text, '[０-９＋٠-٩۰-۹]') }}
            then translate({{ text }}, '０１２３４５６７８９＋٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '0123456789+01234567890123456789')
        else {{ text }}
    end
{%- endmacro %}


{# Digits of a phone number with its leading plus; extensions go. Not yet E.164. What a
   spreadsheet has rounded (4.91512E+12) is no number any more and stays as it is written; what
   it only wrote in another form (4.915123456789E+12, 4915123456789.0) is read. Letters of a
   freephone number (1-800-FLOWERS) are dialled as the keys they stand on. #}
{% macro plain_phone(text) -%}
    {%- set exponent = '^[^0-9a-zA-Z]{0,3}([0-9])[.,]?([0-9]*)[eE][+]?([0-9]{1,2})$' -%}
    {%- set extension = '(?i)[ ,;/(]*(extension|extn?[.]?|poste|durchwahl|dw|anexo|ramal|interno|int[.]|доб[.]?|wew[.]?|#|x)[ .:=]*[0-9]{1,6}[)]?$' -%}
    {%- set freephone = '^[+]?1?[-. (]*8(00|33|44|55|66|77|88)[-. )]*[A-Z0-9][A-Z0-9. -]*[A-Z]{3}[A-Z0-9. -]*$' -%}
    {%- set number = replaced(text, extension ~ '|[.,]0$', '') -%}
    nullif(
        case
            when {{ has_pattern(text, exponent) }} then case
                when length({{ extracted(text, exponent, 2) }})
                    = try_cast({{ extracted(text, exponent, 3) }} as integer)
                    then {{ replaced(text, exponent, '\\1\\2') }}
                else lower({{ text }})
            end
            when {{ has_pattern('upper(' ~ text ~ ')', freephone) }} then {{ replaced(
                "translate(upper(" ~ text ~ "), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '22233344455566677778889999')",
                '[^0-9+]', ''
            ) }}
            else
                case when {{ has_pattern(text, '^[^0-9]*[+]') }} then '+' else '' end
                || {{ replaced(number, '[^0-9]', '') }}
        end,
        '+'
    )
{%- endmacro %}


{# Host and path of a web address, lower case: no scheme, `www.`, query, fragment or last slash. #}
{% macro plain_url(text) -%}
    nullif({{ replaced(
        replaced('lower(trim(' ~ text ~ '))', '^([a-z][a-z0-9+.-]*:)?//|[?#].*$', ''),
        '^www[.]|/+$', ''
    ) }}, '')
{%- endmacro %}


{# A handle, lower case, without @ or the address it may be wrapped in; null for what a network
   puts where it knows none (Bluesky's `handle.invalid`, X's and Instagram's placeholders). #}
{% macro plain_handle(text) -%}
    {{ known_handle(replaced(
        replaced('lower(trim(' ~ text ~ '))', '^(https?://)?(www[.])?[a-z.]+/(profile/|users/)?|[?#].*$', ''),
        '^@+|/+$', ''
    )) }}
{%- endmacro %}


{# A handle, unless it is what a network shows for an account whose handle nobody knows. AT Protocol
   names `handle.invalid`; `missing.invalid` and the like are of the reserved domain (RFC 2606). #}
{% macro known_handle(handle) -%}
    case
        when not {{ has_pattern(
            'lower(trim(' ~ handle ~ '))',
            '^@?((.*[.])?invalid|(deleted|suspended|unknown|removed|__deleted__)([_ -]?(user|account))?|(facebook|instagram|instagrammer|twitter|x)[_ ]?user|user[_ ]not[_ ]found|null|none|undefined|n/a|nan|-+|[?]+)?$'
        ) }} then {{ handle }}
    end
{%- endmacro %}


{# Name of an account's owner, unless it is what a network shows for one it no longer knows. #}
{% macro known_author(name) -%}
    case
        when not {{ has_pattern(
            'lower(trim(' ~ name ~ '))',
            '^(facebook[- ]?(user|nutzer)|utilisateur (de )?facebook|usuario de facebook|utente (di )?facebook|facebook-gebruiker|użytkownik facebooka|instagram[- ]?user|instagrammer|x user|twitter user|(deleted|suspended|unknown|removed) (user|account|profile)|(user|account) (deleted|suspended|not found|no longer exists)|gelöschter (nutzer|benutzer)|utilisateur supprimé|usuario eliminado|usuário excluído|utente eliminato|no longer on facebook|handle[.]invalid)$'
        ) }} then {{ name }}
    end
{%- endmacro %}


{# Two letters as an ISO 3166-1 code, anything else as lower text. #}
{% macro plain_country(text) -%}
    case
        when length({{ text }}) = 2 then upper({{ text }})
        else lower({{ text }})
    end
{%- endmacro %}


{# Whether a name is missing, or names a desk rather than a person. #}
{% macro is_no_persons_name(name) -%}
    (
        {{ name }} is null
        or {{ has_pattern(
            "lower(" ~ name ~ ")",
            '(^|[^a-z])(accueil|billing|commercial|contact|customer|department|dept|desk|enquiries|equipe|équipe|info|infos|kontakt|mailbox|marketing|office|orders|reception|sales|secretariat|service|shop|studio|support|team|vertrieb)([^a-z]|$)'
        ) }}
    )
{%- endmacro %}


{# Network of a profile's address; null for any other address. #}
{% macro network_of_url(url) -%}
    case
        when {{ has_pattern(url, '^(https?://)?(www[.]|mobile[.])?(twitter|x)[.]com/@?[a-z0-9_]{1,15}/?([?].*)?$') }}
            and not {{ has_pattern(url, '[.]com/(home|search|share|intent|hashtag|explore|i)/?([?].*)?$') }}
            then 'x'
        when {{ has_pattern(url, '^(https?://)?(www[.])?instagram[.]com/[a-z0-9_.]{1,30}/?([?].*)?$') }}
            and not {{ has_pattern(url, '[.]com/(p|reel|explore|stories)/?([?].*)?$') }}
            then 'instagram'
        when {{ has_pattern(url, '^(https?://)?(www[.]|m[.])?facebook[.]com/[a-z0-9.]{5,50}/?([?].*)?$') }}
            and not {{ has_pattern(url, '[.]com/(pages|groups|events|sharer|profile[.]php)/?([?].*)?$') }}
            then 'facebook'
        when {{ has_pattern(url, '^(https?://)?bsky[.]app/profile/[a-z0-9.-]+/?$') }}
            then 'bluesky'
        when {{ has_pattern(url, '^(https?://)?[a-z0-9.-]+/@[a-z0-9_]+/?$') }}
            and not {{ has_pattern(url, '(medium|tiktok|youtube|threads|flickr)[.](com|net)/') }}
            then 'mastodon'
    end
{%- endmacro %}


{# A handle of a network, lower case: mastodon's as user@instance, whatever way it was written. #}
{% macro network_handle(network, value) -%}
    {%- set address = '^(?:https?://)?([a-z0-9.-]+)/@([a-z0-9_]+)/?$' -%}
    case
        when {{ network }} = 'mastodon' and {{ has_pattern('lower(trim(' ~ value ~ '))', address) }}
            then {{ extracted('lower(trim(' ~ value ~ '))', address, 2) }} || '@'
                || {{ extracted('lower(trim(' ~ value ~ '))', address, 1) }}
        else {{ plain_handle(value) }}
    end
{%- endmacro %}


{# Kind of identifier that a column a company added holds, by its name and value; null for others. #}
{% macro kind_of_extra_column(name, value) -%}
    case
        when {{ has_pattern(name, 'opt|consent|status|date|time|count|follow|like|bounce|permission|owner|verified|fax') }}
            then null
        when {{ has_pattern(name, 'e-?mail|courriel') }} and {{ has_pattern(value, '@') }} then 'email'
        when {{ network_of_extra_column(name, value) }} is not null then 'handle'
        when {{ has_pattern(name, 'phone|mobile|(^|[^a-z])(tel|cell|gsm)([^a-z]|$)') }}
            and {{ has_pattern(value, '([0-9][^0-9]*){7}') }}
            then 'phone'
        when {{ has_pattern(name, 'url|website|homepage|linkedin') }} and {{ has_pattern(value, '[a-z][.][a-z]') }}
            then 'url'
    end
{%- endmacro %}


{# Network whose handle a column a company added holds; null where it holds none. #}
{% macro network_of_extra_column(name, value) -%}
    case
        when {{ has_pattern(value, '\\s') }} or not {{ has_pattern(value, '[A-Za-z]') }} then null
        when {{ has_pattern(name, 'mastodon|fediverse') }} then 'mastodon'
        when {{ has_pattern(name, 'bluesky|bsky') }} then 'bluesky'
        when {{ has_pattern(name, 'instagram') }} then 'instagram'
        when {{ has_pattern(name, 'facebook') }} then 'facebook'
        when {{ has_pattern(name, 'twitter|(^|[^a-z])x[ _-]?(handle|user|name|account)') }} then 'x'
    end
{%- endmacro %}


{# What a text holds, HTML or not: e-mail addresses, handles as @user@instance, web addresses. #}
{% macro emails_in(text) -%}
    {{ all_extracted(
        html_to_text(text),
        '(?:^|[^@A-Za-z0-9_.%+-])([A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9.-]+[.][A-Za-z]{2,})'
    ) }}
{%- endmacro %}

{% macro fediverse_handles_in(text) -%}
    {{ all_extracted(
        html_to_text(text),
        '(?:^|[^@A-Za-z0-9_.%+-])@([A-Za-z0-9_.-]+@[A-Za-z0-9.-]+[.][A-Za-z]{2,})'
    ) }}
{%- endmacro %}

{% macro urls_in(text) -%}
    {{ all_extracted(text, "(?i)(https?://[^\\s<>\"'')]+)") }}
{%- endmacro %}


{# An account of the fediverse as user@instance; local ones take the instance from their address. #}
{% macro instance_handle(acct, url) -%}
    lower(trim({{ acct }}))
    || case
        when {{ acct }} like '%@%' then ''
        else coalesce('@' || {{ url_host(url) }}, '')
    end
{%- endmacro %}


{# A part of a postal address that is one text: an object with the members Mailchimp's API names
   (addr1, addr2, city, state, zip, country), or a cell of its exports, parts two blanks apart
   (12 rue Basse  Lyon  69001  FR). `part` is street, city, state, postal_code or country. What is
   neither is a street as a whole: nobody's address is guessed apart. #}
{% macro address_part(text, part) -%}
    {%- set street = '^((?:.+? {2,})??.+?)' -%}
    {%- set city = ' {2,}((?:[^0-9 ]+ )*[^0-9 ]+)' -%}
    {%- set state = '(?: {2,}([A-Z]{2,3}))??' -%}
    {%- set postal_code = '(?: {2,}([^ ]*[0-9][^ ]*(?: [^ ]+)?))?' -%}
    {%- set country = '(?: {2,}([A-Za-z][^0-9]*))?$' -%}
    {%- set cell = street ~ city ~ state ~ postal_code ~ country -%}
    {%- set place = {'street': 1, 'city': 2, 'state': 3, 'postal_code': 4, 'country': 5}[part] -%}
    {%- set member = {'city': 'city', 'state': 'state', 'postal_code': 'zip', 'country': 'country'} -%}
    nullif(trim(case
        when {{ is_json_object(text) }} then
            {%- if part == 'street' %} concat_ws(
                ', ',
                nullif({{ json_text(text, 'addr1') }}, ''), nullif({{ json_text(text, 'addr2') }}, '')
            )
            {%- else %} {{ json_text(text, member[part]) }}
            {%- endif %}
        when {{ has_pattern(text, cell) }} then
            {%- if part == 'street' %} {{ replaced(extracted(text, cell, place), ' {2,}', ', ') }}
            {%- else %} {{ extracted(text, cell, place) }}
            {%- endif %}
        {%- if part == 'street' %}
        else {{ text }}
        {%- endif %}
    end), '')
{%- endmacro %}
