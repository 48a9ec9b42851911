with

relations as (

    select * from {{ source('identity', 'account_relations') }}

),

described as (

    select
        -- keys
        md5(concat_ws('|', account_id, related_account_id)) as account_relation_id,
        account_id,
        related_account_id,

        -- attributes
        relation,
        basis
    from relations

)

select * from described
