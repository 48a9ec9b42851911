"""Contact points in canonical form: e-mails, phones, handles, links and addresses.

Belongs here: grammar, placeholders and role mailboxes, and what a value's fan-out says of it.
Does not belong here: which pairs a value brings together (blocking), and how much it proves.
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.names import fold_rest
from dagster_project.identity.phones import read_phones
from dagster_project.identity.workspace import Workspace

LONGEST_EMAIL, LONGEST_VALUE = 320, 2_000
"""Characters of an address by RFC 3696, and of any other contact point: longer ones are not one,
and comparing them would take minutes."""


def read_contacts(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.identifier`` (canonical, with its flag) and ``work.address``.

    ``flag`` says why a value proves nothing (``malformed``, ``placeholder``, ``role``,
    ``generic``) or that several people hold it (``shared``); null otherwise. Needs the
    tables of ``names``.
    """
    read_values(work, spec)
    work.run(HOLDERS)
    judge_values(work, spec)
    work.run(_FLAGS)


def read_values(work: Workspace, spec: IdentitySpec) -> None:
    """The same, with flags by the values' grammar alone."""
    work.run(_GATHERED)
    _read_emails(work, spec)
    read_phones(work, spec.placeholders.phone_pattern)
    work.run(_IDENTIFIERS)
    _read_addresses(work, spec)


# Identifiers of resolved records; e-mails in a profile's text count as evidence only.
_GATHERED = r"""
create or replace table work.gathered as
select
    record.rid,
    identifier.kind,
    case when identifier.kind = 'handle' then coalesce(identifier.network, '') else '' end as network,
    identifier.value_raw,
    identifier.value_norm,
    coalesce(identifier.is_verified, false) as is_verified,
    identifier.first_seen_at,
    identifier.last_seen_at,
    true as is_stated
from intermediate.int_contact_identifiers as identifier
inner join work.record on identifier.record_id = record.record_id
where trim(coalesce(identifier.value_norm, '')) <> ''

union all

select
    rid,
    'email' as kind,
    '' as network,
    address as value_raw,
    lower(address) as value_norm,
    false as is_verified,
    null as first_seen_at,
    null as last_seen_at,
    false as is_stated
from (
    select
        rid,
        unnest(list_distinct(
            regexp_extract_all(bio, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}')
        )) as address
    from work.record
    where bio like '%@%'
)
"""


def _read_emails(work: Workspace, spec: IdentitySpec) -> None:
    """``work.email``: distinct address → canonical address, user part, domain and flag."""
    local = "local_part"
    if spec.emails.ignore_plus_tags:
        local = "regexp_replace(local_part, '(.)[+].*$', '\\1')"
    work.run(
        f"""
        create or replace table work.email as
        with

        split as (

            select
                value_norm,
                regexp_extract(value_norm, '^(.*)@([^@]*)$', 1) as local_part,
                regexp_extract(value_norm, '^(.*)@([^@]*)$', 2) as domain,
                regexp_matches(
                    value_norm, '^[^@\\s,;<>]+@[a-z0-9\\x80-\\x{{10FFFF}}]([a-z0-9\\x80-\\x{{10FFFF}}.-]*)[.][a-z\\x80-\\x{{10FFFF}}]{{2,}}$'
                ) and length(value_norm) <= {LONGEST_EMAIL} as is_well_formed
            from (
                select distinct lower(trim(value_norm)) as value_norm
                from work.gathered
                where kind = 'email'
            )

        ),

        untagged as (

            select
                *,
                case
                    when list_contains($1::varchar[], domain) then replace({local}, '.', '')
                    else {local}
                end as user_part,
                case when domain = 'googlemail.com' then 'gmail.com' else domain end as host
            from split

        )

        select
            value_norm,
            case when is_well_formed then user_part || '@' || host else value_norm end as canonical,
            case when is_well_formed then user_part end as user_part,
            case when is_well_formed then host end as domain,
            case
                when
                    list_contains($2::varchar[], value_norm)
                    or list_contains($3::varchar[], user_part)
                    or list_contains($4::varchar[], value_norm)
                    then 'placeholder'
                when not is_well_formed then 'malformed'
                when list_contains($5::varchar[], regexp_replace(user_part, '[-_.0-9]+$', ''))
                    then 'role'
            end as flag
        from untagged
        """,
        [
            list(spec.emails.dotless_domains),
            list(spec.placeholders.emails),
            list(spec.placeholders.email_users),
            list(spec.placeholders.texts),
            list(spec.emails.role_names),
        ],
    )


