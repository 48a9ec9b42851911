"""Texts to words, and words to numbers that carry their own weight.

A word becomes one integer: its lowest byte is what sharing it says, in eighths of a bit (how
few records have it), the rest tells it from others. So what two records share is a list
intersection and a sum, without a look-up per word.

Makes ``work.word`` (rid, field, word), ``work.token`` (rid, field, token) and ``work.bag``:
per record the tokens of each field and of all (``every``), and what it says in figures.
"""

from dagster_project.config.works import WordOptions
from dagster_project.identity.works.notations import SIZE
from dagster_project.identity.workspace import Workspace

EIGHTHS = 8
"""Parts of a bit in a token's weight."""


def read_words(work: Workspace, options: WordOptions) -> None:
    """Split, read past typing errors, weigh, and gather."""
    work.run(_WORDS)
    if options.abbreviations:
        pairs = [(s, w) for w, shorts in options.abbreviations.items() for s in shorts]
        work.run(_ABBREVIATIONS, [[short for short, _ in pairs], [word for _, word in pairs]])
        work.run(_STREET_ENDINGS)
        work.run(_WRITTEN_APART)
        work.run(_JOIN_PARTS)
    work.run(_COMPOUNDS)
    work.run(_WITHOUT_PARTS)
    work.run(_WITH_COMPOUNDS)
    work.run(_NEAR, [options.mistyped_from])
    work.run(_TOKENS)
    work.run(_BAGS, [SIZE])


# Numbers lose leading zeros; scripts written without blanks go by pairs of signs.
_WORDS = r"""
create or replace table work.word as
with

split as (

    select
        rid,
        field,
        unnest(string_split_regex(lower(strip_accents(value)), '[^\p{L}\p{N}]+')) as word
    from work.text

),

spaced as (

    select rid, field, unnest(
        case
            when regexp_matches(word, '^[0-9]+$') then [coalesce(nullif(ltrim(word, '0'), ''), '0')]
            when regexp_matches(word, '[\p{Han}\p{Hiragana}\p{Katakana}]') and length(word) > 2
                then list_transform(range(1, length(word)), lambda i: substr(word, i, 2))
            else [word]
        end
    ) as word
    from split
    where word <> ''

)

select distinct rid, field, word from spaced
"""

_ABBREVIATIONS = """
create or replace table work.word as
with

short_form as (select unnest($1::varchar[]) as word, unnest($2::varchar[]) as read_as)

select distinct word.rid, word.field, coalesce(short_form.read_as, word.word) as word
from work.word
left join short_form on word.word = short_form.word
"""

# In German a street's name and its kind are one word: ``Hafenstr.`` is ``Hafenstraße``.
_STREET_ENDINGS = r"""
create or replace table work.word as
select distinct rid, field, case
    when field <> 'series' then word
    else regexp_replace(
        regexp_replace(replace(word, 'ß', 'ss'), '^(\p{L}{3,})str$', '\1strasse'),
        '^(\p{L}{3,})pl$', '\1platz'
    )
end as word
from work.word
"""

# Names of organisations are written in one word and in two: ``Day Care`` beside ``Daycare``.
_WRITTEN_APART = r"""
create or replace table work.written_apart as
with

listed as (

    select rid, field, list_filter(
        string_split_regex(lower(strip_accents(value)), '[^\p{L}\p{N}]+'), lambda w: w <> ''
    ) as words
    from work.text
    where field in ('title', 'creator')

),

neighbours as (

    select rid, field, unnest(list_zip(words[:-2], words[2:])) as pair
    from listed
    where len(words) > 1

),

joined as (

    select distinct rid, field, pair[1] as one, pair[2] as other, pair[1] || pair[2] as word
    from neighbours
    where length(pair[1]) > 2 and length(pair[2]) > 2

)

select * from joined semi join (select distinct word from work.word) as known on joined.word = known.word
"""

_JOIN_PARTS = """
delete from work.word
using work.written_apart as apart
where word.rid = apart.rid and word.field = apart.field and word.word in (apart.one, apart.other);

insert into work.word select distinct rid, field, word from work.written_apart
"""

