with

customers as (

    select * from {{ ref('dim_customer') }}

),

consent as (

    select * from {{ ref('customer_consent') }}

),

-- a word about one group of e-mails never lifts a withdrawal of them all
last_words as (

    select
        customer_id,
        channel,
        status,
        occurred_at
    from consent
    qualify
        row_number() over (
            partition by customer_id, channel
            order by
                case when purpose = 'marketing' and status = 'withdrawn' then 0 else 1 end asc,
                occurred_at desc nulls last,
                case when status = 'withdrawn' then 0 else 1 end asc,
                purpose asc
        ) = 1

),

consented as (

    select
        customer_id,
        max(case when channel = 'email' then status end) as email_consent,
        max(case when channel = 'phone' then status end) as phone_consent,
        max(case when channel = 'email' then occurred_at end) as email_consent_at,
        max(case when channel = 'phone' then occurred_at end) as phone_consent_at
    from last_words
    group by customer_id

),

described as (

    select
        customers.customer_id,
        consented.email_consent,
        consented.email_consent_at,
        consented.phone_consent,
        consented.phone_consent_at
    from customers
    left join consented
        on customers.customer_id = consented.customer_id

)

select * from described
