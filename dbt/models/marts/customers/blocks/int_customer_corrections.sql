with

entries as (

    select * from {{ ref('stg_manual__corrections') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

named as (

    {{ named_by_hand('entries', 'correction_entry_id', 'identifiers', 'customer_records') }}

),

-- whom an entry is about must be certain; of several words on a field the last counts
standing as (

    select
        named.customer_id,
        named.record_id,
        entries.field,
        entries.corrected_value,
        entries.replaced_value,
        entries.source,
        entries.said_at,
        entries.is_undone
    from entries
    inner join named
        on entries.correction_entry_id = named.entry_id
    where
        named.customers = 1
        -- a day that cannot be read corrects nothing
        and (
            entries.field <> 'birth_date'
            or entries.corrected_value is null
            or {{ to_date('entries.corrected_value') }} is not null
        )
    qualify
        row_number() over (
            partition by named.customer_id, entries.field
            order by
                entries.said_at desc,
                entries._as_of desc,
                entries.correction_entry_id asc
        ) = 1

),

in_force as (

    select
        customer_id,
        record_id,
        field,
        corrected_value,
        replaced_value,
        source,
        said_at
    from standing
    where not is_undone

)

select * from in_force
