with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

priced as (

    select
        opportunity_id,
        customer_id,
        amount_minor,
        converted_amount_minor,
        reporting_currency,
        outcome,
        currency,
        coalesce(brand, 'unknown') as brand,
        coalesce(region, 'unknown') as region,
        -- a day that no deal has stands for none, as a group needs a name
        coalesce(cast(date_trunc('month', close_date) as date), cast('1900-01-01' as date))
            as close_month
    from opportunities
    where
        not is_deleted
        and amount_minor is not null
        and currency is not null

),

{{ pooled(
    'priced', ['currency', 'outcome'], ['close_month', 'brand', 'region'], into='grouped',
    amount='amount_minor', dates=['close_month']
) }},

keyed as (

    select
        *,
        nullif(shown_close_month, cast('1900-01-01' as date)) as month_or_none
    from grouped
    where is_safe

),

identified as (

    select
        *,
        concat_ws(
            '|', shown_brand, shown_region, currency, outcome,
            coalesce(cast(month_or_none as varchar), 'other')
        ) as pipeline_id
    from keyed

),

{{ members_of('identified', 'pipeline_id', [], into='contributed', amount='amount_minor') }},

summed as (

    select
        -- keys
        pipeline_id,

        -- attributes
        month_or_none as close_month,
        shown_brand as brand,
        shown_region as region,
        currency,
        outcome,
        max(reporting_currency) as reporting_currency,

        -- measures
        count(*) as opportunities,
        count(distinct customer_id) as customers,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(round(avg(amount_minor)) as bigint) as average_amount_minor,
        cast(
            case
                when count(converted_amount_minor) = count(*) then sum(converted_amount_minor)
            end as bigint
        ) as converted_amount_minor
    from identified
    group by pipeline_id, month_or_none, shown_brand, shown_region, currency, outcome

),

shown as (

    select
        summed.*,
        concat_ws('|', summed.currency, summed.outcome) as _block,
        contributed.members as _members
    from summed
    inner join contributed
        on summed.pipeline_id = contributed.pipeline_id

)

select * from shown
