with

customers as (

    select * from {{ ref('dim_customer') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

customer_money as (

    select * from {{ ref('customer_money') }}

),

others_of_opportunities as (

    select * from {{ ref('bridge_opportunity_customer') }}

),

dealt as (

    select
        customer_id,
        count(*) as opportunities,
        count(*) filter (where outcome = 'open') as open_opportunities,
        count(*) filter (where outcome = 'won') as won_opportunities,
        count(*) filter (where outcome = 'lost') as lost_opportunities,
        count(*) filter (where outcome = 'unknown') as unknown_opportunities,
        min(created_at) as first_opportunity_at,
        max(created_at) as last_opportunity_at,
        min(closed_at) filter (where outcome = 'won') as first_won_at,
        max(closed_at) filter (where outcome = 'won') as last_won_at
    from opportunities
    where customer_id is not null and not is_deleted
    group by customer_id

),

priced as (

    select
        customer_id,
        currency as main_currency,
        open_opportunities as open_opportunities_in_main_currency,
        won_opportunities as won_opportunities_in_main_currency,
        open_amount_minor,
        won_amount_minor,
        count(*) over (partition by customer_id) as currencies
    from customer_money
    qualify
        row_number() over (
            partition by customer_id
            order by won_opportunities desc, opportunities desc, currency asc
        ) = 1

),

involved as (

    select
        customer_id,
        count(*) as other_opportunities
    from others_of_opportunities
    group by customer_id

),

described as (

    select
        customers.customer_id,
        coalesce(dealt.opportunities, 0) as opportunities,
        coalesce(dealt.open_opportunities, 0) as open_opportunities,
        coalesce(dealt.won_opportunities, 0) as won_opportunities,
        coalesce(dealt.lost_opportunities, 0) as lost_opportunities,
        coalesce(dealt.unknown_opportunities, 0) as unknown_opportunities,
        coalesce(involved.other_opportunities, 0) as other_opportunities,
        coalesce(priced.currencies, 0) as currencies,
        priced.main_currency,
        priced.open_opportunities_in_main_currency,
        priced.won_opportunities_in_main_currency,
        priced.open_amount_minor as open_amount_minor_in_main_currency,
        priced.won_amount_minor as won_amount_minor_in_main_currency,
        dealt.first_opportunity_at,
        dealt.last_opportunity_at,
        dealt.first_won_at,
        dealt.last_won_at
    from customers
    left join dealt
        on customers.customer_id = dealt.customer_id
    left join priced
        on customers.customer_id = priced.customer_id
    left join involved
        on customers.customer_id = involved.customer_id

)

select * from described
