{# Rules that more than one line of the marts applies. #}

{# Why a row of a fact joined to customer_records belongs to no customer; null when it does.
   `no_record` is an expression: the reason where the row names no record at all. #}
{% macro unattributed_reason(fact, no_record) -%}
    case
        when customer_records.customer_id is not null then null
        when {{ fact }}.record_id is null then {{ no_record }}
        else coalesce(customer_records.unattributed_reason, 'unknown_record')
    end
{%- endmacro %}

{# What one rule of survivorship says of a candidate: the larger, the better. #}
{% macro survivorship_score(rule) -%}
    {%- set initial = '(^| )[^ ][.]?( |$)' -%}
    case {{ rule }}
        when 'not_shared' then case when is_shared then 0 else 1 end
        when 'verified' then case when is_verified then 1 else 0 end
        when 'most_trusted' then - trust_rank
        when 'most_recent' then as_of_micros
        when 'most_frequent' then agreeing_records
        when 'longest' then length(candidate_value)
        when 'spelled_out' then case
            when {{ has_pattern('candidate_value', initial ~ '|[0-9@#|/_(){}<>]|[^ -\\x{2fff}\\x{3040}-\\x{d7ff}\\x{f900}-\\x{faff}]') }} then 0
            when has_one_part or {{ has_pattern('candidate_value', '^[A-Za-z\\x{c0}-\\x{24f}]+$') }} then 1
            when is_short_form then 2
            else 3
        end
        when 'usual' then - outdone_by
        when 'well_spelled' then
            case when has_both_parts then 4 else 0 end
            + case when is_mixed_case then 2 else 0 end
            + case when {{ has_pattern('candidate_value', '[\\x{c0}-\\x{24f}]') }} then 1 else 0 end
        when 'personal' then case when is_of_a_place then 0 else 1 end
        when 'primary' then case when is_primary then 1 else 0 end
        else 0
    end
{%- endmacro %}

{# The surviving value of one field with its source and date, from rows of one customer. #}
{% macro survivor(field, data_type='varchar') -%}
    cast(max(case when field = '{{ field }}' then golden_value end) as {{ data_type }}) as {{ field }},
    max(case when field = '{{ field }}' then source end) as {{ field }}_source,
    max(case when field = '{{ field }}' then as_of end) as {{ field }}_as_of
{%- endmacro %}


{# Whether a name is one that testers type. Test is also a family name (Marie Test): alone it says
   nothing. #}
{% macro is_test_name(given_name, family_name, full_name) -%}
    {%- set word = '(test(er|ing|user|account|kunde|client)?|qa|dummy|asdf+|qwerty|foo|bar|demo|lorem|ipsum)[0-9]*' -%}
    coalesce(
        {{ has_pattern('lower(' ~ given_name ~ ')', '^' ~ word ~ '$') }}
        and {{ has_pattern('lower(' ~ family_name ~ ')', '^(' ~ word ~ '|user|account|person|customer|contact|lead|name)[0-9]*$') }},
        false
    )
    or coalesce(
        {{ has_pattern('lower(' ~ full_name ~ ')', '^(test|qa|dummy)[ ._-]?(test|user|account|customer|contact|lead|kunde|client)?[0-9]*$') }},
        false
    )
{%- endmacro %}


{# Whether an address is one that testers make up: test@…, qa+7@…, anything with a tag of that name. #}
{% macro is_test_mailbox(email) -%}
    coalesce(
        {{ has_pattern('lower(' ~ email ~ ')', '^(test|tester|testing|testuser|qa|dummy)([._+-]?[0-9]*)@|^[^@]*[+](test|qa|dummy)[^@]*@') }},
        false
    )
{%- endmacro %}


{# The correction of a field from rows of one customer: null without one, empty where it says that
   there is no value. #}
{% macro correction_of(field, value='corrected_value') -%}
    max(case when field = '{{ field }}' then coalesce({{ value }}, '') end) as {{ field }}
{%- endmacro %}


{# From which source, and since when, the correction of a value of several fields is. #}
{% macro corrected_when(value, fields) -%}
    {%- set among = "field in ('" ~ fields | join("', '") ~ "')" -%}
    max_by(source, said_at) filter (where {{ among }}) as {{ value }}_source,
    max(said_at) filter (where {{ among }}) as {{ value }}_as_of
{%- endmacro %}


{# What somebody has put right, else what the records say. #}
{% macro corrected_or(field, golden) -%}
    case
        when corrected.{{ field }} is not null then nullif(corrected.{{ field }}, '')
        else {{ golden }}
    end
{%- endmacro %}


{# A part of the name: as corrected, else as it is known if it is a part of the corrected name. #}
{% macro name_part(field, behind, before='') -%}
    case
        when corrected.{{ field }} is not null then nullif(corrected.{{ field }}, '')
        when
            corrected.full_name is null
            or {{ plain_letters('corrected.full_name') }}
            like {{ before }} {{ plain_letters('named.' ~ field) }} {{ behind }}
            then named.{{ field }}
    end
{%- endmacro %}
