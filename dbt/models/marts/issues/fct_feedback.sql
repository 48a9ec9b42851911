{%- set scripts_without_blanks = '[\\x{0e00}-\\x{0e7f}\\x{2e80}-\\x{9fff}\\x{ac00}-\\x{d7af}]' -%}

with

messages as (

    select * from {{ ref('fct_message') }}

),

labels as (

    select * from {{ ref('fct_message_labels') }}

),

cases as (

    select * from {{ ref('fct_case') }}

),

routing_words as (

    select * from {{ source('config', 'routing_words') }}

),

routing_names as (

    select * from {{ source('config', 'routing_names') }}

),

departments as (

    select * from {{ source('config', 'departments') }}

),

tickets as (

    select case_id
    from messages
    where case_id is not null
    group by case_id

),

texts as (

    select
        messages.message_id as feedback_id,
        messages.message_id,
        messages.case_id,
        messages.conversation_id,
        coalesce(messages.party_id, messages.message_id) as party_id,
        messages.record_id,
        messages.customer_id,
        messages.source,
        messages.channel,
        messages.brand,
        messages.region,
        labels.language,
        labels.sentiment,
        labels.complaint_by,
        labels.department,
        labels.department_by,
        labels.department_confidence,
        messages.unattributed_reason,
        labels.is_complaint,
        messages.needs_answer,
        messages.created_at,
        messages.body_text as feedback_text
    from messages
    inner join labels
        on messages.message_id = labels.message_id
    where
        messages.direction = 'in'
        and messages.author_kind = 'customer'
        and messages.noise_reason is null
        and not messages.is_deleted
        and not messages.is_hidden
        and not labels.is_spam

    union all

    -- a CRM's case without messages was written by somebody too
    select
        cases.case_id as feedback_id,
        null as message_id,
        cases.case_id,
        cases.case_id as conversation_id,
        cases.case_id as party_id,
        cases.record_id,
        cases.customer_id,
        cases.source,
        'care' as channel,
        cases.brand,
        cases.region,
        null as language,
        null as sentiment,
        null as complaint_by,
        null as department,
        null as department_by,
        null as department_confidence,
        cases.unattributed_reason,
        coalesce(lower(cases.case_type) like '%complaint%', false) as is_complaint,
        true as needs_answer,
        cases.created_at,
        concat_ws(' ', cases.subject, cases.description) as feedback_text
    from cases
    left join tickets
        on cases.case_id = tickets.case_id
    where tickets.case_id is null and not cases.is_deleted

),

read as (

    select
        *,
        {{ plain_words('feedback_text') }} as words,
        nullif({{ extracted('lower(feedback_text)', named_version()) }}, '') as app_version,
        coalesce(feedback_text like '%?%' or feedback_text like '%？%', false) as has_question
    from texts

),

tokens as (

    select
        feedback_id,
        {{ unnested(split_parts('words', ' ')) }} as token
    from read
    where words is not null

),

vocabulary as (

    select token
    from tokens
    group by token

),

phrases as (

    select
        kind,
        name,
        goes_on,
        {{ plain_words('phrase') }} as phrase
    from routing_words

),

-- texts are looked through by their words alone, each word of all texts once
known_tokens as (

    select
        vocabulary.token,
        phrases.kind,
        phrases.name,
        phrases.goes_on,
        phrases.phrase,
        phrases.phrase like '% %' as has_more
    from vocabulary
    inner join phrases
        on vocabulary.token = split_part(phrases.phrase, ' ', 1)

    union all

    select
        vocabulary.token,
        phrases.kind,
        phrases.name,
        phrases.goes_on,
        phrases.phrase,
        false as has_more
    from vocabulary
    inner join phrases
        on
            phrases.goes_on
            and phrases.phrase not like '% %'
            and vocabulary.token like concat(phrases.phrase, '_%')

    union all

    -- scripts that put no blanks between words
    select
        vocabulary.token,
        phrases.kind,
        phrases.name,
        phrases.goes_on,
        phrases.phrase,
        false as has_more
    from vocabulary
    inner join phrases
        on
            {{ has_pattern('phrases.phrase', scripts_without_blanks) }}
            and phrases.phrase not like '% %'
            and vocabulary.token like concat('%', phrases.phrase, '%')
            and vocabulary.token <> phrases.phrase
    where {{ has_pattern('vocabulary.token', scripts_without_blanks) }}

),

