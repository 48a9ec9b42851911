with

messages as (

    select * from {{ ref('int_messages') }}

),

crowd as (

    select * from {{ ref('int_crowd_posts') }}

),

settings as (

    select * from {{ source('config', 'settings') }}

),

limits as (

    select
        {{ setting('attacks.copies_accounts', 'bigint') }} as copies_accounts
    from settings

),

-- near-copies: seven smallest hashes of a text's overlapping pieces (nine letters, four of scripts
-- that write syllables or words), most of them in texts of several accounts; no pair is ever made
spoken as (

    select message_id
    from crowd
    group by message_id

),

texts as (

    select
        spoken.message_id,
        {{ wording('messages.body_text') }} as wording
    from spoken
    inner join messages
        on spoken.message_id = messages.message_id

),

worded as (

    select wording
    from texts
    where length(wording) >= 12
    group by wording

),

phases as (

    select {{ unnested(list_of(range(1, 10))) }} as phase

),

pieces as (

    select
        worded.wording,
        {{ unnested(all_extracted('substr(worded.wording, phases.phase)', '.{9}', 0)) }} as piece
    from worded
    cross join phases
    where not {{ has_pattern('worded.wording', '[぀-ヿ㐀-鿿가-힯]') }}

    union all

    select
        worded.wording,
        {{ unnested(all_extracted('substr(worded.wording, phases.phase)', '.{4}', 0)) }} as piece
    from worded
    inner join phases
        on phases.phase <= 4
    where {{ has_pattern('worded.wording', '[぀-ヿ㐀-鿿가-힯]') }}

),

hashed as (

    select
        wording,
        md5(piece) as digest
    from pieces

),

sketched as (

    select
        wording,
        {{ list_of([
            "concat('1', min(substr(digest, 1, 8)))",
            "concat('2', min(substr(digest, 5, 8)))",
            "concat('3', min(substr(digest, 9, 8)))",
            "concat('4', min(substr(digest, 13, 8)))",
            "concat('5', min(substr(digest, 17, 8)))",
            "concat('6', min(substr(digest, 21, 8)))",
            "concat('7', min(substr(digest, 25, 8)))",
        ]) }} as sketch
    from hashed
    group by wording

),

marks as (

    select
        wording,
        {{ unnested('sketch') }} as mark
    from sketched

),

-- what is common is found with five thousand of a crowd's accounts, chosen by hash
voices as (

    select
        window_no,
        author_id
    from crowd
    group by window_no, author_id
    qualify
        row_number() over (
            partition by window_no
            order by md5(author_id), author_id
        ) <= 5000

),

-- of a large crowd some always share a phrase: a fiftieth of it has to
choirs as (

    select
        window_no,
        count(*) as voice_count
    from voices
    group by window_no

),

marked as (

    select
        crowd.window_no,
        crowd.author_id,
        marks.mark
    from crowd
    inner join voices
        on
            crowd.window_no = voices.window_no
            and crowd.author_id = voices.author_id
    inner join texts
        on crowd.message_id = texts.message_id
    inner join marks
        on texts.wording = marks.wording

),

common_marks as (

    select
        marked.window_no,
        marked.mark
    from marked
    cross join limits
    inner join choirs
        on marked.window_no = choirs.window_no
    group by marked.window_no, marked.mark
    having
        count(distinct marked.author_id)
        >= greatest(max(limits.copies_accounts), max(choirs.voice_count) * 0.02)

),

common_wordings as (

    select
        common_marks.window_no,
        marks.wording
    from common_marks
    inner join marks
        on common_marks.mark = marks.mark
    group by common_marks.window_no, marks.wording
    having count(*) >= 4

),

copies as (

    select
        crowd.window_no,
        crowd.message_id
    from crowd
    inner join texts
        on crowd.message_id = texts.message_id
    inner join common_wordings
        on
            crowd.window_no = common_wordings.window_no
            and texts.wording = common_wordings.wording

)

select * from copies
