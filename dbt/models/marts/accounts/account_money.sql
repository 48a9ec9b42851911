with

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

summed as (

    select
        -- keys
        account_id || '|' || currency as account_money_id,
        account_id,

        -- attributes
        currency,

        -- measures
        count(*) as opportunities,
        count(*) filter (where outcome = 'open') as open_opportunities,
        count(*) filter (where outcome = 'won') as won_opportunities,
        count(*) filter (where outcome = 'lost') as lost_opportunities,
        count(*) filter (where outcome = 'unknown') as unknown_opportunities,
        cast(coalesce(sum(amount_minor) filter (where outcome = 'open'), 0) as bigint)
            as open_amount_minor,
        cast(coalesce(sum(amount_minor) filter (where outcome = 'won'), 0) as bigint)
            as won_amount_minor,
        cast(coalesce(sum(amount_minor) filter (where outcome = 'lost'), 0) as bigint)
            as lost_amount_minor,
        cast(coalesce(sum(amount_minor) filter (where outcome = 'unknown'), 0) as bigint)
            as unknown_amount_minor,

        -- times
        min(closed_at) filter (where outcome = 'won') as first_won_at,
        max(closed_at) filter (where outcome = 'won') as last_won_at
    from opportunities
    where
        account_id is not null
        and currency is not null
        and not is_deleted
    group by account_id, currency

)

select * from summed
