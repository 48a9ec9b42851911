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

{{ small_groups_as_other(
    'credited', ['month_start', 'brand', 'currency', 'model'], 'channel', into='grouped'
) }},

summed as (

    select
        -- keys
        concat_ws(
            '|', brand, currency, model, shown_channel, cast(month_start as varchar)
        ) as credit_id,

        -- attributes
        month_start,
        brand,
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
    from grouped
    group by month_start, brand, currency, model, shown_channel
    having count(distinct customer_id) >= {{ var('min_group_size') }}

)

select * from summed
