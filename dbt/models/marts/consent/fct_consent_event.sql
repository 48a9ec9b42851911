with

consents as (

    select * from {{ ref('int_consents') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

attributed as (

    select
        -- keys
        consents.consent_event_id,
        consents.record_id,
        customer_records.customer_id,

        -- attributes
        consents.source,
        consents.channel,
        consents.purpose,
        consents.status,
        consents.evidence,
        {{ unattributed_reason('consents', "'no_contact'") }} as unattributed_reason,

        -- times
        consents.occurred_at
    from consents
    left join customer_records
        on consents.record_id = customer_records.record_id

)

select * from attributed
