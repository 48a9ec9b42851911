-- A retired id leads to a living customer, unless no record of its is left.
with

redirects as (

    select * from {{ ref('identity_redirects') }}

),

living as (

    select customer_id from {{ ref('dim_customer') }}

)

select redirects.customer_id
from redirects
inner join living
    on redirects.redirects_to = living.customer_id
where redirects.resolves_to is null

union all

select redirects.customer_id
from redirects
inner join living
    on redirects.customer_id = living.customer_id
