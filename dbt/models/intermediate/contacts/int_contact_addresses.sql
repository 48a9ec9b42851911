with

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

addressed as (

    select
        record_id,
        {{ known_value('street') }} as street,
        {{ known_value('city') }} as city,
        {{ known_value('state') }} as state,
        {{ known_value('postal_code') }} as postal_code,
        {{ plain_country('country') }} as country
    from contacts

)

select * from addressed
where coalesce(street, city, postal_code) is not null
