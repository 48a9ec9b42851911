with

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

addressed as (

    select
        record_id,
        street,
        city,
        state,
        postal_code,
        {{ plain_country('country') }} as country
    from contacts
    where coalesce(street, city, postal_code) is not null

)

select * from addressed
