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
