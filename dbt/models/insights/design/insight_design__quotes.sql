with

feedback as (

    select * from {{ ref('fct_feedback') }}

),

labels as (

    select * from {{ ref('fct_message_labels') }}

),

names as (

    select * from {{ source('config', 'routing_names') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

allowed as (

    select {{ setting('privacy.masked_quotes') }} = 'true' as has_quotes
    from settings

),

spoken as (

    select
        feedback.feedback_id,
        feedback.customer_id,
        feedback.theme,
        names.title,
        feedback.language,
        feedback.sentiment,
        coalesce(feedback.brand, 'unknown') as brand,
        labels.redacted_text
    from feedback
    inner join labels
        on feedback.message_id = labels.message_id
    inner join names
        on feedback.theme = names.name and names.kind = 'theme'
    cross join allowed
    where
        allowed.has_quotes
        and names.about in ('look', 'use')
        and feedback.customer_id is not null
        and coalesce(labels.harm, 'none') = 'none'
        and length(labels.redacted_text) between 20 and 280

),

themed as (

    select
        concat_ws('|', brand, theme) as theme_id,
        *
    from spoken

),

{{ members_of('themed', 'theme_id', [], into='contributed') }},

shown_themes as (

    select
        brand,
        theme,
        count(distinct customer_id) as customers
    from spoken
    group by brand, theme
    having count(distinct customer_id) >= {{ smallest_group() }}

),

numbered as (

    select
        feedback_id,
        customer_id,
        {{ unnested(numbered_words('redacted_text')) }} as numbered_word
    from spoken

),

tokens as (

    select
        feedback_id,
        customer_id,
        substr(numbered_word, 1, 5) as place,
        substr(numbered_word, 6) as word,
        {{ plain_words('substr(numbered_word, 6)') }} as plain_word
    from numbered
    -- to whom it was said is no part of what was said
    where numbered_word not like '_____@%'

),

-- a name, an order or a turn of phrase is few people's; what many say is nobody's
common_words as (

    select plain_word
    from tokens
    where plain_word is not null and not {{ has_pattern('word', '[0-9@/#_]') }}
    group by plain_word
    having count(distinct customer_id) >= {{ smallest_group() }}

),

masked as (

    select
        tokens.feedback_id,
        count(tokens.plain_word) as words,
        count(common_words.plain_word) as kept_words,
        {{ joined_in_order(
            "concat(tokens.place, case when tokens.plain_word is null then '' "
            ~ "when common_words.plain_word is null then '[…]' else tokens.word end)", ' '
        ) }} as numbered_text
    from tokens
    left join common_words
        on
            tokens.plain_word = common_words.plain_word
            and not {{ has_pattern('tokens.word', '[0-9@/#_]') }}
    group by tokens.feedback_id

),

quoted as (

    select
        spoken.brand,
        spoken.theme,
        max(spoken.title) as title,
        min(spoken.language) as language,
        min(spoken.sentiment) as sentiment,
        trim({{ replaced('masked.numbered_text', '(^| )[0-9]{4}:', ' ') }}) as quote_text,
        count(distinct spoken.customer_id) as said_by,
        max(masked.kept_words) as kept_words
    from masked
    inner join spoken
        on masked.feedback_id = spoken.feedback_id
    -- below that nobody knows what was meant
    where masked.kept_words >= 4 and masked.kept_words >= 0.6 * masked.words
    group by
        spoken.brand,
        spoken.theme,
        trim({{ replaced('masked.numbered_text', '(^| )[0-9]{4}:', ' ') }})

),

ranked as (

    select
        *,
        row_number() over (
            partition by brand, theme
            order by said_by desc, kept_words desc, quote_text asc
        ) as place
    from quoted

),

final as (

    select
        -- keys
        concat_ws('|', ranked.brand, ranked.theme, cast(ranked.place as varchar)) as quote_id,

        -- attributes
        ranked.brand,
        ranked.theme,
        ranked.title,
        ranked.language,
        ranked.quote_text,

        -- measures
        shown_themes.customers,
        concat_ws('|', ranked.brand, ranked.theme) as _block,
        contributed.members as _members
    from ranked
    inner join shown_themes
        on ranked.brand = shown_themes.brand and ranked.theme = shown_themes.theme
    inner join contributed
        on concat_ws('|', ranked.brand, ranked.theme) = contributed.theme_id
    where ranked.place <= 10

)

select * from final
