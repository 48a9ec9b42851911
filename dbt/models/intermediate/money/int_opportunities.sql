with

unioned as (

    select * from {{ ref('int_opportunities_unioned') }}

),

opportunity_contacts as (

    select * from {{ ref('int_opportunity_contacts') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

account_merges as (

    select * from {{ ref('int_account_merges') }}

),

mapped_stages as (

    select * from {{ source('config', 'deal_stages') }}

),

-- the company's own map first, its most particular line; then the stages CRMs ship with
stages as (

    select
        source,
        stage,
        pipeline,
        {{ stage_label('stage') }} as stage_label,
        {{ stage_label(stage_without_pipeline('stage')) }} as bare_stage_label,
        {{ stage_label('pipeline') }} as pipeline_label,
        {{ shipped_stage_outcome('stage') }} as shipped_outcome
    from unioned
    where stage is not null
    group by source, stage, pipeline

),

stage_outcomes as (

    select
        stages.source,
        stages.stage,
        stages.pipeline,
        coalesce(mapped_stages.outcome, stages.shipped_outcome) as outcome,
        case when mapped_stages.outcome is null then 'shipped_stage' else 'mapped_stage' end
            as basis
    from stages
    left join mapped_stages
        on
            {{ stage_label('mapped_stages.stage') }}
            in (stages.stage_label, stages.bare_stage_label)
            and (mapped_stages.source is null or stages.source = mapped_stages.source)
            and (
                mapped_stages.pipeline is null
                or stages.pipeline_label = {{ stage_label('mapped_stages.pipeline') }}
            )
    qualify
        row_number() over (
            partition by stages.source, stages.stage, stages.pipeline
            order by
                (mapped_stages.source is null) asc,
                (mapped_stages.pipeline is null) asc,
                ({{ stage_label('mapped_stages.stage') }} = stages.stage_label) desc,
                mapped_stages.outcome asc
        ) = 1

),

-- a flag that a narrower file left out may be older than the other flag
flagged as (

    select
        *,
        case
            when is_won and not is_closed and closed_said_at > won_said_at then null
            else is_won
        end as won_flag,
        case
            when is_won and not is_closed and won_said_at > closed_said_at then null
            else is_closed
        end as closed_flag
    from unioned

),

told as (

    select
        flagged.opportunity_id,
        flagged.won_flag,
        flagged.closed_flag,
        case
            when flagged.won_flag then 'won'
            when not flagged.closed_flag then 'open'
            when flagged.closed_flag and not flagged.won_flag then 'lost'
        end as flag_outcome,
        stage_outcomes.outcome as stage_outcome,
        stage_outcomes.basis as stage_basis,
        coalesce(
            flagged.stage_said_at > greatest(
                case when flagged.won_flag is not null then flagged.won_said_at end,
                case when flagged.closed_flag is not null then flagged.closed_said_at end
            ),
            false
        ) as is_stage_newer
    from flagged
    left join stage_outcomes
        on
            flagged.source = stage_outcomes.source
            and flagged.stage = stage_outcomes.stage
            and flagged.pipeline is not distinct from stage_outcomes.pipeline

),

-- one flag alone rules out one of the three outcomes
compared as (

    select
        *,
        coalesce(
            stage_outcome <> flag_outcome
            or (stage_outcome = 'won' and not won_flag)
            or (stage_outcome = 'open' and closed_flag),
            false
        ) as is_contradicted
    from told

),

decided as (

    select
        opportunity_id,
        won_flag,
        closed_flag,
        case
            when is_contradicted and is_stage_newer then stage_outcome
            when is_contradicted then flag_outcome
            else coalesce(flag_outcome, stage_outcome)
        end as outcome,
        case
            when is_contradicted and is_stage_newer then 'newer_stage'
            when is_contradicted and flag_outcome is null then null
            when is_contradicted then 'flag_against_stage'
            when flag_outcome is not null then 'flag'
            when stage_outcome is not null then stage_basis
        end as outcome_basis
    from compared

),

primary_contacts as (

    select
        opportunity_id,
        record_id
    from opportunity_contacts
    where is_primary

),

final as (

    select
        -- keys
        unioned.opportunity_id,
        unioned.source,
        unioned.vendor,
        unioned.brand,
        unioned.region,
        accounts.account_id,
        unioned.campaign_id,
        unioned.merged_into,
        primary_contacts.record_id as primary_record_id,

        -- attributes
        unioned.name,
        unioned.stage,
        unioned.pipeline,
        unioned.opportunity_type,
        unioned.lead_source,
        unioned.forecast_category,
        unioned.owner,
        coalesce(decided.outcome, 'unknown') as outcome,
        decided.outcome_basis,
        unioned.currency,

        -- measures
        unioned.amount_minor,
        unioned.probability,

        -- flags
        coalesce(decided.outcome <> 'open', decided.closed_flag) as is_closed,
        coalesce(decided.outcome = 'won', decided.won_flag) as is_won,

        -- times
        unioned.close_date,
        unioned.created_at,
        unioned.updated_at,
        unioned.deleted_at
    from unioned
    inner join decided
        on unioned.opportunity_id = decided.opportunity_id
    left join primary_contacts
        on unioned.opportunity_id = primary_contacts.opportunity_id
    left join account_merges
        on unioned.account_id = account_merges.account_id
    left join accounts
        on coalesce(account_merges.survivor_id, unioned.account_id) = accounts.account_id

)

select * from final
