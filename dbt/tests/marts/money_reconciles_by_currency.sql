{{ config(meta={
    "description": "Per currency: customers' amounts and those of nobody are all there is, and so are accounts', to the minor unit.",
    "dagster": {"ref": {"name": "customer_money"}},
}) }}
with

deals as (

    select
        currency,
        sum(amount_minor) as amount_minor
    from {{ ref('int_opportunities') }}
    where deleted_at is null and currency is not null
    group by currency

),

customers as (

    select
        currency,
        sum(
            open_amount_minor + won_amount_minor + lost_amount_minor + unknown_amount_minor
        ) as amount_minor
    from {{ ref('customer_money') }}
    group by currency

),

nobodys as (

    select
        currency,
        sum(amount_minor) as amount_minor
    from {{ ref('fct_opportunity') }}
    where customer_id is null and not is_deleted and currency is not null
    group by currency

),

-- of the same deals, by account
accounts as (

    select
        currency,
        sum(
            open_amount_minor + won_amount_minor + lost_amount_minor + unknown_amount_minor
        ) as amount_minor
    from {{ ref('account_money') }}
    group by currency

),

without_account as (

    select
        currency,
        sum(amount_minor) as amount_minor
    from {{ ref('fct_opportunity') }}
    where account_id is null and not is_deleted and currency is not null
    group by currency

),

compared as (

    select
        deals.currency,
        coalesce(deals.amount_minor, 0) as deals_minor,
        coalesce(customers.amount_minor, 0) + coalesce(nobodys.amount_minor, 0) as found_minor,
        coalesce(accounts.amount_minor, 0) + coalesce(without_account.amount_minor, 0)
            as found_by_account_minor
    from deals
    left join accounts
        on deals.currency = accounts.currency
    left join without_account
        on deals.currency = without_account.currency
    left join customers
        on deals.currency = customers.currency
    left join nobodys
        on deals.currency = nobodys.currency

)

select *
from compared
where deals_minor <> found_minor or deals_minor <> found_by_account_minor
