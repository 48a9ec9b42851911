"""Personal names: folded to plain letters, split into parts, known by their nicknames.

Everything runs on distinct values; Python sees only those with letters that SQL cannot fold.
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.reading.folding import fold_values
from dagster_project.identity.reading.name_groups import write_name_groups, write_nick_pairs
from dagster_project.identity.workspace import Workspace

_TITLES = (
    "dame", "doctor", "dr", "eng", "esq", "frau", "herr", "hon", "ing", "lady", "lord", "madame",
    "mag", "md", "miss", "mlle", "mme", "monsieur", "mr", "mrs", "ms", "phd", "prof",
    "professor", "rev", "sig", "sir", "sra", "srta",
)  # fmt: skip

_NO_NAMES = (
    "anonymous", "customer", "deleted", "dummy", "firstname", "guest", "inconnu", "lastname",
    "none", "null", "tester", "unbekannt", "unknown", "user",
)  # fmt: skip

_PARTICLES = (
    "baron", "baroness", "baronet", "count", "countess", "da", "de", "del", "der", "di", "dos",
    "du", "duchess", "duke", "earl", "la", "le", "marquess", "marquis", "nd", "of", "rd", "st",
    "th", "the", "van", "viscount", "viscountess", "von",
)  # fmt: skip
"""Words of a full name beyond given and family name that are no name of their own."""

_GENERATIONS = ("jr", "junior", "sr", "senior", "ii", "iii", "iv")


def read_names(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.name``, one row per distinct name, and ``work.record_name`` (rid → name_id).

    A name's id is a hash of its spelling, so that it is the same in every run.

    ``work.nick_pair`` and ``work.family_pair`` hold pairs of interchangeable names.
    """
    write_name_groups(work, spec)
    parse_names(work, spec)
    write_nick_pairs(work)


