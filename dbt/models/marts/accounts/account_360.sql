with

accounts as (

    select * from {{ ref('dim_account') }}

),

account_contacts as (

    select * from {{ ref('account_contacts') }}

),

account_relations as (

    select * from {{ ref('account_relations') }}

),

account_money as (

    select * from {{ ref('account_money') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

customers as (

    select * from {{ ref('customer_360') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

contacts as (

    select
        account_id,
        count(distinct customer_id) as contacts,
        count(distinct customer_id) filter (where is_current and role <> 'email_domain')
            as current_contacts
    from account_contacts
    group by account_id

),

-- everybody once, at the account of their golden record
people as (

    select
        account_id,
        count(*) as customers,
        count(*) filter (where email_consent = 'granted') as email_consents_granted,
        count(*) filter (where email_consent = 'withdrawn') as email_consents_withdrawn,
        cast(sum(conversations) as bigint) as conversations,
        cast(sum(messages_received) as bigint) as messages_received,
        cast(sum(messages_unanswered) as bigint) as messages_unanswered,
        max(last_inbound_at) as last_inbound_at,
        max(last_outbound_at) as last_outbound_at
    from customers
    where account_id is not null
    group by account_id

),

deals as (

    select
        account_id,
        count(*) as opportunities,
        count(*) filter (where outcome = 'open') as open_opportunities,
        count(*) filter (where outcome = 'won') as won_opportunities,
        max(greatest(created_at, closed_at)) as last_opportunity_at
    from opportunities
    where account_id is not null and not is_deleted
    group by account_id

),

-- the currency that brought most deals stands for the account; the others are in account_money
main_money as (

    select
        account_id,
        currency,
        open_amount_minor,
        won_amount_minor,
        count(*) over (partition by account_id) as currencies
    from account_money
    qualify
        row_number() over (
            partition by account_id
            order by won_opportunities desc, opportunities desc, currency asc
        ) = 1

),

asked as (

    select
        account_id,
        count(*) as cases,
        count(*) filter (where not is_closed) as open_cases,
        max(created_at) as last_case_at
    from cases
    where account_id is not null and not is_deleted
    group by account_id

),

related as (

    select
        account_id,
        count(*) filter (where relation = 'parent') as subsidiaries,
        count(*) filter (where relation = 'site') as sites
    from (
        select
            account_id,
            relation
        from account_relations

        union all

        select
            related_account_id as account_id,
            relation
        from account_relations
        where relation = 'site'
    ) as both_ways
    group by account_id

),

parents as (

    select
        related_account_id as account_id,
        min(account_id) as parent_account_id
    from account_relations
    where relation = 'parent'
    group by related_account_id

),

joined as (

    select
        -- keys
        accounts.account_id,
        parents.parent_account_id,

        -- attributes
        accounts.account_name,
        accounts.account_owner,
        accounts.industry,
        accounts.account_type,
        accounts.country,
        accounts.brand,
        accounts.region,
        main_money.currency as main_currency,

        -- measures
        coalesce(people.customers, 0) as customers,
        coalesce(contacts.contacts, 0) as contacts,
        coalesce(contacts.current_contacts, 0) as current_contacts,
        coalesce(people.email_consents_granted, 0) as email_consents_granted,
        coalesce(people.email_consents_withdrawn, 0) as email_consents_withdrawn,
        coalesce(people.conversations, 0) as conversations,
        coalesce(people.messages_received, 0) as messages_received,
        coalesce(people.messages_unanswered, 0) as messages_unanswered,
        coalesce(asked.cases, 0) as cases,
        coalesce(asked.open_cases, 0) as open_cases,
        coalesce(deals.opportunities, 0) as opportunities,
        coalesce(deals.open_opportunities, 0) as open_opportunities,
        coalesce(deals.won_opportunities, 0) as won_opportunities,
        coalesce(main_money.currencies, 0) as currencies,
        coalesce(main_money.open_amount_minor, 0) as open_amount_minor_in_main_currency,
        coalesce(main_money.won_amount_minor, 0) as won_amount_minor_in_main_currency,
        coalesce(related.subsidiaries, 0) as subsidiaries,
        coalesce(related.sites, 0) as sites,
        accounts.employee_count,
        accounts.record_count,
        accounts.crm_record_count,

        -- flags
        accounts.is_in_crm,
        accounts.is_deleted,

        -- times
        deals.last_opportunity_at,
        asked.last_case_at,
        people.last_inbound_at,
        people.last_outbound_at,
        greatest(
            deals.last_opportunity_at,
            asked.last_case_at,
            people.last_inbound_at,
            people.last_outbound_at
        ) as last_activity_at
    from accounts
    left join parents
        on accounts.account_id = parents.account_id
    left join people
        on accounts.account_id = people.account_id
    left join contacts
        on accounts.account_id = contacts.account_id
    left join deals
        on accounts.account_id = deals.account_id
    left join main_money
        on accounts.account_id = main_money.account_id
    left join asked
        on accounts.account_id = asked.account_id
    left join related
        on accounts.account_id = related.account_id

)

select * from joined
