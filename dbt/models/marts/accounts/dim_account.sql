with

memberships as (

    select * from {{ source('identity', 'account_xref') }}

),

account_records as (

    select * from {{ ref('int_account_records') }}

),

survivorship as (

    select * from {{ source('config', 'survivorship') }}

),

-- whose word on accounts counts before whose: `trust` of account_id in survivorship.yml
trusted as (

    select
        vendor,
        min(priority) as place
    from survivorship
    where field = 'account_id' and rule = 'most_trusted' and vendor is not null
    group by vendor

),

-- one order of an account's records decides every field: those that live and carry on before the
-- others, a CRM's before what contacts say, the more trusted vendor's, the newest
ranked as (

    select
        memberships.account_id,
        account_records.*,
        account_records.record_type in ('account', 'company') as is_of_crm,
        account_records.deleted_at is null and account_records.merged_into is null as is_live,
        row_number() over (
            partition by memberships.account_id
            order by
                account_records.deleted_at is null and account_records.merged_into is null desc,
                account_records.record_type <> 'employer' desc,
                trusted.place asc nulls last,
                account_records.updated_at desc nulls last,
                account_records.record_id asc
        ) as place
    from memberships
    inner join account_records
        on memberships.record_id = account_records.record_id
    left join trusted
        on account_records.vendor = trusted.vendor
    where memberships.valid_to is null

),

-- an address is taken whole, from one record
addressed as (

    select
        account_id,
        street,
        city,
        state,
        postal_code,
        country
    from ranked
    where coalesce(street, city, postal_code) is not null
    qualify row_number() over (partition by account_id order by place asc) = 1

),

gathered as (

    select
        -- keys
        account_id,

        -- attributes
        min_by(source, place) as source,
        min_by(vendor, place) as vendor,
        min_by(brand, place) as brand,
        min_by(region, place) as region,
        min_by(name, place) filter (where name is not null) as account_name,
        min_by(legal_name, place) filter (where legal_name is not null) as legal_name,
        min_by(website, place) filter (where website is not null) as website,
        min_by(phone, place) filter (where phone is not null) as phone,
        min_by(country, place) filter (where country is not null) as country,
        min_by(registration_number, place) filter (where registration_number is not null)
            as registration_number,
        min_by(tax_number, place) filter (where tax_number is not null) as tax_number,
        min_by(industry, place) filter (where industry is not null) as industry,
        min_by(account_type, place) filter (where account_type is not null) as account_type,
        min_by(account_owner, place) filter (where account_owner is not null) as account_owner,

        -- measures
        min_by(employee_count, place) filter (where employee_count is not null)
            as employee_count,
        count(*) as record_count,
        count(*) filter (where is_of_crm) as crm_record_count,
        count(distinct source) as source_count,

        -- flags
        coalesce(bool_or(is_of_crm), false) as is_in_crm,
        not coalesce(bool_or(is_live), false) as is_deleted,

        -- times
        min(created_at) as created_at,
        max(updated_at) as updated_at
    from ranked
    group by account_id

),

golden as (

    select
        -- keys
        gathered.account_id,

        -- attributes
        gathered.source,
        gathered.vendor,
        gathered.brand,
        gathered.region,
        gathered.account_name,
        gathered.legal_name,
        gathered.website,
        gathered.phone,
        addressed.street,
        addressed.city,
        addressed.state,
        addressed.postal_code,
        coalesce(addressed.country, gathered.country) as country,
        gathered.registration_number,
        gathered.tax_number,
        gathered.industry,
        gathered.account_type,
        gathered.account_owner,

        -- measures
        gathered.employee_count,
        gathered.record_count,
        gathered.crm_record_count,
        gathered.source_count,

        -- flags
        gathered.is_in_crm,
        gathered.is_deleted,

        -- times
        gathered.created_at,
        gathered.updated_at
    from gathered
    left join addressed
        on gathered.account_id = addressed.account_id

)

select * from golden