hits as (

    select
        tokens.feedback_id,
        known_tokens.kind,
        known_tokens.name,
        known_tokens.phrase
    from tokens
    inner join known_tokens
        on tokens.token = known_tokens.token
    inner join read
        on tokens.feedback_id = read.feedback_id
    where
        not known_tokens.has_more
        or concat(' ', read.words, ' ') like concat(
            '% ', known_tokens.phrase, case when known_tokens.goes_on then '%' else ' %' end
        )

),

-- of several of a kind, the one that says most
named as (

    select
        feedback_id,
        kind,
        max_by(name, concat(lpad(cast(length(phrase) as varchar), 4, '0'), name)) as name
    from hits
    group by feedback_id, kind

),

topics as (

    select
        feedback_id,
        max(case when kind = 'ask' then name end) as ask,
        max(case when kind = 'area' then name end) as area,
        max(case when kind = 'theme' then name end) as theme,
        max(case when kind = 'product' then name end) as product,
        max(case when kind = 'platform' then name end) as platform
    from named
    group by feedback_id

),

queues as (

    select
        cases.case_id,
        min(departments.department) as department,
        min(departments.queue) as queue
    from cases
    inner join departments
        on lower(cases.owner) = lower(departments.queue)
    group by cases.case_id

),

owned as (

    select
        read.*,
        topics.ask,
        coalesce(themes.area, topics.area) as product_area,
        topics.theme,
        topics.product,
        topics.platform,
        case
            when queues.department is not null then concat('queue/', queues.queue)
            -- a rule of config/listening.yml; the model is named department
            when
                read.department <> 'unrouted' and read.department_by not like 'department/%'
                then read.department_by
            when themes.department is not null then concat('theme/', topics.theme)
            when areas.department is not null then concat('area/', areas.name)
            else read.department_by
        end as routed_by,
        queues.department as queue_department,
        coalesce(themes.department, areas.department) as topic_department
    from read
    left join topics
        on read.feedback_id = topics.feedback_id
    left join routing_names as themes
        on topics.theme = themes.name and themes.kind = 'theme'
    left join routing_names as areas
        on coalesce(themes.area, topics.area) = areas.name and areas.kind = 'area'
    left join queues
        on read.case_id = queues.case_id

),

routed as (

    select
        *,
        case
            when queue_department is not null then queue_department
            when routed_by like 'theme/%' or routed_by like 'area/%' then topic_department
            else coalesce(department, 'unrouted')
        end as routed_to
    from owned

),

final as (

    select
        -- keys
        feedback_id,
        message_id,
        case_id,
        conversation_id,
        -- opaque, since people write it into config/route_corrections.csv
        concat('i', substr(md5(concat_ws('|', conversation_id, party_id)), 1, 20)) as issue_id,
        record_id,
        customer_id,

        -- attributes
        source,
        channel,
        brand,
        region,
        language,
        case
            when ask = 'bug' and coalesce(sentiment, 'neutral') <> 'positive' then 'bug'
            when ask = 'request' then 'request'
            when is_complaint then 'complaint'
            when needs_answer and (has_question or message_id is null) then 'question'
            when needs_answer and routed_to <> 'unrouted' then 'question'
        end as ask,
        case
            when ask is not null then concat('words/', ask)
            when is_complaint then coalesce(complaint_by, 'case_type')
            when needs_answer and (has_question or message_id is null) then 'question'
            else routed_by
        end as asked_by_rule,
        product_area,
        theme,
        product,
        platform,
        app_version,
        sentiment,
        routed_to as department,
        case when routed_to <> 'unrouted' then routed_by end as routed_by,
        unattributed_reason,
        md5({{ replaced('words', '[0-9]+', '') }}) as wording,

        -- measures
        department_confidence,

        -- flags
        is_complaint,
        needs_answer,

        -- times
        created_at
    from routed

)

select * from final
