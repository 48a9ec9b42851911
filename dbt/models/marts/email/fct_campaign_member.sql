with

members as (

    select * from {{ ref('int_campaign_members') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

campaign_xref as (

    select * from {{ ref('campaign_xref') }}

),

attributed as (

    select
        -- keys
        members.campaign_member_id,
        members.record_id,
        customer_records.customer_id,
        campaign_xref.campaign_id,
        members.campaign_id as campaign_record_id,

        -- attributes
        members.source,
        members.campaign_name,
        members.status,
        {{ unattributed_reason('members', "'no_contact'") }} as unattributed_reason,

        -- flags
        coalesce(members.has_responded, false) as has_responded,

        -- times
        members.created_at,
        members.responded_at
    from members
    left join customer_records
        on members.record_id = customer_records.record_id
    left join campaign_xref
        on members.campaign_id = campaign_xref.campaign_record_id

)

select * from attributed