def parse_names(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.name`` and ``work.record_name``; needs ``write_name_groups``."""
    fold_values(work, spec)
    work.run(_PARSED)
    work.run(_PARTS)
    work.run(_NAMES)
    work.run(_RECORD_NAMES)
    work.forget("fold", "parsed", "part")


def _quoted_list(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def _tokens(column: str) -> str:
    """Words of a folded text: apostrophes vanish, all else but letters parts words."""
    letters = f"regexp_replace(replace({column}, '''', ''), '[^a-z]+', ' ', 'g')"
    nothing = _quoted_list(("", *_NO_NAMES))
    return (
        f"list_filter(string_split(trim({letters}), ' '), "
        f"lambda t: not list_contains({nothing}, t))"
    )


# One row per distinct spelling of (given, family, full): comma forms turned round.
_PARSED = f"""
create or replace table work.parsed as
with

spelled as (

    select distinct given_name, family_name, full_name from work.record

),

folded as (

    select
        spelled.*,
        given.folded as given_folded,
        family.folded as family_folded,
        regexp_replace(whole.folded, '^([^,]{{2,}}),\\s*([^,]{{2,}})$', '\\2 \\1') as full_folded
    from spelled
    left join work.fold as given on spelled.given_name = given.raw
    left join work.fold as family on spelled.family_name = family.raw
    left join work.fold as whole on spelled.full_name = whole.raw

),

worded as (

    select
        *,
        list_filter({_tokens("given_folded")}, lambda t: not list_contains({_quoted_list(_TITLES)}, t))
            as given_words,
        {_tokens("family_folded")} as family_words,
        list_filter({_tokens("full_folded")}, lambda t: not list_contains({_quoted_list(_TITLES)}, t))
            as full_words
    from folded

)

select
    hash(given_name, family_name, full_name) as name_id,
    given_name,
    family_name,
    full_name,
    list_filter(
        list_concat(coalesce(given_words, []), coalesce(family_words, []), coalesce(full_words, [])),
        lambda t: list_contains({_quoted_list(_GENERATIONS)}, t)
    )[1] as generation_word,
    list_filter(given_words, lambda t: not list_contains({_quoted_list(_GENERATIONS)}, t)) as given_words,
    list_filter(family_words, lambda t: not list_contains({_quoted_list(_GENERATIONS)}, t)) as family_words,
    list_filter(full_words, lambda t: not list_contains({_quoted_list(_GENERATIONS)}, t)) as full_words
from worded
"""

# Given and family words, from the full name where the parts are not given. A full name that
# starts with a family name of the Chinese kind and does not end with one has it first.
_PARTS = f"""
create or replace table work.part as
with

chinese as (

    select distinct family from work.family_group where is_two_namings

),

chosen as (

    select
        parsed.name_id,
        case parsed.generation_word
            when 'junior' then 'jr'
            when 'ii' then 'jr'
            when 'senior' then 'sr'
            else parsed.generation_word
        end as generation,
        case
            when len(given_words) > 0 and len(family_words) > 0 then given_words
            when len(full_words) > 1
                then case when is_family_first then full_words[2:] else full_words[:-2] end
            when len(given_words) > 0 then given_words
            when len(family_words) > 0 then []
            else full_words
        end as given_words,
        case
            when len(given_words) > 0 and len(family_words) > 0 then family_words
            when len(full_words) > 1
                then case when is_family_first then full_words[:1] else full_words[-1:] end
            when len(given_words) > 0 then []
            when len(family_words) > 0 then family_words
            else []
        end as family_words,
        case
            when len(given_words) > 0 and len(family_words) > 0
                then list_filter(
                    coalesce(full_words, []),
                    lambda t: not list_contains({_quoted_list(_PARTICLES)}, t)
                )
            else []
        end as other_words
    from (
        select
            parsed.*,
            head.family is not null and tail.family is null and len(parsed.full_words) > 2
                as is_family_first
        from work.parsed
        left join chinese as head on parsed.full_words[1] = head.family
        left join chinese as tail on parsed.full_words[-1] = tail.family
    ) as parsed

)

select
    name_id,
    generation,
    given_words,
    family_words,
    given,
    family,
    list_filter(
        list_distinct(list_concat(given_words, other_words)),
        lambda t: t <> given and not list_contains(family_words, t)
    ) as middle_words,
    list_sort(list_distinct(list_concat(given_words, family_words, other_words))) as words
from (
    select
        chosen.name_id,
        chosen.generation,
        case
            when chinese.family is not null and len(chosen.given_words) > 1
                then [array_to_string(chosen.given_words, '')]
            else chosen.given_words
        end as given_words,
        chosen.family_words,
        case when chinese.family is null then chosen.other_words else [] end as other_words,
        case
            when chinese.family is not null
                then nullif(array_to_string(chosen.given_words, ''), '')
            else chosen.given_words[1]
        end as given,
        nullif(array_to_string(chosen.family_words, ''), '') as family
    from chosen
    left join chinese on array_to_string(chosen.family_words, '') = chinese.family
)
"""


def _sound(column: str) -> str:
    """Consonant classes in the manner of Soundex; a first vowel is kept as such."""
    text = f"regexp_replace({column}, '^[aeiouy]', '0')"
    for letters, sound in (
        ("(ph|pf)", "f"),
        ("(tsch|sch|tch|cz|sh|ts|tz)", "s"),
        ("(ck|ch|kh|gh|q)", "k"),
    ):
        text = f"regexp_replace({text}, '{letters}', '{sound}', 'g')"
    text = f"translate({text}, 'bvwdgcxzmaeiouyhj', 'pfftkkksn')"
    for sound in "pftksnlr":
        text = f"regexp_replace({text}, '{sound}{sound}+', '{sound}', 'g')"
    return f"left({text}, 5)"


# What follows from a family name or a given name alone is found once for all who bear it.
# One family, two endings: Kowalska and Kowalski, Ivanova and Ivanov, Papadopoulou and Papadopoulos.
_FAMILY_ROOT = """
regexp_replace(regexp_replace(regexp_replace(
    borne.family,
    '(sk|ck|zk)(a|i|y|aia|aya|iy|ij)$', '\\1'),
    '([aeiouy][^aeiouy]*)(ov|ev|in|yn)a$', '\\1\\2'),
    '(.{4}[^aeiou]o)(u|s)$', '\\1')
"""

# One to three syllables as Cantonese and Mandarin names are romanised; few Western names fit.
_CHINESE_GIVEN = (
    "^((b|p|m|f|d|t|n|l|g|k|ng|h|gw|kw|kwok|j|q|x|z|c|s|zh|ch|sh|r|w|y|ts|tz|sz)?"
    "(a|ai|au|ao|an|ang|am|ak|ap|at|aan|e|ei|eng|ek|en|eung|euk|i|ia|ian|iang|iao|ie|in|ing|iong"
    "|iu|ik|im|ip|it|o|oi|ong|ok|on|ot|ou|u|ua|uai|uan|uang|ui|un|ung|uo|uk|ut|ue|uen|um|uet))"
    "{1,3}$"
)

_NAMES = f"""
create or replace table work.name as
with

counted as (

    select hash(given_name, family_name, full_name) as name_id, count(*) as records
    from work.record
    group by name_id

),

rooted as (

    select part.name_id, list(distinct hash(nickname.root)) as roots
    from work.part
    inner join work.nickname on part.given = nickname.nick
    group by part.name_id

),

grouped as (

    select family, bool_or(is_two_namings) as is_two_namings
    from work.family_group
    group by family

),

family_name as (

    select
        borne.family,
        {_FAMILY_ROOT} as family_root,
        {_sound("borne.family")} as family_sound,
        coalesce(grouped.is_two_namings, false) as is_two_namings
    from (select distinct family from work.part where family is not null) as borne
    left join grouped on borne.family = grouped.family

),

given_name as (

    select given, not regexp_matches(given, '{_CHINESE_GIVEN}') as is_western
    from (select distinct given from work.part where given is not null)

)

select
    part.name_id,
    part.generation,
    part.given,
    part.family,
    array_to_string(part.words, ' ') as name,
    part.words,
    len(part.words)::tinyint as word_count,
    part.given_words,
    part.family_words,
    part.middle_words,
    left(part.given, 1) as initial,
    family_name.family_root,
    coalesce(family_name.is_two_namings, false) as is_two_namings,
    rooted.roots is not null or given_name.is_western as is_western_given,
    family_name.family_sound,
    case
        when part.given is not null
            then list_sort(list_distinct(list_append(coalesce(rooted.roots, []), hash(part.given))))
    end as roots,
    counted.records
from work.part
inner join counted on part.name_id = counted.name_id
left join rooted on part.name_id = rooted.name_id
left join family_name on part.family = family_name.family
left join given_name on part.given = given_name.given
where len(part.words) > 0
"""

_RECORD_NAMES = """
create or replace table work.record_name as
select record.rid, name.name_id
from (select rid, hash(given_name, family_name, full_name) as name_id from work.record) as record
inner join work.name on record.name_id = name.name_id
"""
