"""Contact points in canonical form: e-mails, phones, handles, links and addresses.

Belongs here: gathering them, and the canonical form of those without a grammar of their own.
Does not belong here: which pairs a value brings together (``blocking``), how much it proves.
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.plain_text import trimmed
from dagster_project.identity.reading.addresses import read_addresses
from dagster_project.identity.reading.emails import read_emails
from dagster_project.identity.reading.holders import HOLDERS, WORTH_JUDGING, judge_values
from dagster_project.identity.reading.phones import read_phones
from dagster_project.identity.workspace import Workspace

LONGEST_VALUE = 2_000
"""Characters of any other contact point: longer ones are not one, and comparing them would take
minutes."""


def read_contacts(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.identifier`` (canonical, with its flag) and ``work.address``.

    ``flag`` says why a value proves nothing (``malformed``, ``placeholder``, ``role``,
    ``generic``) or that several people hold it (``shared``); null otherwise. Needs the
    tables of ``names``.
    """
    read_values(work, spec)
    work.run(HOLDERS.format(which=WORTH_JUDGING))
    judge_values(work, spec)
    work.run(_FLAGS)


def read_values(work: Workspace, spec: IdentitySpec) -> None:
    """The same, with flags by the values' grammar alone."""
    work.run(_GATHERED)
    read_emails(work, spec)
    read_phones(work, spec.placeholders.phone_pattern)
    work.run(_IDENTIFIERS)
    work.forget("gathered", "email", "phone")
    read_addresses(work, spec)
    work.forget("place")


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
    true as is_stated,
    coalesce(record.country, '') as country,
    coalesce(record.default_country, '') as default_country
from intermediate.int_contact_identifiers as identifier
inner join work.record on identifier.record_id = record.record_id
where case
    -- what begins with a printed letter is not empty
    when identifier.value_norm between '!' and '~' then true
    else trim(coalesce(identifier.value_norm, '')) <> ''
end

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
    false as is_stated,
    country,
    default_country
from (
    select
        rid,
        coalesce(country, '') as country,
        coalesce(default_country, '') as default_country,
        unnest(list_distinct(
            regexp_extract_all(bio, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}')
        )) as address
    from work.record
    where bio like '%@%'
)
"""

# Handles of federated networks carry their server; it stays part of the value.
_IDENTIFIERS = f"""
create or replace table work.identifier as
with

-- a condition on the kind inside the joins would make them nested loops
keyed as (

    select
        gathered.*,
        case when gathered.kind = 'email' then lower({trimmed("gathered.value_norm")}) end as email_key,
        case when gathered.kind = 'phone' then gathered.value_norm end as phone_key
    from work.gathered

),

canonical as (

    select
        gathered.* exclude (email_key, phone_key, country, default_country),
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
            and gathered.country = phone.country
            and gathered.default_country = phone.default_country

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

_FLAGS = """
update work.identifier
set flag = shared.flag
from work.shared
where identifier.flag is null and identifier.value_id = shared.value_id
"""
