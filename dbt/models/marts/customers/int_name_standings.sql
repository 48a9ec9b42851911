{{ config(schema='intermediate') }}

with

customer_records as (

    select * from {{ ref('customer_records') }}

),

records as (

    select * from {{ ref('int_contact_records') }}

),

identifiers as (

    select * from {{ source('identity', 'record_identifiers') }}

),

nicknames as (

    select * from {{ source('config', 'nicknames') }}

),

named as (

    select
        customer_records.customer_id,
        records.record_id,
        {{ plain_name(
            "coalesce(records.full_name, concat_ws(' ', records.given_name, records.family_name))"
        ) }} as name,
        {{ plain_name('records.given_name') }} as given_part,
        {{ plain_name('records.family_name') }} as family_part,
        records.merged_into is null and records.deleted_at is null as is_live,
        coalesce(records.updated_at, records.created_at) as as_of
    from records
    inner join customer_records
        on records.record_id = customer_records.record_id
    where
        customer_records.customer_id is not null
        and coalesce(records.full_name, records.given_name, records.family_name) is not null

),

disputed as (

    select customer_id
    from named
    group by customer_id
    having min(name) <> max(name)

),

-- a name in one piece is taken for given names and a family name
spellings as (

    select
        named.customer_id,
        named.name,
        replace(replace(named.name, ' ', ''), '-', '') as letters,
        {{ extracted('named.name', '^[^ -]+', 0) }} as first_word,
        coalesce(min(named.given_part), {{ extracted('named.name', '^(.*) [^ ]+$') }})
            as given_part,
        coalesce(min(named.family_part), {{ extracted('named.name', '[^ ]+$', 0) }}) as family_part,
        count(*) as records,
        count(*) filter (where named.is_live) > 0 as is_live,
        max(named.as_of) as newest
    from named
    inner join disputed
        on named.customer_id = disputed.customer_id
    group by named.customer_id, named.name

),

tokens as (

    select distinct
        customer_id,
        name,
        {{ unnested(split_parts('name', ' ')) }} as token
    from spellings

),

words as (

    select distinct
        customer_id,
        name,
        {{ unnested(split_parts('name', '[ -]+')) }} as word
    from spellings

),

word_counts as (

    select
        customer_id,
        name,
        count(*) as words
    from words
    group by customer_id, name

),

-- how often all records together have a word, in which part, and given names as a whole
all_tokens as (

    select {{ unnested(split_parts('name', ' ')) }} as token
    from named

),

token_uses as (

    select
        token,
        count(*) as uses
    from all_tokens
    group by token

),

parted as (

    select
        given_part,
        family_part
    from named
    where given_part is not null and family_part is not null

),

given_uses as (

    select
        given_part,
        count(*) as uses
    from parted
    group by given_part

),

first_given_uses as (

    select
        split_part(given_part, ' ', 1) as token,
        count(*) as uses
    from parted
    group by split_part(given_part, ' ', 1)

),

last_family_uses as (

    select
        {{ extracted('family_part', '[^ ]+$', 0) }} as token,
        count(*) as uses
    from parted
    group by {{ extracted('family_part', '[^ ]+$', 0) }}

),

-- above 1: the first part is given more often than it is a family's, and the last part not
ordered as (

    select
        spellings.customer_id,
        spellings.name,
        coalesce(given_uses.uses, 0) as given_uses,
        (coalesce(first_as_given.uses, 0) + 0.5) / (coalesce(first_as_family.uses, 0) + 0.5)
        * (coalesce(last_as_family.uses, 0) + 0.5) / (coalesce(last_as_given.uses, 0) + 0.5)
            as usual_order
    from spellings
    left join given_uses
        on spellings.given_part = given_uses.given_part
    left join first_given_uses as first_as_given
        on split_part(spellings.given_part, ' ', 1) = first_as_given.token
    left join last_family_uses as first_as_family
        on split_part(spellings.given_part, ' ', 1) = first_as_family.token
    left join last_family_uses as last_as_family
        on {{ extracted('spellings.family_part', '[^ ]+$', 0) }} = last_as_family.token
    left join first_given_uses as last_as_given
        on {{ extracted('spellings.family_part', '[^ ]+$', 0) }} = last_as_given.token

),