# Handles of federated networks carry their server; it stays part of the value.
_IDENTIFIERS = f"""
create or replace table work.identifier as
with

-- a condition on the kind inside the joins would make them nested loops
keyed as (

    select
        gathered.*,
        case when gathered.kind = 'email' then lower(trim(gathered.value_norm)) end as email_key,
        case when gathered.kind = 'phone' then gathered.value_norm end as phone_key,
        coalesce(record.country, '') as country_key,
        coalesce(record.default_country, '') as default_country_key
    from work.gathered
    left join work.record on gathered.rid = record.rid

),

canonical as (

    select
        gathered.* exclude (email_key, phone_key, country_key, default_country_key),
        case gathered.kind
            when 'email' then email.canonical
            when 'phone' then phone.e164
            when 'handle' then ltrim(lower(trim(gathered.value_norm)), '@')
            else rtrim(regexp_replace(lower(trim(gathered.value_norm)), '^(https?://)?(www[.])?', ''), '/')
        end as canonical,
        case gathered.kind
            when 'email' then email.flag
            when 'phone' then phone.flag
        end as flag
    from keyed as gathered
    left join work.email on gathered.email_key = email.value_norm
    left join work.phone
        on
            gathered.phone_key = phone.value_norm
            and gathered.country_key = phone.country
            and gathered.default_country_key = phone.default_country

)

select
    rid,
    kind,
    network,
    coalesce(canonical, value_norm) as canonical,
    hash(kind, network, coalesce(canonical, value_norm)) as value_id,
    value_raw,
    value_norm,
    is_verified,
    first_seen_at,
    last_seen_at,
    is_stated,
    case
        when flag is not null then flag
        when canonical is null or canonical = '' then 'malformed'
        when length(canonical) > {LONGEST_VALUE} then 'malformed'
    end as flag
from canonical
"""


