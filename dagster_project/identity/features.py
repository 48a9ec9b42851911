"""What is compared and what is looked up: one row of features per record, and its atoms.

A feature row holds everything a comparison of two records reads, so that scoring a pair is
one join on each side. An atom is a cheap key of a record (``work.atom_<name>(rid, value)``);
blocking rules are conjunctions of atoms. Mailboxes have neither: they never meet persons.
"""

from typing import get_args

from dagster_project.config.identity import Atom, IdentitySpec
from dagster_project.identity.workspace import Workspace

USUAL_HOLDERS = 12
"""Records that may share a user part or alias before it counts as everybody's."""

CULTURE = 3.5
"""Bits by which given and family names of one culture meet more often than by chance."""


def build_features(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.feature`` and the tables of atoms; needs names and contacts."""
    work.run(_WORDS_OF_NAMES)
    work.run(_ALIASES)
    work.run(_RARITY)
    work.run(_SPELLED_RARITY)
    work.run(
        _DOMAINS,
        [list(spec.emails.public_domains)],
    )
    work.run(_ORGANISATIONS, [list(spec.placeholders.texts)])
    work.run(_ADDRESS_KEYS)
    work.run(_POINTS)
    work.run(_BIRTHS, [list(spec.placeholders.birth_dates)])
    work.run(_FEATURES, [list(spec.one_record_per_person)])
    for atom in get_args(Atom):
        work.run(f"create or replace table work.atom_{atom} as {_ATOMS[atom]}")


# How a name is written as one word: in full, and with an initial.
_WORDS_OF_NAMES = """
create or replace table work.name_word as
select
    name_id,
    list_distinct([given || family, family || given]) as long_words,
    list_distinct([initial || family, family || initial, given || left(family, 1)]) as short_words
from (
    select
        name_id,
        initial,
        family,
        unnest(list_distinct([given, array_to_string(given_words, '')])) as given
    from work.name
)
where given is not null and family is not null and length(given) > 1;

create or replace table work.spelled as
select distinct unnest(long_words || short_words) as word from work.name_word
union
select distinct unnest(words) as word from work.name
union
select nick from work.nickname
union
select root from work.nickname;

create or replace table work.spelled_user as
with

parts as (

    select user_part, unnest(string_split_regex(user_part, '[^a-z]+')) as word
    from (
        select distinct split_part(canonical, '@', 1) as user_part
        from work.identifier
        where kind = 'email' and (flag is null or flag = 'shared')
    )

)

select parts.user_part
from parts
left join work.spelled on parts.word = spelled.word
group by parts.user_part
having bool_and(length(parts.word) < 2 or spelled.word is not null)
"""

# Spellings a person goes by. One that only spells a name (``kchan``) is as common as the name,
# and what it says is said by comparing names: it is no key of its own. With digits
# (``kchan54``) it says little more.
# Taken are user parts of e-mails and handles, without punctuation or server.
_ALIASES = f"""
create or replace table work.alias as
with

user_parts as (

    select
        rid,
        split_part(canonical, '@', 1) as user_part,
        regexp_replace(split_part(canonical, '@', 1), '[^a-z0-9]', '', 'g') as alias
    from work.identifier
    where kind = 'email' and (flag is null or flag = 'shared')

),

handles as (

    select
        rid,
        null as user_part,
        regexp_replace(
            case network
                when 'bluesky' then split_part(canonical, '.', 1)
                when 'mastodon' then split_part(canonical, '@', 1)
                else canonical
            end,
            '[^a-z0-9]', '', 'g'
        ) as alias
    from work.identifier
    where kind = 'handle' and flag is null

),

gathered as (

    select distinct rid, user_part, alias
    from (from user_parts union all from handles)
    where length(alias) >= 4

),

held as (

    select alias, count(distinct rid) as holders
    from gathered
    group by alias

)

select
    gathered.rid,
    gathered.user_part,
    gathered.alias,
    nullif(regexp_replace(gathered.alias, '[0-9]+', '', 'g'), '') as letters,
    held.holders > {USUAL_HOLDERS} or length(gathered.alias) < 5
        or (is_spelled and regexp_matches(gathered.alias, '^[a-z]+$')) as is_common,
    is_spelled as is_name
from (
    select
        gathered.*,
        spelled.word is not null or spelled_user.user_part is not null as is_spelled
    from gathered
    left join work.spelled on regexp_replace(gathered.alias, '[0-9]+', '', 'g') = spelled.word
    left join work.spelled_user on gathered.user_part = spelled_user.user_part
) as gathered
inner join held on gathered.alias = held.alias
"""

# Bits of surprise in meeting this very name: given and family name as if independent, less
# what a shared culture makes of them.
_RARITY = f"""
create or replace table work.rarity as
with

named as (select name_id, name, given, family, records from work.name where word_count > 1),

total as (select greatest(sum(records), 1)::double as records from named),

givens as (select given, sum(records) as records from named group by given),

families as (select family, sum(records) as records from named group by family),

-- a name that two people are known to have says less than half of who is meant
borne_twice as (

    select name.name
    from work.record
    inner join work.record_name on record.rid = record_name.rid
    inner join work.name on record_name.name_id = name.name_id
    where name.word_count > 1
    group by name.name
    having
        count(distinct year(record.birth_date)) > 1
        or count(name.generation) > 0

)

select
    named.name_id,
    round(10 * least(
        log2(total.records / givens.records) + log2(total.records / families.records) - {CULTURE},
        case when borne_twice.name is null then 999 else log2(total.records) - 2 end
    ))::smallint as rarity,
    round(10 * log2(total.records / families.records))::smallint as family_rarity,
    round(10 * log2(total.records / givens.records))::smallint as given_rarity
from named
inner join givens on named.given = givens.given
inner join families on named.family = families.family
left join borne_twice on named.name = borne_twice.name
cross join total
"""

# What a nameless record goes by, if it spells somebody's name, is as rare as that name.
_SPELLED_RARITY = """
create or replace table work.spelled_rarity as
select
    alias.rid,
    min(rarity.rarity) as rarity,
    min(rarity.family_rarity) as family_rarity,
    min(rarity.given_rarity) as given_rarity
from work.alias
inner join (select name_id, unnest(long_words || short_words) as word from work.name_word) as word
    on alias.letters = word.word
inner join work.rarity on word.name_id = rarity.name_id
group by alias.rid
"""

# Domains that look like an employer's: no public provider, and not held by a large share.
_DOMAINS = """
create or replace table work.domain as
with

held as (

    select split_part(canonical, '@', 2) as domain, rid
    from work.identifier
    where kind = 'email' and (flag is null or flag in ('shared', 'role', 'generic'))

),

counted as (

    select domain, count(distinct rid) as holders from held group by domain

),

total as (select count(distinct rid) as holders from held)

select distinct held.rid, held.domain
from held
inner join counted on held.domain = counted.domain
cross join total
where
    not list_contains($1::varchar[], held.domain)
    and counted.holders <= greatest(20, total.holders / 100)
"""

_ORGANISATIONS = """
create or replace table work.company as
with

folded as (

    select
        rid,
        trim(regexp_replace(
            ' ' || trim(regexp_replace(lower(strip_accents(organisation)), '[^a-z0-9]+', ' ', 'g')) || ' ',
            ' (ab|ag|and|asa|bv|co|company|corp|corporation|et|gmbh|group|holding|holdings|inc|kg|limited|llc|llp|ltd|nv|oy|plc|pty|sa|sarl|sas|sl|spa|srl|the|und) ',
            ' ', 'g'
        )) as company
    from work.record
    where organisation is not null and not list_contains($1::varchar[], lower(trim(organisation)))

)

select rid, company from folded where company <> ''
"""

# An address that people of different given names share says little of which of them it is.
_ADDRESS_KEYS = """
create or replace table work.address_key as
with

keyed as (

    select
        rid,
        street,
        city,
        postal_code,
        case
            when street is not null and postal_code is not null then hash(street, postal_code)
            when street is not null and city is not null then hash(street, city)
        end as place
    from work.address

),

shared as (

    select keyed.place
    from keyed
    inner join work.record_name on keyed.rid = record_name.rid
    inner join work.name on record_name.name_id = name.name_id
    where keyed.place is not null and name.word_count > 1 and length(name.given) > 1
    group by keyed.place
    having count(distinct left(name.given, 3)) > 1

)

select keyed.*, shared.place is not null as is_shared
from keyed
left join shared on keyed.place = shared.place
"""

_BIRTHS = """
create or replace table work.birth as
select
    rid,
    birth_date,
    year(birth_date)::smallint as birth_year,
    month(birth_date)::tinyint as birth_month,
    day(birth_date)::tinyint as birth_day,
    strftime(birth_date, '%Y%m%d') as birth_digits,
    list_sum(list_transform(string_split(strftime(birth_date, '%Y%m%d'), ''), lambda d: d::tinyint))
        ::tinyint as birth_digit_sum
from work.record
where
    birth_date between date '1900-01-02' and date '2100-01-01'
    and not list_contains($1::date[], birth_date)
"""

# Values a feature row holds at most two of; a record with more is looked up by its atoms.
_POINTS = """
create or replace table work.point as
with

emails as (

    select
        rid,
        min(canonical) as email_first,
        nullif(max(canonical), min(canonical)) as email_last
    from work.identifier
    where kind = 'email' and (flag is null or flag = 'shared')
    group by rid

),

phones as (

    select rid, min(canonical) as phone_first
    from work.identifier
    where kind = 'phone' and (flag is null or flag = 'shared')
    group by rid

),

networks as (

    select rid, bit_or((1::bigint << (hash(network) % 60)::integer)) as networks
    from work.identifier
    where kind = 'handle' and flag is null
    group by rid

),

places as (

    select
        rid,
        min(hash(postal_code)) filter (where postal_code is not null) as postal_1,
        max(hash(postal_code)) filter (where postal_code is not null) as postal_2,
        min(hash(city)) filter (where city is not null) as city_1,
        max(hash(city)) filter (where city is not null) as city_2,
        min(street) as street
    from work.address_key
    group by rid

),

domains as (

    select rid, min(hash(domain)) as domain_1, max(hash(domain)) as domain_2
    from work.domain
    group by rid

)

select *
from emails
full join phones using (rid)
full join networks using (rid)
full join places using (rid)
full join domains using (rid)
"""

_FEATURES = """
create or replace table work.feature as
select
    record.rid,
    name.name_id,
    name.given,
    name.family,
    name.name,
    name.word_count,
    case when name.word_count >= 1 then hash(name.words[1]) end as word_1,
    case when name.word_count >= 2 then hash(name.words[2]) end as word_2,
    case when name.word_count >= 3 then hash(name.words[3]) end as word_3,
    case when name.word_count >= 4 then hash(name.words[4]) end as word_4,
    name.initial,
    name.family_root,
    name.is_two_namings,
    name.is_western_given,
    name.generation,
    coalesce(rarity.rarity, spelled_rarity.rarity, 0)::smallint as rarity,
    coalesce(rarity.family_rarity, spelled_rarity.family_rarity, 0)::smallint as family_rarity,
    coalesce(rarity.given_rarity, spelled_rarity.given_rarity, 0)::smallint as given_rarity,
    letters.letters,
    point.email_first,
    point.email_last,
    point.phone_first,
    point.networks,
    birth.birth_date,
    birth.birth_year,
    birth.birth_month,
    birth.birth_day,
    birth.birth_digits,
    birth.birth_digit_sum,
    point.postal_1,
    point.postal_2,
    point.city_1,
    point.city_2,
    point.street,
    company.company,
    point.domain_1,
    point.domain_2,
    upper(nullif(trim(record.country), '')) as country,
    case when record.is_living and list_contains($1::varchar[], record.source) then record.source end
        as single_source
from work.record
left join work.record_name on record.rid = record_name.rid
left join work.name on record_name.name_id = name.name_id
left join work.rarity on name.name_id = rarity.name_id
left join work.spelled_rarity on record.rid = spelled_rarity.rid
left join (
    select rid, min(letters) as letters from work.alias where length(letters) >= 4 group by rid
) as letters on record.rid = letters.rid
left join work.point on record.rid = point.rid
left join work.birth on record.rid = birth.rid
left join work.company on record.rid = company.rid
where not record.is_mailbox
"""


def _identifier_atom(kind: str, value: str = "identifier.value_id") -> str:
    return f"""
        select distinct identifier.rid, {value} as value
        from work.identifier
        inner join work.feature on identifier.rid = feature.rid
        where identifier.kind = '{kind}' and (identifier.flag is null or identifier.flag = 'shared')
    """


def _column_atom(value: str, condition: str) -> str:
    return f"select rid, hash({value}) as value from work.feature where {condition}"


def _plain_atom(table: str, value: str, condition: str = "true") -> str:
    return f"""
        select distinct {table}.rid, hash({value}) as value
        from work.{table}
        inner join work.feature on {table}.rid = feature.rid
        where {value} is not null and {condition}
    """


def _name_atom(value: str, condition: str) -> str:
    return f"""
        select feature.rid, hash({value}) as value
        from work.feature
        inner join work.name on feature.name_id = name.name_id
        where {condition}
    """


_ATOMS: dict[str, str] = {
    "email": _identifier_atom("email"),
    "phone": _identifier_atom("phone"),
    "handle": _identifier_atom("handle"),
    "url": _identifier_atom("url"),
    "email_user": _plain_atom("alias", "user_part", "not is_common"),
    "email_domain": _plain_atom("domain", "domain"),
    "phone_tail": _identifier_atom("phone", "hash(right(identifier.canonical, 8))"),
    "alias": """
        select rid, hash(alias) as value from work.alias where not is_common
        union
        select rid, hash(letters) as value from work.alias where length(letters) >= 6
        union
        select feature.rid, hash(word) as value
        from work.feature
        inner join (select name_id, unnest(long_words) as word from work.name_word) as word
            on feature.name_id = word.name_id
        where length(word) >= 6
    """,
    "name": _name_atom("name.name", "name.word_count > 1"),
    "name_pair": """
        with nick as (select nick, list(root) as roots from work.nickname group by nick)
        select distinct rid, hash(least(given, family), greatest(given, family)) as value
        from (
            select feature.rid, unnest(list_distinct(list_append(
                list_transform(
                    coalesce(given_nick.roots, []), lambda r: [r, feature.family]
                ) || list_transform(
                    coalesce(family_nick.roots, []), lambda r: [feature.given, r]
                ),
                [feature.given, feature.family]
            ))) as pair, pair[1] as given, pair[2] as family
            from work.feature
            left join nick as given_nick on feature.given = given_nick.nick
            left join nick as family_nick on feature.family = family_nick.nick
            where feature.given is not null and feature.family is not null
        )
    """,
    "name_prefixes": _name_atom(
        "list_sort(list_transform(name.words, lambda w: left(w, 3)))", "name.word_count > 1"
    ),
    "given_root": """
        select distinct feature.rid, hash(root) as value
        from work.feature
        inner join (select name_id, unnest(roots) as root from work.name) as rooted
            on feature.name_id = rooted.name_id
    """,
    "family_sound": _name_atom("name.family_sound", "name.family_sound <> ''")
    + """
        union
        select feature.rid, hash(family_group.root, 'group') as value
        from work.feature
        inner join work.family_group on feature.family = family_group.family
    """,
    "initial": _column_atom("initial", "initial is not null"),
    "birth_date": _column_atom("birth_date", "birth_date is not null"),
    "birth_year": _column_atom("birth_year", "birth_date is not null"),
    "postal_code": _plain_atom("address", "postal_code"),
    "city": _plain_atom("address", "city"),
    "street": _plain_atom(
        "address",
        "regexp_replace(address.street, '[^0-9]+', '', 'g') || left(address.street, 4)",
    ),
    "organisation": _column_atom("company", "company is not null"),
    "country": _column_atom("country", "country is not null"),
}
