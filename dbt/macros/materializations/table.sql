{# How a table is written: what its model made is held against what it has, and only rows that
   differ are written. Writing is dearer than comparing, since columns are compressed anew, and a
   day changes a few rows of a hundred. Rows are compared by the hash of all their values, so a
   table needs no key; counts and sums of the hashes prove that what goes and what comes is all
   the difference, else the table is written whole. #}
{% materialization table, adapter='duckdb', supported_languages=['sql'] -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is none or not existing.is_table or should_full_refresh() -%}
        {{ return(write_whole(existing)) }}
    {%- endif -%}
    {%- set held = this.incorporate(type='table') -%}
    {%- set made = held.identifier ~ '__made' -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('make') -%}
        {{ get_assert_columns_equivalent(compiled_code) if config.get('contract').enforced }}
        create or replace temp table {{ made }} as (
            {{ compiled_code }}
        )
    {%- endcall %}
    {%- set columns = run_query('describe ' ~ made).rows -%}
    {%- set found = run_query(weigh_difference(held, made, row_hash(columns))).rows[0] -%}
    {% call statement('main') -%}
        {{ write_difference(held, made, columns, found) }}
        drop table {{ made }};
        drop table {{ made }}_rows;
        drop table {{ made }}_held;
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(held, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [held]}) }}
{%- endmaterialization %}


{# A table written for the first time, or anew. DuckDB replaces a table in one statement of the
   transaction, so readers of the file never see it gone, and nothing has to be renamed: dbt-duckdb's
   own way asks the catalogue eight more times, which is half of what a small table costs. #}
{% macro write_whole(existing) -%}
    {%- set written = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_table -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {% call statement('main') -%}
        {{ get_assert_columns_equivalent(compiled_code) if config.get('contract').enforced }}
        create or replace table {{ written }} as (
            {{ compiled_code }}
        )
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(written, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [written]}) }}
{%- endmacro %}


{# A list hashes like its missing self where it is empty, so what is nested counts as text. #}
{% macro row_hash(columns) -%}
    {%- set values = [] -%}
    {%- for column in columns -%}
        {%- set name, kind = adapter.quote(column.column_name), column.column_type -%}
        {%- set is_nested = kind.endswith(']') or kind.startswith(('STRUCT', 'MAP', 'UNION')) -%}
        {%- do values.append('cast(' ~ name ~ ' as varchar)' if is_nested else name) -%}
    {%- endfor -%}
    hash({{ values | join(', ') }})
{%- endmacro %}


{# Rows that only one side has, and whether they are few and all the difference. #}
{% macro weigh_difference(held, made, hash) -%}
    create or replace temp table {{ made }}_rows as
    select rowid as place, {{ hash }} as version from {{ made }};
    create or replace temp table {{ made }}_held as
    select rowid as place, {{ hash }} as version from {{ held }};

    with
    made as (from {{ made }}_rows),
    held as (from {{ made }}_held),
    gone as (from held anti join made using (version)),
    come as (from made anti join held using (version)),
    {%- for side in ['made', 'held', 'gone', 'come'] %}
    weight_of_{{ side }} as (
        select count(*) as {{ side }}, coalesce(sum(version::hugeint), 0) as {{ side }}_sum
        from {{ side }}
    ){{ ',' if not loop.last }}
    {%- endfor %}

    select
        gone,
        come,
        held - gone + come = made
        and held_sum - gone_sum + come_sum = made_sum
        and greatest(gone, come) <= 0.3 * made as is_small
    from weight_of_made, weight_of_held, weight_of_gone, weight_of_come
{%- endmacro %}


{% macro write_difference(held, made, columns, found) -%}
    {%- set names = columns | map(attribute='column_name') | map('tojson') | join(', ') -%}
    {%- if not found.is_small -%}
    delete from {{ held }};
    insert into {{ held }} ({{ names }}) select {{ names }} from {{ made }};
    {%- elif found.gone -%}
    delete from {{ held }}
    where rowid in (select place from {{ made }}_held anti join {{ made }}_rows using (version));
    {%- endif %}
    {% if found.is_small and found.come -%}
    insert into {{ held }} ({{ names }})
    select {{ names }} from {{ made }}
    where rowid in (select place from {{ made }}_rows anti join {{ made }}_held using (version));
    {%- endif %}
{%- endmacro %}