def judge_values(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.shared(value_id, flag)`` of the values in ``work.holder``.

    Values held under names that cannot be one person's, or idle for so long that they may have
    been handed on, are shared, and so are mailboxes that name a family; under many, generic.
    Counted are the names of distinct holders, mailboxes left out, and where no name is known the
    values beside it; two names are at odds when no root, initial or near spelling is common to them.
    """
    work.run(_ODDS)
    work.run(
        "create or replace table work.limits "
        "(kind varchar, retire_above integer, within_days integer, idle_days integer)"
    )
    for kind, guard in spec.identifiers.items():
        work.run(
            "insert into work.limits values (?, ?, ?, ?)",
            [kind, guard.retire_above, guard.within_days, guard.idle_days],
        )
    work.run(_SHARED)


_FLAGS = """
update work.identifier
set flag = shared.flag
from work.shared
where identifier.flag is null and identifier.value_id = shared.value_id
"""


def names_household(identifier: str) -> str:
    """Whether a value is a mailbox that says it is a family's (``moreau.family@``), as SQL."""
    user_part = f"split_part({identifier}.canonical, '@', 1)"
    return f"({identifier}.kind = 'email' and regexp_matches({user_part}, '{_HOUSEHOLD}'))"


def beside(identifier: str, span: str) -> str:
    """Another value of the kind that a record holds, as SQL; null where there is none."""
    other = (
        f"case when {identifier}.value_id = {span}.first_value then {span}.last_value "
        f"else {span}.first_value end"
    )
    return f"nullif({other}, {identifier}.value_id)"


_HOUSEHOLD = (
    "(^|[^a-z])(fam|family|families|familia|familie|famiglia|famille|rodzina)([^a-z]|$)"
)

HOLDERS = f"""
create or replace table work.holder as
with

span as (

    select rid, kind, min(value_id) as first_value, max(value_id) as last_value
    from work.identifier
    where flag is null
    group by rid, kind

)

select distinct
    identifier.value_id,
    identifier.kind,
    case when name.word_count > 1 then name.name_id end as name_id,
    case when coalesce(name.word_count, 0) < 2 then {beside("identifier", "span")} end as beside,
    identifier.first_seen_at as seen_from,
    identifier.last_seen_at as seen_to,
    {names_household("identifier")} as is_household
from work.identifier
inner join work.record on identifier.rid = record.rid
inner join span on identifier.rid = span.rid and identifier.kind = span.kind
left join work.record_name on identifier.rid = record_name.rid
left join work.name on record_name.name_id = name.name_id
where identifier.flag is null and not record.is_mailbox
"""
"""Names of persons (null: not known in full) under which values are held that have no flag by
their grammar, and when they were seen together. Whose name is not known is told apart by another
value of the same kind: three hundred addresses beside one are three hundred people's."""

_SYLLABLE = (
    "^([bpmfdtnlgkhjqxzcsrywv]|ng|zh|ch|sh|sz|ts|tz|tsz|gw|kw|hs|ph|th)?"
    "([aeiou]{1,3})(n|ng|m|p|t|k|h)?$"
)
"""A family name of one syllable, as romanisations of Chinese write them."""

# Holders of one value whose given names cannot be one person's; at most 40 names a value.
_ODDS = f"""
create or replace table work.odds as
with

few as (

    select value_id, kind, name_id, count(*) over (partition by value_id) as names
    from (select distinct value_id, kind, name_id from work.holder where name_id is not null)

)

select distinct l.value_id
from few as l
inner join few as r on l.value_id = r.value_id and l.name_id < r.name_id
inner join work.name as a on l.name_id = a.name_id
inner join work.name as b on r.name_id = b.name_id
left join work.family_pair on a.family = family_pair.l and b.family = family_pair.r
where
    l.names between 2 and 40
    and not list_has_any(a.roots, b.roots)
    and not list_has_any(a.words, b.given_words)
    and not list_has_any(b.words, a.given_words)
    and not ((length(a.given) = 1 or length(b.given) = 1) and a.initial = b.initial)
    and jaro_winkler_similarity(a.given, b.given) < 0.88
    and jaro_winkler_similarity(a.name, b.name) < 0.9
    and not (family_pair.l is not null and least(length(a.given), length(b.given)) > 1)
    and not (
        a.family_root = b.family_root
        and a.is_two_namings
        and a.is_western_given <> b.is_western_given
    )
    -- one Chinese name in two romanisations has no letters in common
    and not (
        l.kind = 'email'
        and jaro_winkler_similarity(a.family_root, b.family_root) < 0.94
        and regexp_matches(a.family, '{_SYLLABLE}') and regexp_matches(b.family, '{_SYLLABLE}')
    )
"""

# A name that was seen with a value early and late had it all the while.
_SHARED = """
create or replace table work.shared as
with

spell as (

    select
        holder.value_id,
        holder.kind,
        coalesce(name.initial, '') || coalesce(name.family_sound, '') as person,
        min(holder.seen_from) as seen_from,
        max(holder.seen_to) as seen_to
    from work.holder
    inner join work.name on holder.name_id = name.name_id
    group by all

    union all

    select value_id, kind, beside::varchar as person, seen_from, seen_to
    from work.holder
    where name_id is null and (seen_from is not null or beside is not null)

),

counted as (

    select value_id, any_value(kind) as kind, count(distinct person) as people
    from spell
    group by value_id
    having count(distinct person) > 1

),

crowded as (

    select counted.value_id, counted.people, limits.retire_above, limits.within_days
    from counted
    inner join work.limits on counted.kind = limits.kind
    where counted.people > limits.retire_above

),

generic as (

    select value_id
    from crowded
    where within_days is null or people > 10 * retire_above

    union

    select early.value_id
    from crowded
    inner join spell as early on crowded.value_id = early.value_id
    inner join spell as other on crowded.value_id = other.value_id
    where
        crowded.people <= 10 * crowded.retire_above
        and coalesce(
            other.seen_to >= early.seen_from
            and other.seen_from <= early.seen_from + to_days(crowded.within_days),
            true
        )
    group by early.value_id, early.seen_from
    having count(distinct other.person) > any_value(crowded.retire_above)

),

followed as (

    select
        spell.value_id,
        limits.idle_days,
        spell.seen_from,
        max(spell.seen_to) over (
            partition by spell.value_id
            order by spell.seen_from, spell.seen_to
            rows between unbounded preceding and 1 preceding
        ) as seen_until
    from spell
    inner join work.limits on spell.kind = limits.kind
    where limits.idle_days is not null and spell.seen_from is not null

),

suspect as (

    select value_id from work.odds
    union
    select value_id from work.holder where is_household
    union
    select value_id from crowded
    union
    select value_id from followed where seen_from > seen_until + to_days(idle_days)

)

select value_id, 'generic' as flag from generic
union all
select value_id, 'shared' as flag from suspect anti join generic using (value_id)
"""


def _read_addresses(work: Workspace, spec: IdentitySpec) -> None:
    """``work.address``: folded street, city and postal code of every record that has any."""
    work.run(
        """
        create or replace table work.place as
        select
            raw,
            case
                when list_contains($1::varchar[], lower(trim(raw))) then null
                else lower(strip_accents(raw))
            end as folded
        from (
            select address.street as raw
            from intermediate.int_contact_addresses as address
            semi join work.record on address.record_id = record.record_id
            union
            select address.city as raw
            from intermediate.int_contact_addresses as address
            semi join work.record on address.record_id = record.record_id
        )
        where raw is not null
        """,
        [list(spec.placeholders.texts)],
    )
    fold_rest(work, "work.place", raw="raw", folded="folded")
    work.run(_ADDRESSES)


_ADDRESSES = """
create or replace table work.address as
with

words as (

    select
        raw,
        trim(regexp_replace(folded, '[^a-z0-9]+', ' ', 'g')) as text
    from work.place

),

shortened as (

    select
        raw,
        nullif(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            ' ' || text || ' ',
            ' (street|str|strasse) ', ' st ', 'g'),
            ' (avenue|ave) ', ' av ', 'g'),
            ' road ', ' rd ', 'g'),
            ' (boulevard|blvd) ', ' bd ', 'g'),
            ' (flat|apartment|apt|unit|appt) ', ' ', 'g')), '') as text
    from words

)

select distinct
    record.rid,
    street.text as street,
    city.text as city,
    nullif(regexp_replace(lower(address.postal_code), '[^a-z0-9]+', '', 'g'), '') as postal_code
from intermediate.int_contact_addresses as address
inner join work.record on address.record_id = record.record_id
left join shortened as street on address.street = street.raw
left join shortened as city on address.city = city.raw
where street.text is not null or city.text is not null or address.postal_code is not null
"""
