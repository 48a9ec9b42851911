{# What people may object to, and which channels an objection is about. #}

{# Every channel there is a word on, with the purpose of an objection to all of it. Whoever objects
   to being processed, or wants to be forgotten, objects to each. #}
{% macro every_channel() -%}
    select
        'email' as channel,
        'marketing' as purpose

    union all

    select
        'phone' as channel,
        'marketing' as purpose

    union all

    select
        'tracking' as channel,
        'tracking' as purpose

    union all

    select
        'profiling' as channel,
        'profiling' as purpose

    union all

    select
        'geotracking' as channel,
        'geotracking' as purpose

    union all

    select
        'processing' as channel,
        'processing' as purpose
{%- endmacro %}


{# True where a word on `said` (a channel, or all of them) is one on `channel` too. Only what is
   withdrawn spreads: who lifts an objection to processing has not asked for mails. #}
{% macro is_about(said, channel, status) -%}
    (
        {{ said }} = {{ channel }}
        or {{ said }} = 'all'
        or ({{ said }} = 'processing' and {{ status }} = 'withdrawn')
    )
{%- endmacro %}
