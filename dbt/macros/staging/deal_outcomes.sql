{# Won, closed or open as the CRM's own flags say; a stage decides only where they do not. #}

{# Null where nothing says: a company's own stage names are in no list. #}
{% macro is_won(won, closed, stage) -%}
    case
        when {{ to_boolean(won) }} then true
        when not {{ to_boolean(won) }} then false
        when not {{ to_boolean(closed) }} then false
        when {{ plain_stage(stage) }} like 'closedwon%' then true
        when {{ plain_stage(stage) }} like 'closedlost%' then false
        when {{ to_boolean(closed) }} then null
        when {{ plain_stage(stage) }} in ('{{ open_stages() | join("', '") }}') then false
    end
{%- endmacro %}


{% macro is_closed(won, closed, stage) -%}
    case
        when {{ to_boolean(won) }} then true
        when {{ to_boolean(closed) }} then true
        when not {{ to_boolean(closed) }} then false
        when {{ plain_stage(stage) }} like 'closedlost%' then true
        when {{ to_boolean(won) }} is null and {{ plain_stage(stage) }} like 'closedwon%' then true
        when {{ plain_stage(stage) }} in ('{{ open_stages() | join("', '") }}') then false
    end
{%- endmacro %}


{# HubSpot writes "Contract Sent (Sales Pipeline)" in exports and contractsent in its API. #}
{% macro plain_stage(stage) -%}
    {{ replaced("lower(" ~ replaced(stage, "\\s*\\([^)]*\\)\\s*$", '') ~ ")", "[^a-z]", '') }}
{%- endmacro %}


{# The open stages both CRMs ship with, in the order of their pipelines. #}
{% macro open_stages() -%}
    {{ return([
        'appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled',
        'decisionmakerboughtin', 'contractsent',
        'prospecting', 'qualification', 'needsanalysis', 'valueproposition',
        'iddecisionmakers', 'perceptionanalysis', 'proposalpricequote', 'negotiationreview',
    ]) }}
{%- endmacro %}
