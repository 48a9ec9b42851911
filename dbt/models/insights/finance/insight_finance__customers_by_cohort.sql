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

{{ small_groups_as_other('cohorts', ['currency_or_unknown'], 'cohort', into='grouped') }},

ranked as (

    select
        *,
        row_number() over (
            partition by currency_or_unknown, shown_cohort
            order by amount_minor desc nulls last, customer_id asc
        ) as place,
        count(*) over (partition by currency_or_unknown, shown_cohort) as size
    from grouped

),

summed as (

    select
        -- keys
        concat_ws('|', currency_or_unknown, shown_cohort) as cohort_id,

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
        -- the tenth of the customers who bought most, at least one
        round(
            sum(case when place <= greatest(1, floor(size / 10.0)) then amount_minor end)
            / nullif(cast(sum(amount_minor) as double), 0), 4
        ) as share_of_largest_tenth,
        round(avg(probability_alive), 4) as average_probability_alive,
        cast(sum(expected_amount_52w_minor) as bigint) as expected_amount_52w_minor
    from ranked
    group by currency_or_unknown, shown_cohort
    having count(*) >= {{ var('min_group_size') }}

)

select * from summed
