{# Restating what changed: before a model runs, its table forgets the rows whose inputs are no
   longer what they were; the model then makes the rows its table does not hold. Both happen in
   one transaction, and nothing is remembered beside the rows themselves: a kill, a late load or a
   model picked by hand leaves no gap. #}

{# For a pre-hook: forget rows whose key has another version now, or is gone. `versions` is a
   relation, or a query in brackets, with `key` and `_version`. #}
{% macro forget_other_versions(key, versions) -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where not exists (
        select 1
        from {{ versions }} as versions
        where
            versions.{{ key }} = {{ this.identifier }}.{{ key }}
            and versions._version = {{ this.identifier }}._version
    )
    {%- endif -%}
{%- endmacro %}


{# True for keys the table does not hold, which are all of them when it starts from empty. #}
{% macro not_held(relation, key, its_key=none) -%}
    {%- if is_incremental() -%}
    not exists (
        select 1 from {{ this }} as held where held.{{ key }} = {{ relation }}.{{ its_key or key }}
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}


{# For the pre-hook of fct_email_event: an event is judged by all events of its send, and belongs
   to the customer of its record and to the campaign that its tool's campaign is part of. #}
{% macro forget_touched_email_events(events, customer_records, campaign_xref) -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where email_event_id in (
        with

        events as (

            select
                events.email_event_id,
                events.send_key,
                {{ version_of(['events']) }} as _version
            from {{ events }} as events

        ),

        compared as (

            select
                held.email_event_id,
                held.send_key,
                events.send_key as new_send_key
            from {{ this }} as held
            full outer join events
                on held.email_event_id = events.email_event_id
            where held._version is distinct from events._version

        ),

        touched_sends as (

            select send_key from compared

            union

            select new_send_key as send_key from compared

        )

        select email_event_id
        from compared
        where email_event_id is not null

        union all

        select held.email_event_id
        from {{ this }} as held
        where held.send_key in (
            select touched_sends.send_key
            from touched_sends
            where touched_sends.send_key is not null
        )

        union all

        select held.email_event_id
        from {{ this }} as held
        left join {{ customer_records }} as customer_records
            on held.record_id = customer_records.record_id
        where
            held.customer_id is distinct from customer_records.customer_id
            or held.unattributed_reason
            is distinct from {{ unattributed_reason('held', "'no_recipient'") }}

        union all

        select held.email_event_id
        from {{ this }} as held
        inner join {{ campaign_xref }} as campaign_xref
            on held.campaign_record_id = campaign_xref.campaign_record_id
        where held.campaign_id is distinct from campaign_xref.campaign_id
    )
    {%- endif -%}
{%- endmacro %}


{# What the identifiers of a record are read from. #}
{% macro identifier_list_version() -%}
    {{ version_of(['identifiers', 'first_seen_at', 'last_seen_at']) }}
{%- endmacro %}


{% macro forget_other_identifiers(contacts) -%}
    {%- set listed -%}
    (
        select
            record_id,
            {{ identifier_list_version() }} as _version
        from {{ contacts }}
    )
    {%- endset -%}
    {{ forget_other_versions('record_id', listed) }}
{%- endmacro %}


{# The version of a staging row: all landed versions of its key, and when it was found absent.
   Ends with an `over` where a query needs it beside the rows. #}
{% macro landed_version(key) -%}
    {{ version_of_rows_over(version_of(['_load_id', '_row', '_gate_seq', '_absent_since']), key) }}
{%- endmacro %}


{# For the pre-hook of a staging model of contacts: forget keys that have other landed versions. #}
{% macro forget_other_landed(stream, key) -%}
    {%- set landed -%}
    (
        select
            {{ key }} as record_id,
            {{ version_of_rows(version_of(['_load_id', '_row', '_gate_seq', '_absent_since'])) }}
                as _version
        from {{ source('landing', stream) }}
        group by {{ key }}
    )
    {%- endset -%}
    {{ forget_other_versions('record_id', landed) }}
{%- endmacro %}
