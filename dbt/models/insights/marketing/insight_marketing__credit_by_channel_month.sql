with

attribution as (

    select * from {{ ref('fct_attribution') }}

),

conversions as (

    select * from {{ ref('fct_conversion') }}

),

credited as (

    select
        attribution.model,
        attribution.channel,
        attribution.initiated_by,
        attribution.credit,
        attribution.amount_minor,
        attribution.conversion_id,
        attribution.customer_id,
        coalesce(conversions.brand, 'unknown') as brand,
        coalesce(attribution.currency, 'unknown') as currency,
        cast(date_trunc('month', attribution.converted_at) as date) as month_start
    from attribution
    inner join conversions
        on attribution.conversion_id = conversions.conversion_id
    where attribution.converted_at is not null

),

{{ pooled(
    'credited', ['currency', 'model'], ['month_start', 'brand', 'channel'], into='grouped',
    amount='amount_minor', dates=['month_start']
) }},

keyed as (

    select
        *,
        concat_ws(
            '|', shown_brand, currency, model, shown_channel,
            coalesce(cast(shown_month_start as varchar), 'other')
        ) as credit_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'credit_id', [
        'count(distinct conversion_id)',
        'round(sum(credit), 6)',
        "round(sum(case when initiated_by = 'customer' then credit else 0 end), 6)",
    ], into='contributed', amount='amount_minor'
) }},

summed as (

    select
        -- keys
        credit_id,

        -- attributes
        shown_month_start as month_start,
        shown_brand as brand,
        currency,
        model as attribution_model,
        shown_channel as channel,

        -- measures
        count(distinct customer_id) as customers,
        count(distinct conversion_id) as conversions_touched,
        round(sum(credit), 6) as conversions_credited,
        cast(round(sum(amount_minor)) as bigint) as amount_minor,
        round(sum(case when initiated_by = 'customer' then credit else 0 end) / sum(credit), 4)
            as share_by_customers
    from keyed
    group by credit_id, shown_month_start, shown_brand, currency, model, shown_channel

),

shown as (

    select
        summed.*,
        concat_ws('|', summed.currency, summed.attribution_model) as _block,
        contributed.members as _members
    from summed
    inner join contributed
        on summed.credit_id = contributed.credit_id

)

select * from shown
