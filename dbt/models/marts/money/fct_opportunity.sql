with

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

owned as (

    select
        *,
        primary_record_id as record_id
    from opportunities

),

attributed as (

    select
        -- keys
        owned.opportunity_id,
        owned.record_id,
        customer_records.customer_id,
        owned.account_id,
        owned.campaign_id,
        owned.merged_into,

        -- attributes
        owned.source,
        owned.vendor,
        owned.brand,
        owned.region,
        owned.name as opportunity_name,
        owned.stage,
        owned.pipeline,
        owned.outcome,
        owned.outcome_basis,
        owned.currency,
        {{ unattributed_reason('owned', "'no_primary_contact'") }} as unattributed_reason,

        -- measures
        owned.amount_minor,

        -- flags
        nullif(owned.outcome, 'unknown') in ('won', 'lost') as is_closed,
        nullif(owned.outcome, 'unknown') = 'won' as is_won,
        owned.deleted_at is not null as is_deleted,

        -- times
        owned.close_date,
        owned.created_at,
        owned.updated_at,
        case when owned.outcome in ('won', 'lost') then cast(owned.close_date as timestamptz) end
            as closed_at
    from owned
    left join customer_records
        on owned.record_id = customer_records.record_id

)

select * from attributed
