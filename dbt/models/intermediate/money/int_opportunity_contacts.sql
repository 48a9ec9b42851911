with

salesforce_role_rows as (

    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}

),

hubspot_deal_rows as (

    select * from {{ ref('stg_hubspot__deals') }}

),

salesforce_roles as (

    select
        opportunity_id,
        record_id,
        role,
        is_primary as is_marked_primary,
        created_at as ranked_at,
        role_id as ranked_by
    from salesforce_role_rows
    where
        deleted_at is null
        and opportunity_id is not null
        and record_id is not null

),

hubspot_contact_lists as (

    select
        opportunity_id,
        source,
        {{ split_parts("coalesce(contact_ids, '')", ' *; *') }} as contact_ids
    from hubspot_deal_rows

),

-- HubSpot lists a deal's primary contact first
hubspot_contacts as (

    select
        opportunity_id,
        source,
        {{ first_of('contact_ids') }} as primary_id,
        {{ unnested('contact_ids') }} as contact_id
    from hubspot_contact_lists

),

hubspot_roles as (

    select
        opportunity_id,
        source || ':contact:' || contact_id as record_id,
        cast(null as varchar) as role,
        contact_id = primary_id as is_marked_primary,
        cast(null as {{ instant_type() }}) as ranked_at,
        contact_id as ranked_by
    from hubspot_contacts
    where contact_id <> ''

),

unioned as (

    select * from salesforce_roles

    union all

    select * from hubspot_roles

),

ranked as (

    select
        opportunity_id,
        record_id,
        role,
        row_number() over (
            partition by opportunity_id
            order by is_marked_primary desc, ranked_at asc nulls last, ranked_by asc
        ) as place
    from unioned

),

-- one contact may have several roles; the first by rank stands for it
one_per_contact as (

    select
        -- keys
        opportunity_id,
        record_id,

        -- attributes
        role,

        -- flags
        place = 1 as is_primary
    from ranked
    qualify row_number() over (partition by opportunity_id, record_id order by place) = 1

)

select * from one_per_contact
