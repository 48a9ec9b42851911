with

customers as (

    select * from {{ ref('customer_value') }}

),

cohorts as (

    select
        *,
        coalesce(currency, 'unknown') as currency_or_unknown,
        cast(cast(date_trunc('quarter', first_purchase_on) as date) as varchar) as cohort
    from customers

),

{{ pooled(
    'cohorts', ['currency_or_unknown'], ['cohort'], into='grouped', amount='amount_minor'
) }},

keyed as (

    select
        *,
        concat_ws('|', currency_or_unknown, shown_cohort) as cohort_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'cohort_id', [
        'sum(purchases)',
        'sum(amount_365d_minor)',
        'min(first_purchase_on)',
    ], into='contributed', amount='amount_minor'
) }},

ranked as (

    select
        *,
        row_number() over (
            partition by cohort_id
            order by amount_minor desc nulls last, customer_id asc
        ) as place,
        count(*) over (partition by cohort_id) as size
    from keyed

),

summed as (

    select
        -- keys
        cohort_id,

        -- attributes
        currency_or_unknown as currency,
        shown_cohort as cohort,

        -- measures
        count(*) as customers,
        round(avg(case when purchases > 1 then 1.0 else 0.0 end), 4) as repeat_share,
        round(avg(purchases), 3) as purchases_per_customer,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(amount_365d_minor) as bigint) as amount_365d_minor,
        cast(round(avg(amount_minor)) as bigint) as average_amount_minor,
        -- of the tenth of the customers who bought most; of fewer than min_group_size it would tell
        case
            when size >= 10 * {{ smallest_group() }}
                then round(
                    sum(case when place <= floor(size / 10.0) then amount_minor end)
                    / nullif(cast(sum(amount_minor) as double), 0), 4
                )
        end as share_of_largest_tenth,
        round(avg(probability_alive), 4) as average_probability_alive,
        cast(sum(expected_amount_52w_minor) as bigint) as expected_amount_52w_minor
    from ranked
    group by cohort_id, currency_or_unknown, shown_cohort, size

),

shown as (

    select
        summed.*,
        summed.currency as _block,
        contributed.members as _members
    from summed
    inner join contributed
        on summed.cohort_id = contributed.cohort_id

)

select * from shown
