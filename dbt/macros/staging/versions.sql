{# Which version of a row is in force, and which rows an incremental model has not seen. #}

{# Newest first: the vendor's modification time, then the export's date, then load and row. #}
{% macro newest_first(modified_at=none) -%}
    {%- if modified_at %}{{ modified_at }} desc nulls last, {% endif -%}
    _as_of desc nulls last, _load_id desc nulls last, _row desc nulls last, _gate_seq desc nulls last
{%- endmacro %}


{# Keeps the newest version of every key; ends a select. #}
{% macro keep_newest(key, modified_at=none) -%}
    qualify row_number() over (partition by {{ key }} order by {{ newest_first(modified_at) }}) = 1
{%- endmacro %}


{# The newest version's value, or an older one's where newer ones leave it out; needs the window
   `versions` that version_window() names. #}
{% macro newest_known(column) -%}
    {{ first_known(column) }} over versions
{%- endmacro %}


{% macro version_window(key, modified_at=none) -%}
    window versions as (
        partition by {{ key }} order by {{ newest_first(modified_at) }}
        rows between current row and unbounded following
    )
{%- endmacro %}


{# True for rows of loads a gate has decided on since this model was last built. #}
{% macro decided_since_last_build() -%}
    {%- if is_incremental() -%}
        _gate_seq > (select coalesce(max(_gate_seq), -1) from {{ this }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{# The rows of `relation` with this model's own rows of the same keys, so that a late file does
   not replace what is newer. #}
{% macro with_versions_held(relation, key) -%}
    select * from {{ relation }}
    {%- if is_incremental() %}
    union all by name
    select * from {{ this }}
    where {{ key }} in (select {{ key }} from {{ relation }})
    {%- endif %}
{%- endmacro %}


{# The first of several texts that is a time; the newest of them. #}
{% macro first_time(columns) -%}
    coalesce({% for column in columns %}{{ to_utc(column) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro newest_time(columns) -%}
    greatest({% for column in columns %}{{ to_utc(column) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}


{# True for keys the table does not hold; `key` is an expression over the rows at hand. #}
{% macro is_not_held(held_key, key) -%}
    {%- if is_incremental() -%}
    ({{ key }}) not in (select held.{{ held_key }} from {{ this }} as held)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}


{# Whether a landed row has a column at all; rows of loads that did not record it have them all. #}
{% macro is_said(column, relation='landed') -%}
    coalesce({{ relation }}._absent not like '%,{{ column }},%', true)
{%- endmacro %}


{# The rows of a stream, each column as it was last said: a row that does not have a column takes
   the value of the newest older version that does, be that empty. Only keys whose versions
   differ in what they say pass through a window; without any, a look at `_absent` is all it costs.

   Adds `_version_at`: the modification time, and the export's date where a row does not have one.
   `modified_from`: the columns `modified_at` is read from; without them the vendor's order stands.
   `dated`: columns for which `_<column>_at` tells when their value was last said.
   `never`: columns that tell of one version alone. `only`: a condition on whole keys. #}
{% macro last_said(stream, key, modified_at=none, modified_from=[], dated=[], never=[], only='true') -%}
    {%- set landed = source('landing', stream) -%}
    {%- set columns = stream_columns(stream) -%}
    {%- set beside = [
        '_source', '_native_id', '_load_id', '_as_of', '_file', '_row', '_hash', '_raw', '_extra',
        '_absent', '_brand', '_region', '_timezone', '_currency', '_country', '_gate_seq',
        '_absent_since',
    ] -%}
    {%- set version_at -%}
        {%- if modified_from -%}
            case
                when {% for column in modified_from %}{{ is_said(column) }}{{ ' or ' if not loop.last }}{% endfor %}
                    then {{ modified_at }}
                else landed._as_of
            end
        {%- else -%}
            {{ modified_at or 'landed._as_of' }}
        {%- endif -%}
    {%- endset -%}
    with

    unlike_sources as (

        select landed._source
        from {{ landed }} as landed
        group by landed._source
        having min(coalesce(landed._absent, '')) <> max(coalesce(landed._absent, ''))

    ),

    unlike_keys as (

        select {{ key }} as _key
        from {{ landed }} as landed
        where landed._source in (select unlike_sources._source from unlike_sources) and {{ only }}
        group by {{ key }}
        having min(coalesce(landed._absent, '')) <> max(coalesce(landed._absent, ''))

    ),

    unlike as (

        select
            landed.*,
            {{ key }} as _key,
            {{ version_at }} as _version_at
        from {{ landed }} as landed
        where {{ key }} in (select unlike_keys._key from unlike_keys)

    )

    select
        {% for column in columns + beside %}
        landed.{{ column }},
        {% endfor %}
        {% for column in dated %}
        coalesce({{ version_at }}, landed._as_of) as _{{ column }}_at,
        {% endfor %}
        {{ version_at }} as _version_at
    from {{ landed }} as landed
    where
        {{ only }}
        and not exists (select 1 from unlike_keys where unlike_keys._key = {{ key }})

    union all

    select
        {% for column in columns %}
        {% if column in never %}
        landed.{{ column }},
        {% else %}
        nullif({{ first_known(
            'case when ' ~ is_said(column) ~ ' then coalesce(landed.' ~ column ~ ", '') end"
        ) }} over versions, '') as {{ column }},
        {% endif %}
        {% endfor %}
        {% for column in beside %}
        landed.{{ column }},
        {% endfor %}
        {% for column in dated %}
        {{ first_known(
            'case when ' ~ is_said(column) ~ ' then coalesce(landed._version_at, landed._as_of) end'
        ) }} over versions as _{{ column }}_at,
        {% endfor %}
        landed._version_at
    from unlike as landed
    {{ version_window('landed._key', 'landed._version_at') }}
{%- endmacro %}
