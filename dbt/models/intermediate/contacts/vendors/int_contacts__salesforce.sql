with

salesforce_contact_rows as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

salesforce_lead_rows as (

    select * from {{ ref('stg_salesforce__leads') }}

),

salesforce_case_rows as (

    select * from {{ ref('stg_salesforce__cases') }}

),

salesforce_contacts as (

    select
        record_id,
        source,
        'salesforce' as vendor,
        'contact' as record_type,
        native_id,
        brand,
        region,
        default_country,
        given_name,
        family_name,
        full_name,
        salutation,
        birth_date,
        title,
        department,
        owner,
        lead_source,
        individual_id,
        account_id,
        street,
        city,
        state,
        postal_code,
        country,
        {{ list_of([
            identifier('email', 'email'),
            identifier('phone', 'phone'),
            identifier('phone', 'mobile_phone'),
            identifier('phone', 'home_phone'),
            identifier('phone', 'other_phone'),
            identifier('handle', 'x_handle', network='x'),
            identifier('url', 'website'),
            identifier('extra', 'extra'),
        ]) }} as identifiers,
        email as first_email,
        coalesce(phone, mobile_phone) as first_phone,
        case when has_opted_out_of_email then 'opted_out' else 'mailable' end as email_status,
        case when is_not_to_be_called then 'opted_out' else 'callable' end as phone_status,
        email_bounced_at,
        merged_into,
        last_activity_at,
        created_at,
        updated_at,
        deleted_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from salesforce_contact_rows

),

salesforce_leads as (

    select
        record_id,
        source,
        'salesforce' as vendor,
        'lead' as record_type,
        native_id,
        brand,
        region,
        default_country,
        given_name,
        family_name,
        full_name,
        salutation,
        organisation,
        title,
        owner,
        status as lead_status,
        lead_source,
        street,
        city,
        state,
        postal_code,
        country,
        {{ list_of([
            identifier('email', 'email'),
            identifier('phone', 'phone'),
            identifier('phone', 'mobile_phone'),
            identifier('handle', 'x_handle', network='x'),
            identifier('url', 'website'),
            identifier('extra', 'extra'),
        ]) }} as identifiers,
        email as first_email,
        coalesce(phone, mobile_phone) as first_phone,
        case when has_opted_out_of_email then 'opted_out' else 'mailable' end as email_status,
        merged_into,
        created_at,
        updated_at,
        deleted_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from salesforce_lead_rows

),

salesforce_requesters as (

    select
        requester_record_id as record_id,
        source,
        'salesforce' as vendor,
        'case_requester' as record_type,
        split_part(requester_record_id, ':', 3) as native_id,
        brand,
        region,
        default_country,
        supplied_name as full_name,
        {{ list_of([
            identifier('email', 'supplied_email'),
            identifier('phone', 'supplied_phone'),
        ]) }} as identifiers,
        supplied_email as first_email,
        created_at,
        coalesce(updated_at, created_at) as updated_at,
        created_at as first_seen_at,
        coalesce(updated_at, created_at, _as_of) as last_seen_at
    from salesforce_case_rows
    where requester_record_id is not null
    qualify
        row_number() over (
            partition by requester_record_id
            order by (supplied_name is null) asc, created_at desc nulls last, case_id asc
        ) = 1

),

unioned as (

    {{ union_by_name(['salesforce_contacts', 'salesforce_leads', 'salesforce_requesters']) }}

)

select * from unioned
