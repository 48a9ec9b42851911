with

account_xref as (

    select * from {{ source('identity', 'account_xref') }}

),

account_domains as (

    select * from {{ source('identity', 'account_domains') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

current_accounts as (

    select
        record_id,
        account_id
    from account_xref
    where valid_to is null

),

customers as (

    select
        records.*,
        customer_records.customer_id,
        {{ employer_key('records.source', 'records.organisation', 'records.primary_email') }}
            as employer_record_id
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    where customer_records.customer_id is not null

),

said as (

    select
        customers.record_id,
        case when customers.account_id is not null then 'crm_account' else 'employer' end as role,
        current_accounts.account_id
    from customers
    inner join current_accounts
        on
            coalesce(customers.account_id, customers.employer_record_id)
            = current_accounts.record_id

),

-- addresses at a domain that one account alone has
mailed as (

    select distinct
        identifiers.record_id,
        'email_domain' as role,
        account_domains.account_id
    from identifiers
    inner join account_domains
        on split_part(identifiers.value_norm, '@', 2) = account_domains.domain
    where identifiers.kind = 'email'

),

mailed_only as (

    select mailed.*
    from mailed
    left join said
        on
            mailed.record_id = said.record_id
            and mailed.account_id = said.account_id
    where said.record_id is null

),

unioned as (

    select * from said

    union all

    select * from mailed_only

),

described as (

    select
        -- keys
        md5(concat_ws('|', unioned.record_id, unioned.account_id)) as account_contact_id,
        customers.customer_id,
        unioned.account_id,
        unioned.record_id,

        -- attributes
        customers.source,
        customers.vendor,
        unioned.role,
        customers.title,

        -- flags
        customers.deleted_at is null and customers.merged_into is null as is_current,

        -- times
        customers.created_at as valid_from,
        case
            when customers.merged_into is not null
                then coalesce(customers.deleted_at, customers.updated_at)
            else customers.deleted_at
        end as valid_to,
        customers.updated_at as last_said_at
    from unioned
    inner join customers
        on unioned.record_id = customers.record_id

)

select * from described
