{# What a deal's stage says of its outcome; what its flags say, and which of the two is in force, is
   int_opportunities' to decide. #}

{# A label as it is compared with those of config/deal_stages.yml. #}
{% macro stage_label(label) -%}
    {{ replaced("lower(trim(" ~ label ~ "))", "\\s+", ' ') }}
{%- endmacro %}


{# HubSpot's exports write "Contract Sent (Sales Pipeline)". #}
{% macro stage_without_pipeline(stage) -%}
    {{ replaced(stage, "\\s*\\([^)]*\\)\\s*$", '') }}
{%- endmacro %}


{% macro pipeline_of_stage(stage) -%}
    nullif({{ extracted(stage, "\\(([^)]*)\\)\\s*$") }}, '')
{%- endmacro %}


{# open, won or lost for the stages the CRMs ship with; null for a company's own. #}
{% macro shipped_stage_outcome(stage) -%}
    {#- HubSpot's export writes "Contract Sent", its API contractsent -#}
    {%- set plain = replaced("lower(" ~ stage_without_pipeline(stage) ~ ")", "[^a-z]", '') -%}
    case
        when {{ plain }} like 'closedwon%' then 'won'
        when {{ plain }} like 'closedlost%' then 'lost'
        when {{ plain }} in ('{{ open_stages() | join("', '") }}') then 'open'
    end
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