-- the words of the user parts of a customer's own addresses
mailboxes as (

    select distinct
        customer_records.customer_id,
        {{ replaced(
            plain_letters("split_part(identifiers.value_norm, '@', 1)"), '[^a-z]+', ' '
        ) }} as user_part
    from identifiers
    inner join customer_records
        on identifiers.record_id = customer_records.record_id
    inner join disputed
        on customer_records.customer_id = disputed.customer_id
    where
        identifiers.kind = 'email'
        and coalesce(identifiers.flag, 'shared') = 'shared'

),

mailed_tokens as (

    select distinct
        tokens.customer_id,
        tokens.token
    from tokens
    inner join mailboxes
        on
            tokens.customer_id = mailboxes.customer_id
            and (
                ' ' || mailboxes.user_part || ' ' like '% ' || tokens.token || ' %'
                -- shorter ones stand in many an address by chance
                or (
                    length(tokens.token) > 3
                    and replace(mailboxes.user_part, ' ', '')
                    like '%' || replace(tokens.token, '-', '') || '%'
                )
            )

),

pairs as (

    select
        ours.customer_id,
        ours.name,
        theirs.name as other
    from spellings as ours
    inner join spellings as theirs
        on
            ours.customer_id = theirs.customer_id
            and ours.name <> theirs.name

),

common_words as (

    select
        ours.customer_id,
        ours.name,
        theirs.name as other,
        count(*) as words,
        count(*) filter (where ours.word = spellings.first_word) > 0 as has_first_word
    from words as ours
    inner join words as theirs
        on
            ours.customer_id = theirs.customer_id
            and ours.word = theirs.word
            and ours.name <> theirs.name
    inner join spellings
        on
            ours.customer_id = spellings.customer_id
            and ours.name = spellings.name
    group by ours.customer_id, ours.name, theirs.name

),

-- what one name has and the other has not
own_tokens as (

    select
        pairs.customer_id,
        pairs.name,
        pairs.other,
        min(token_uses.uses) as least_uses,
        count(mailed_tokens.token) as mailed
    from pairs
    inner join tokens as ours
        on
            pairs.customer_id = ours.customer_id
            and pairs.name = ours.name
    left join tokens as theirs
        on
            pairs.customer_id = theirs.customer_id
            and pairs.other = theirs.name
            and ours.token = theirs.token
    inner join token_uses
        on ours.token = token_uses.token
    left join mailed_tokens
        on
            ours.customer_id = mailed_tokens.customer_id
            and ours.token = mailed_tokens.token
    where theirs.token is null
    group by pairs.customer_id, pairs.name, pairs.other

),

compared as (

    select
        pairs.customer_id,
        pairs.name,
        pairs.other,
        theirs.records as other_records,
        theirs.is_live as is_other_live,
        coalesce(common_words.words, 0) = our_words.words
        and our_words.words = their_words.words as has_same_words,
        coalesce(common_words.words, 0) = our_words.words as is_within_other,
        coalesce(common_words.words, 0) = their_words.words
        and common_words.has_first_word as goes_on_from_other,
        ours.letters = theirs.letters as has_same_letters,
        our_order.usual_order,
        their_order.usual_order as other_usual_order,
        our_order.given_uses,
        their_order.given_uses as other_given_uses,
        our_tokens.least_uses,
        their_tokens.least_uses as other_least_uses,
        our_tokens.mailed,
        their_tokens.mailed as other_mailed,
        -- one given name and two family names that are no misspelling of each other
        ours.given_part = theirs.given_part
        and levenshtein(ours.family_part, theirs.family_part) * 2
        > greatest(length(ours.family_part), length(theirs.family_part)) as has_other_family,
        ours.newest,
        theirs.newest as other_newest
    from pairs
    inner join spellings as ours
        on pairs.customer_id = ours.customer_id and pairs.name = ours.name
    inner join spellings as theirs
        on pairs.customer_id = theirs.customer_id and pairs.other = theirs.name
    inner join word_counts as our_words
        on pairs.customer_id = our_words.customer_id and pairs.name = our_words.name
    inner join word_counts as their_words
        on pairs.customer_id = their_words.customer_id and pairs.other = their_words.name
    inner join ordered as our_order
        on pairs.customer_id = our_order.customer_id and pairs.name = our_order.name
    inner join ordered as their_order
        on pairs.customer_id = their_order.customer_id and pairs.other = their_order.name
    left join common_words
        on
            pairs.customer_id = common_words.customer_id
            and pairs.name = common_words.name
            and pairs.other = common_words.other
    left join own_tokens as our_tokens
        on
            pairs.customer_id = our_tokens.customer_id
            and pairs.name = our_tokens.name
            and pairs.other = our_tokens.other
    left join own_tokens as their_tokens
        on
            pairs.customer_id = their_tokens.customer_id
            and pairs.name = their_tokens.other
            and pairs.other = their_tokens.name

),

