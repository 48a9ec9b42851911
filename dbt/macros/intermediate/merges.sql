{#-
    Who was merged into whom, one row per absorbed key: of claims that contradict each other the
    newest counts, and of two that claim each other the one that did so later is left. `claims` is
    a relation of (`key`, survivor_id, merged_at).
-#}
{%- macro surviving_merges(claims, key) -%}
    with

    newest_claims as (

        select *
        from {{ claims }}
        where {{ key }} <> survivor_id
        qualify
            row_number() over (
                partition by {{ key }}
                order by merged_at desc nulls last, survivor_id asc
            ) = 1

    ),

    last_survivals as (

        select
            survivor_id,
            max(merged_at) as survived_at
        from newest_claims
        group by survivor_id

    )

    select newest_claims.*
    from newest_claims
    left join last_survivals
        on newest_claims.{{ key }} = last_survivals.survivor_id
    where
        last_survivals.survivor_id is null
        or newest_claims.merged_at > last_survivals.survived_at
        or (
            newest_claims.merged_at = last_survivals.survived_at
            and newest_claims.survivor_id < newest_claims.{{ key }}
        )
{%- endmacro -%}
