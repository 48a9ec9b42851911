with

campaigns as (

    select * from {{ ref('dim_campaign') }}

),

campaign_xref as (

    select * from {{ ref('campaign_xref') }}

),

email_events as (

    select * from {{ ref('fct_email_event') }}

),

campaign_members as (

    select * from {{ ref('fct_campaign_member') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }}

),

-- what a campaign was to each customer, in all its tools
reached as (

    select
        campaign_id,
        customer_id,
        1 as is_mailed,
        max(case when engagement = 'human_open' then 1 else 0 end) as has_opened,
        max(case when engagement = 'human_click' then 1 else 0 end) as has_clicked,
        max(case when event_type = 'unsubscribe' then 1 else 0 end) as has_left,
        0 as has_responded,
        0 as deals,
        0 as won_deals,
        null as won_amount,
        null as reporting_currency,
        0 as is_without_rate
    from email_events
    where campaign_id is not null and customer_id is not null
    group by campaign_id, customer_id

    union all

    select
        campaign_id,
        customer_id,
        0 as is_mailed,
        0 as has_opened,
        0 as has_clicked,
        0 as has_left,
        max(case when has_responded then 1 else 0 end) as has_responded,
        0 as deals,
        0 as won_deals,
        null as won_amount,
        null as reporting_currency,
        0 as is_without_rate
    from campaign_members
    where campaign_id is not null and customer_id is not null
    group by campaign_id, customer_id

    union all

    select
        campaign_id,
        customer_id,
        0 as is_mailed,
        0 as has_opened,
        0 as has_clicked,
        0 as has_left,
        0 as has_responded,
        count(*) as deals,
        count(*) filter (where is_won) as won_deals,
        sum(case when is_won then converted_amount_minor end) as won_amount,
        max(reporting_currency) as reporting_currency,
        max(
            case
                when is_won and amount_minor is not null and converted_amount_minor is null then 1
                else 0
            end
        ) as is_without_rate
    from opportunities
    where campaign_id is not null and customer_id is not null and not is_deleted
    group by campaign_id, customer_id

),

named as (

    select
        reached.*,
        'all' as whole,
        coalesce(campaign_xref.brand, 'unknown') as brand,
        coalesce(campaigns.campaign_name, campaigns.campaign_id) as campaign,
        campaigns.campaign_type,
        campaigns.actual_cost_minor,
        campaigns.currency,
        campaigns.tools,
        coalesce(campaigns.start_date, cast(campaigns.first_event_at as date)) as began_on
    from reached
    inner join campaigns
        on reached.campaign_id = campaigns.campaign_id
    left join campaign_xref
        on campaigns.campaign_id = campaign_xref.campaign_record_id

),

{{ pooled('named', ['whole'], ['brand', 'campaign_id'], into='grouped') }},

keyed as (

    select
        *,
        concat_ws('|', shown_brand, shown_campaign_id) as campaign_results_id
    from grouped
    where is_safe

),

{{ members_of(
    'keyed', 'campaign_results_id', [
        'max(is_mailed)',
        'max(has_opened)',
        'max(has_clicked)',
        'max(has_left)',
        'max(has_responded)',
        'sum(deals)',
        'sum(won_deals)',
        'sum(won_amount)',
    ], into='contributed'
) }},

won_parts as (

    select
        campaign_results_id,
        customer_id,
        sum(won_amount) as part
    from keyed
    where won_amount is not null
    group by campaign_results_id, customer_id

),

{{ safe_amounts('won_parts', 'campaign_results_id', into='won') }},

summed as (

    select
        -- keys
        campaign_results_id,

        -- attributes
        shown_brand as brand,
        case when shown_campaign_id = 'other' then 'other' else max(campaign) end as campaign,
        case when shown_campaign_id <> 'other' then max(campaign_type) end as campaign_type,
        case when shown_campaign_id <> 'other' then max(currency) end as cost_currency,
        max(reporting_currency) as reporting_currency,

        -- measures
        count(distinct customer_id) as customers,
        cast(case when shown_campaign_id <> 'other' then max(tools) end as bigint) as tools,
        count(distinct case when is_mailed = 1 then customer_id end) as mailed_customers,
        count(distinct case when has_opened = 1 then customer_id end) as opening_customers,
        count(distinct case when has_clicked = 1 then customer_id end) as clicking_customers,
        count(distinct case when has_left = 1 then customer_id end) as leaving_customers,
        count(distinct case when has_responded = 1 then customer_id end) as responding_customers,
        cast(sum(deals) as bigint) as deals,
        cast(sum(won_deals) as bigint) as won_deals,
        sum(is_without_rate) as deals_without_rate,
        cast(
            case when shown_campaign_id <> 'other' then max(actual_cost_minor) end as bigint
        ) as actual_cost_minor,

        -- times
        case when shown_campaign_id <> 'other' then min(began_on) end as began_on
    from keyed
    group by campaign_results_id, shown_brand, shown_campaign_id

),

shown as (

    select
        -- keys
        summed.campaign_results_id,

        -- attributes
        summed.brand,
        summed.campaign,
        summed.campaign_type,
        summed.cost_currency,
        summed.reporting_currency,

        -- measures
        summed.customers,
        summed.tools,
        summed.mailed_customers,
        summed.opening_customers,
        summed.clicking_customers,
        summed.leaving_customers,
        summed.responding_customers,
        summed.deals,
        summed.won_deals,
        cast(case when summed.deals_without_rate = 0 then won.amount end as bigint)
            as won_amount_minor_converted,
        summed.actual_cost_minor,

        -- times
        summed.began_on,
        'all' as _block,
        contributed.members as _members
    from summed
    inner join contributed
        on summed.campaign_results_id = contributed.campaign_results_id
    left join won
        on summed.campaign_results_id = won.campaign_results_id

)

select * from shown