judged as (

    select
        customer_id,
        name,
        is_other_live and has_same_words as is_as_a_living_one,
        case when is_within_other or goes_on_from_other then other_records else 0 end as agreeing,
        case
            when has_same_letters then other_given_uses > given_uses
            when has_same_words then other_usual_order > usual_order
            -- one has all the words of the other
            when least_uses is null or other_least_uses is null
                then other_usual_order > 1 and usual_order < 1
            when mailed <> other_mailed then other_mailed > mailed
            when has_other_family and newest <> other_newest then other_newest > newest
            else other_least_uses > least_uses
        end as is_outdone
    from compared

),

-- Bob for a Robert, Alex for an Alexandria: less than the name another record has
short_forms as (

    select distinct
        pairs.customer_id,
        pairs.name
    from pairs
    inner join words as ours
        on
            pairs.customer_id = ours.customer_id
            and pairs.name = ours.name
    inner join words as theirs
        on
            pairs.customer_id = theirs.customer_id
            and pairs.other = theirs.name
            and ours.word <> theirs.word
    inner join word_counts as our_words
        on pairs.customer_id = our_words.customer_id and pairs.name = our_words.name
    inner join word_counts as their_words
        on pairs.customer_id = their_words.customer_id and pairs.other = their_words.name
    left join nicknames
        on
            ours.word = nicknames.short_form
            and theirs.word = nicknames.name
    left join words as also_theirs
        on
            pairs.customer_id = also_theirs.customer_id
            and pairs.other = also_theirs.name
            and ours.word = also_theirs.word
    left join words as also_ours
        on
            pairs.customer_id = also_ours.customer_id
            and pairs.name = also_ours.name
            and theirs.word = also_ours.word
    where
        also_theirs.word is null
        and also_ours.word is null
        and (
            nicknames.name is not null
            or (
                our_words.words = their_words.words
                and length(ours.word) > 2
                and length(ours.word) * 10 <= length(theirs.word) * 6
                and theirs.word like ours.word || '%'
            )
        )

),

-- a name that is only the given or only the family name of another record
parts_alone as (

    select distinct
        spellings.customer_id,
        spellings.name
    from spellings
    inner join named
        on
            spellings.customer_id = named.customer_id
            and spellings.name in (named.given_part, named.family_part)
    where named.given_part is not null and named.family_part is not null

),

standings as (

    select
        spellings.customer_id,
        spellings.name,
        spellings.records + coalesce(sum(judged.agreeing), 0) as agreeing_records,
        count(*) filter (where judged.is_outdone) as outdone_by,
        spellings.is_live or coalesce(bool_or(judged.is_as_a_living_one), false) as is_live
    from spellings
    left join judged
        on
            spellings.customer_id = judged.customer_id
            and spellings.name = judged.name
    group by
        spellings.customer_id, spellings.name, spellings.records, spellings.is_live

),

final as (

    select
        named.record_id,
        named.customer_id,
        cast(standings.agreeing_records as bigint) as agreeing_records,
        standings.outdone_by,
        short_forms.name is not null as is_short_form,
        parts_alone.name is not null as is_part_alone,
        standings.is_live
    from named
    inner join standings
        on
            named.customer_id = standings.customer_id
            and named.name = standings.name
    left join short_forms
        on
            named.customer_id = short_forms.customer_id
            and named.name = short_forms.name
    left join parts_alone
        on
            named.customer_id = parts_alone.customer_id
            and named.name = parts_alone.name

)

select * from final
