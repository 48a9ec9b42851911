with

findings as (

    select * from {{ source('compliance', 'findings') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

clock as (

    select * from {{ ref('int_as_of') }}

),

attributed as (

    select
        -- keys
        findings.finding_id,
        findings.message_id,
        customer_records.customer_id,
        findings.carried_from_finding_id,
        findings.superseded_by_finding_id,

        -- attributes
        findings.rule_id,
        findings.kind,
        findings.severity,
        findings.owner,
        findings.author_role,
        findings.channel,
        findings.brand,
        findings.language,
        findings.labelled_by,
        findings.spans,
        findings.redacted_text,
        findings.state,
        findings.confirmed_by,
        findings.decided_by,

        -- measures
        findings.version_number,
        findings.rule_version,
        findings.step_count,

        -- flags
        findings.superseded_by_finding_id is null
        and findings.state in ('new', 'in_review', 'confirmed', 'escalated', 'remediated')
            as is_open,
        coalesce(
            findings.superseded_by_finding_id is null
            and findings.handled_at is null
            and findings.due_at < clock.as_of,
            false
        ) as is_overdue,
        coalesce(findings.handled_at <= findings.due_at, false) as is_handled_in_time,

        -- times
        findings.posted_at,
        findings.found_at,
        findings.aware_at,
        findings.due_at,
        findings.decided_at,
        findings.handled_at
    from findings
    cross join clock
    left join customer_records
        on findings.record_id = customer_records.record_id

)

select * from attributed
