with

account_xref as (

    select * from {{ source('identity', 'account_xref') }}

),

opportunities as (

    select * from {{ ref('int_opportunities') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

exchange_rates as (

    select * from {{ source('config', 'exchange_rates') }}

),

campaign_xref as (

    select * from {{ ref('campaign_xref') }}

),

-- a closed deal is worth what it was on its day, any other what it is on the day of the data
owned as (

    select
        opportunities.*,
        opportunities.primary_record_id as record_id,
        case
            when opportunities.outcome in ('won', 'lost')
                then coalesce(opportunities.close_date, cast(as_of.as_of as date))
            else cast(as_of.as_of as date)
        end as valued_on
    from opportunities
    cross join as_of

),

attributed as (

    select
        -- keys
        owned.opportunity_id,
        owned.record_id,
        customer_records.customer_id,
        account_xref.account_id,
        owned.account_id as account_record_id,
        campaign_xref.campaign_id,
        owned.campaign_id as campaign_record_id,
        owned.merged_into,

        -- attributes
        owned.source,
        owned.vendor,
        owned.brand,
        owned.region,
        owned.name as opportunity_name,
        owned.stage,
        owned.pipeline,
        owned.opportunity_type,
        owned.lead_source,
        owned.forecast_category,
        owned.owner,
        owned.outcome,
        owned.outcome_basis,
        owned.currency,
        {{ unattributed_reason('owned', "'no_primary_contact'") }} as unattributed_reason,

        -- measures
        owned.amount_minor,
        owned.probability,
        exchange_rates.reporting_currency,
        cast(
            round(
                owned.amount_minor * cast(exchange_rates.rate as double)
                * {{ minor_unit_factor('exchange_rates.reporting_currency') }}
                / {{ minor_unit_factor('owned.currency') }}, 0
            ) as bigint
        ) as converted_amount_minor,
        cast(exchange_rates.rate as double) as exchange_rate,
        case
            when exchange_rates.currency <> exchange_rates.reporting_currency
                then exchange_rates.day
        end as exchange_rate_day,

        -- flags
        nullif(owned.outcome, 'unknown') in ('won', 'lost') as is_closed,
        nullif(owned.outcome, 'unknown') = 'won' as is_won,
        owned.deleted_at is not null as is_deleted,
        owned.outcome = 'open' and owned.close_date < cast(as_of.as_of as date) as is_overdue,

        -- times
        owned.close_date,
        owned.created_at,
        owned.updated_at,
        case when owned.outcome in ('won', 'lost') then cast(owned.close_date as timestamptz) end
            as closed_at
    from owned
    cross join as_of
    left join exchange_rates
        on
            owned.currency = exchange_rates.currency
            and owned.valued_on >= exchange_rates.day
            and owned.valued_on < exchange_rates.valid_to
    left join customer_records
        on owned.record_id = customer_records.record_id
    left join account_xref
        on
            owned.account_id = account_xref.record_id
            and account_xref.valid_to is null
    left join campaign_xref
        on owned.campaign_id = campaign_xref.campaign_record_id

)

select * from attributed
