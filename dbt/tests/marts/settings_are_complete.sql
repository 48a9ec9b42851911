{{ config(meta={
    "description": "Without a threshold its rule would be silently off.",
    "dagster": {"ref": {"name": "fct_email_event"}},
}) }}
-- depends_on: {{ ref('fct_email_event') }}
with

wanted as (

    select 'email.scanner_agents' as key

    union all

    select 'email.prefetch_agents' as key

    union all

    select 'email.prefetch_addresses' as key

    union all

    select 'email.proxy_agents' as key

    union all

    select 'email.proxy_seconds' as key

    union all

    select 'email.fast_seconds' as key

    union all

    select 'email.burst_links' as key

    union all

    select 'email.burst_seconds' as key

    union all

    select 'conversations.silence_days' as key

    union all

    select 'conversations.copies_within_hours' as key

    union all

    select 'conversations.shortest_copy' as key

    union all

    select 'conversations.automatic_within_seconds' as key

    union all

    select 'conversations.automatic_people' as key

    union all

    select 'campaigns.within_days' as key

    union all

    select 'campaigns.least_similarity' as key

    union all

    select 'routing.resolved_after_days' as key

    union all

    select 'routing.release_window_days' as key

    union all

    select 'privacy.masked_quotes' as key

),

settings as (

    select * from {{ source('config', 'settings') }}

)

select wanted.key
from wanted
left join settings
    on wanted.key = settings.key
where settings.value is null