# A model is one word where anybody writes it so: ``BK-256`` beside ``BK256``.
_COMPOUNDS = r"""
create or replace table work.compound as
with

written as (

    select rid, field, unnest(
        regexp_extract_all(lower(strip_accents(value)), '\p{L}+[-_./][0-9][\p{L}\p{N}]*')
    ) as compound
    from work.text

),

joined as (

    select distinct rid, field, compound, regexp_replace(compound, '[-_./]', '') as word
    from written

)

select * from joined semi join work.word on joined.word = word.word
"""

_WITHOUT_PARTS = """
delete from work.word
using (
    select rid, field, unnest(string_split_regex(compound, '[-_./]')) as part
    from work.compound
) as parts
where word.rid = parts.rid and word.field = parts.field and word.word = parts.part
"""

_WITH_COMPOUNDS = """
insert into work.word select distinct rid, field, word from work.compound
"""

# A rare word is read as the commonest word one typing error away: words that one deletion makes
# alike are found by joining on what deletions leave.
_NEAR = r"""
create or replace table work.near_word as
with

known as (

    select word, count(distinct rid) as records
    from work.word
    where length(word) >= $1::integer and not regexp_matches(word, '[0-9]')
    group by word

),

shortened as (

    select word, records, unnest(list_distinct(list_append(
        list_transform(range(1, length(word) + 1), lambda i: substr(word, 1, i - 1) || substr(word, i + 1)),
        word
    ))) as rest
    from known

)

select l.word, arg_max(r.word, (r.records, r.word)) as read_as
from shortened as l
inner join shortened as r on l.rest = r.rest
where l.records <= r.records and damerau_levenshtein(l.word, r.word) <= 1
group by l.word
"""

_TOKENS = """
create or replace table work.token as
with

read as (

    select distinct word.rid, word.field, coalesce(near_word.read_as, word.word) as word
    from work.word
    left join work.near_word on word.word = near_word.word

),

total as (select greatest(count(*), 2)::double as records from work.record),

weighed as (

    select
        read.word,
        ((hash(read.word) >> 8) << 8)
        | greatest(1, least(255, round(8 * log2(any_value(total.records) / count(distinct read.rid)))))
            ::ubigint as token
    from read
    cross join total
    group by read.word

)

select read.rid, read.field, read.word, weighed.token
from read
inner join weighed on read.word = weighed.word
"""

# Figures in a title tell volumes and models apart; codes mix letters and digits.
_BAGS = r"""
create or replace table work.bag as
with

gathered as (

    select
        rid,
        list(distinct token) as every,
        list(distinct token) filter (field = 'title') as title,
        list(distinct token) filter (field = 'creator') as creator,
        list(distinct token) filter (field = 'series') as series,
        list(distinct token) filter (field = 'description') as description,
        list(distinct token) filter (field = 'title' and regexp_matches(word, '^[0-9]+$'))
            as figures,
        list(distinct token) filter (
            field in ('title', 'description') and length(word) >= 4
            and regexp_matches(word, '[0-9]') and regexp_matches(word, '[a-z]')
            and not regexp_full_match(word, $1)
        ) as models
    from work.token
    group by rid

),

coded as (

    select
        rid,
        list(distinct hash(code)) filter (not is_telephone) as codes,
        list(distinct hash(code)) filter (is_telephone) as telephones
    from (
        select rid, is_telephone, regexp_replace(part, '[^A-Z0-9]', '', 'g') as code
        from (
            select rid, false as is_telephone, unnest(string_split_regex(upper(codes), '[,;|]+')) as part
            from work.record
            union all
            select rid, true as is_telephone, unnest(string_split_regex(upper(telephones), ';')) as part
            from work.record
        )
    )
    where length(code) >= 3
    group by rid

)

select record.rid, gathered.* exclude (rid), coded.codes, coded.telephones
from work.record
left join gathered on record.rid = gathered.rid
left join coded on record.rid = coded.rid
"""
