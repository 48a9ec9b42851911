"""Records of organisations in one notation: what the engine compares, and what guards look at."""

from collections.abc import Sequence

from dagster_project.config.works import WorksSpec
from dagster_project.identity.reading.organisation_names import read_names
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.workspace import Workspace

ROWS = "input.account"
"""What the engine reads, one row per record."""

TABLE = TableSpec.model_validate(
    {
        "kind": Kind.ORGANISATIONS,
        "columns": {
            "record_id": Meaning.RECORD_ID,
            "core": Meaning.ORGANISATION,
            "other_names": Meaning.OTHER_NAME,
            "street": Meaning.STREET,
            "city": Meaning.CITY,
            "state": Meaning.STATE,
            "postal_code": Meaning.POSTAL_CODE,
            "country": Meaning.COUNTRY,
            "phone": Meaning.PHONE,
            "domain": Meaning.URL,
            "mail_domain": Meaning.URL,
            "registration": Meaning.ID_NUMBER,
            "tax": Meaning.ID_NUMBER,
        },
    }
)
"""What its columns mean to the engine."""


def read_accounts(work: Workspace, spec: WorksSpec, mail_providers: Sequence[str]) -> None:
    """Make ``input.account`` of ``intermediate.int_account_records``; needs a database ``input``."""
    work.run("create table input.account_record as from intermediate.int_account_records")
    read_names(
        work,
        "select name from input.account_record union all select legal_name from input.account_record",
    )
    nobodys = sorted({*mail_providers, *spec.domains.nobodys})
    work.run(_ACCOUNTS, [nobodys])
    work.run(_OF_MANY.format(most=spec.domains.shared_from))
    for column in ("domain", "mail_domain", "phone"):
        work.run(
            f"update {ROWS} set {column} = null "
            f"where {column} in (select value from work.of_many)"
        )
    work.run("drop table work.of_many")
    work.run("drop table work.called")


# Below a suffix of two parts the third names the owner (nord.co.uk); elsewhere the second does.
_HOST = r"regexp_extract(lower(trim({0})), '^(?:[a-z]+://)?(?:[^@/ ]*@)?([a-z0-9.-]+[.][a-z]{{2,}})', 1)"
_OWNER = (
    r"regexp_extract({0}, '([a-z0-9-]+[.](?:(?:co|com|org|net|ac|gov|edu|or|ne|gob|gov|ltd|plc)[.][a-z]{{2}}"
    r"|[a-z]{{2,}}))$', 1)"
)


def _domain(text: str) -> str:
    """SQL: the registered domain of a website or address, unless it is nobody's own."""
    owner = _OWNER.format(_HOST.format(text))
    return (
        f"case when not list_contains($1::varchar[], {owner}) "
        f"and not list_contains($1::varchar[], {_HOST.format(text)}) then nullif({owner}, '') end"
    )


_DIGITS = "regexp_replace(phone, '[^0-9]', '', 'g')"


def _number(text: str) -> str:
    """SQL: letters and digits of a number; none where it is too short to be one."""
    bare = f"regexp_replace(upper({text}), '[^A-Z0-9]', '', 'g')"
    return f"case when length({bare}) >= 5 and {bare} similar to '.*[1-9].*' then {bare} end"


# A French establishment's number (SIRET) begins with its company's (SIREN), and the company's
# number for value-added tax ends in it.
_REGISTRATION = f"""
    coalesce(
        case
            when {_number("registration_number")} similar to '[0-9]{{14}}'
                then left({_number("registration_number")}, 9)
        end,
        {_number("registration_number")},
        nullif(regexp_extract({_number("tax_number")}, '^FR[0-9A-Z]{{2}}([0-9]{{9}})$', 1), '')
    )
"""

_ACCOUNTS = f"""
create or replace table {ROWS} as
select
    record.record_id,
    record.source,
    record.record_type,
    record.parent_record_id,
    record.merged_into,
    record.deleted_at is not null as is_deleted,
    called.core,
    -- of a registered name that is another the words count too
    nullif(concat_ws(
        ' ', called.other, case when legal.core <> called.core then legal.core end, legal.other
    ), '') as other_names,
    coalesce(legal.legal_form, called.legal_form) as legal_form,
    record.street,
    record.city,
    record.state,
    record.postal_code,
    record.country,
    -- the last eight digits are the same with and without codes of country and area
    case when length({_DIGITS}) >= 7 and not {_DIGITS} similar to '.*(0000000|1234567)'
        then right({_DIGITS}, 8) end as phone,
    {_domain("website")} as domain,
    {_domain("email_domain")} as mail_domain,
    {_REGISTRATION} as registration,
    {_number("tax_number")} as tax
from input.account_record as record
left join work.called as called on record.name = called.raw
left join work.called as legal on record.legal_name = legal.raw
where coalesce(called.core, legal.core) is not null or record.merged_into is not null
    or record.record_type <> 'employer'
"""

# A contact point of companies of many names is an agency's or a provider's. Names that begin alike
# are spellings of one name, or companies of one group.
_OF_MANY = f"""
create or replace table work.of_many as
select value
from (
    select domain as value, core from {ROWS}
    union all
    select mail_domain as value, core from {ROWS}
    union all
    select phone as value, core from {ROWS}
)
where value is not null and core is not null
group by value
having count(distinct left(replace(core, ' ', ''), 3)) >= {{most}}
"""
