{# Whom an entry by hand is about: records it names, and records that hold an identifier it names. #}

{# One row per entry and customer: the first of the customer's records that it is about, and how many
   customers it is about; a row without a record where nobody has what it names. #}
{% macro named_by_hand(entries, key, identifiers, customer_records) -%}
    with

    listed as (

        select
            entries.{{ key }} as entry_id,
            {{ unnested('entries.identifiers') }} as identifier
        from {{ entries }} as entries

    ),

    held as (

        select
            listed.entry_id,
            identifiers.record_id
        from listed
        inner join {{ identifiers }} as identifiers
            on
                (listed.identifier).kind = identifiers.kind
                and (listed.identifier).value = identifiers.value_norm
                and (
                    (listed.identifier).network is null
                    or (listed.identifier).network = identifiers.network
                )

        union

        select
            entries.{{ key }} as entry_id,
            entries.named_record_id as record_id
        from {{ entries }} as entries
        where entries.named_record_id is not null

    ),

    meant as (

        select
            entries.{{ key }} as entry_id,
            customer_records.customer_id,
            min(held.record_id) as record_id
        from {{ entries }} as entries
        left join held
            on entries.{{ key }} = held.entry_id
        left join {{ customer_records }} as customer_records
            on held.record_id = customer_records.record_id
        group by entries.{{ key }}, customer_records.customer_id

    )

    select
        entry_id,
        customer_id,
        record_id,
        count(customer_id) over (partition by entry_id) as customers
    from meant
    qualify customer_id is not null or count(customer_id) over (partition by entry_id) = 0
{%- endmacro %}
