with

memberships as (

    select * from {{ source('identity', 'account_xref') }}

),

account_records as (

    select * from {{ ref('int_account_records') }}

),

described as (

    select
        -- keys
        md5(
            concat_ws(
                '|',
                memberships.record_id,
                memberships.account_id,
                cast(memberships.valid_from as varchar)
            )
        ) as account_xref_id,
        memberships.account_id,
        memberships.record_id as account_record_id,

        -- attributes
        account_records.source,
        account_records.vendor,
        account_records.record_type,

        -- measures
        memberships.confidence,

        -- flags
        memberships.valid_to is null as is_current,

        -- times
        memberships.valid_from,
        memberships.valid_to
    from memberships
    left join account_records
        on memberships.record_id = account_records.record_id

)

select * from described
