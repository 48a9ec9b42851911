{{ config(meta={
    "description": "By every model, credits of a conversion sum to 1 and their amounts to its own.",
    "dagster": {"ref": {"name": "fct_attribution"}},
}) }}
with

parts as (

    select
        conversion_id,
        model,
        sum(credit) as credit,
        sum(amount_minor) as amount_minor
    from {{ ref('fct_attribution') }}
    group by conversion_id, model

),

models as (

    select
        conversion_id,
        count(*) as models
    from parts
    group by conversion_id

)

select
    conversions.conversion_id,
    parts.model
from {{ ref('fct_conversion') }} as conversions
left join parts
    on conversions.conversion_id = parts.conversion_id
left join models
    on conversions.conversion_id = models.conversion_id
where
    parts.credit is null
    or abs(parts.credit - 1) > 1e-9
    or parts.amount_minor <> conversions.amount_minor
    or models.models <> {{ attribution_models() | length }}
