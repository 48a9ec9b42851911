{{ config(meta={
    "description": "A fact has as many rows as what it is made from: no join multiplies or drops one.",
    "dagster": {"ref": {"name": "fct_message"}},
}) }}
with

counted as (

    select
        'fct_message' as fact,
        (select count(*) from {{ ref('fct_message') }}) as fact_rows,
        (select count(*) from {{ ref('int_messages') }}) as expected_rows

    union all

    select
        'fct_email_event' as fact,
        (select count(*) from {{ ref('fct_email_event') }}) as fact_rows,
        (select count(*) from {{ ref('int_email_events') }}) as expected_rows

    union all

    select
        'fct_campaign_member' as fact,
        (select count(*) from {{ ref('fct_campaign_member') }}) as fact_rows,
        (select count(*) from {{ ref('int_campaign_members') }}) as expected_rows

    union all

    select
        'fct_opportunity' as fact,
        (select count(*) from {{ ref('fct_opportunity') }}) as fact_rows,
        (select count(*) from {{ ref('int_opportunities') }}) as expected_rows

    union all

    select
        'fct_case' as fact,
        (select count(*) from {{ ref('fct_case') }}) as fact_rows,
        (select count(*) from {{ ref('int_cases') }}) as expected_rows

    union all

    select
        'fct_consent_event' as fact,
        (select count(*) from {{ ref('fct_consent_event') }}) as fact_rows,
        (
            (select count(*) from {{ ref('int_consents') }})
            + (
                select count(*)
                from {{ ref('fct_consent_event') }}
                where evidence = 'manual entry'
            )
        ) as expected_rows

    union all

    select
        'dim_account' as fact,
        (select count(*) from {{ ref('dim_account') }}) as fact_rows,
        (
            select count(distinct account_id)
            from {{ source('identity', 'account_xref') }}
            where valid_to is null
        ) as expected_rows

)

select *
from counted
where fact_rows <> expected_rows
