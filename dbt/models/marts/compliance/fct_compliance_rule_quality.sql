with

rule_quality as (

    select * from {{ source('compliance', 'rule_quality') }}

),

final as (

    select
        -- keys
        concat(rule_id, '/', cast(rule_version as varchar)) as rule_key,
        rule_id,

        -- attributes
        kind,

        -- measures
        rule_version,
        findings,
        open_findings,
        confirmed,
        false_positives,
        duplicates,
        precision_share,
        precision_low,
        precision_high,
        sample_reviewed,
        sample_missed,
        kind_recall,
        kind_recall_low,
        kind_recall_high
    from rule_quality

)

select * from final
