"""What is known of somebody, as a question to the last resolution.

Belongs here: questions in the shape that a run reads records in.
Does not belong here: what a value means (``reading``), whom it fits (``candidates``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Asked:
    """What is known of a person, as written; ``handles`` are (network, handle).

    ``country`` is where the person lives, ``default_country`` where telephone numbers without a
    prefix were written.
    """

    given_name: str | None = None
    family_name: str | None = None
    full_name: str | None = None
    birth_date: date | None = None
    organisation: str | None = None
    country: str | None = None
    source: str = "asked"
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    handles: tuple[tuple[str, str], ...] = ()
    urls: tuple[str, ...] = ()
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    default_country: str | None = None


def make_question_tables(work: Workspace) -> None:
    """Make schema ``intermediate`` of the engine's own database, without a row."""
    work.run(_TABLES)


def write_questions(work: Workspace, asked: Sequence[Asked]) -> None:
    """Put the questions where a run reads records, in the order of their ids."""
    for table in ("records", "identifiers", "addresses"):
        work.run(f"delete from intermediate.int_contact_{table}")
    ids = [_id(number) for number in range(len(asked))]
    columns = [[getattr(each, name) for each in asked] for name in _RECORD]
    lists = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(_RECORD.values(), 2))
    work.run(
        f"insert into intermediate.int_contact_records (record_id, kind, {', '.join(_RECORD)}) "
        f"select unnest($1::varchar[]), 'person', {lists}",
        [ids, *columns],
    )
    points = [
        point for own, each in zip(ids, asked, strict=True) for point in _points(own, each)
    ]
    work.run(
        "insert into intermediate.int_contact_identifiers "
        "(record_id, kind, network, value_raw, value_norm) select unnest($1::varchar[]), "
        "unnest($2::varchar[]), unnest($3::varchar[]), unnest($4::varchar[]), unnest($4::varchar[])",
        [[point[n] for point in points] for n in range(4)],
    )
    placed = [
        (own, each.street, each.city, each.postal_code)
        for own, each in zip(ids, asked, strict=True)
        if each.street or each.city or each.postal_code
    ]
    work.run(
        "insert into intermediate.int_contact_addresses (record_id, street, city, postal_code) "
        "select unnest($1::varchar[]), unnest($2::varchar[]), unnest($3::varchar[]), "
        "unnest($4::varchar[])",
        [[place[n] for place in placed] for n in range(4)],
    )


def _id(number: int) -> str:
    """No source makes such an id; ids stand in the order of their numbers."""
    return f"?{number:09d}"


def _points(own: str, asked: Asked) -> list[tuple[str, str, str | None, str]]:
    return [
        *((own, "email", None, value) for value in asked.emails),
        *((own, "phone", None, value) for value in asked.phones),
        *((own, "handle", network, value) for network, value in asked.handles),
        *((own, "url", None, value) for value in asked.urls),
    ]


_RECORD = {
    "source": "varchar",
    "given_name": "varchar",
    "family_name": "varchar",
    "full_name": "varchar",
    "birth_date": "date",
    "organisation": "varchar",
    "country": "varchar",
    "default_country": "varchar",
}
"""Columns of a contact record that a question fills, and their types."""

_TABLES = """
create schema if not exists intermediate;
create or replace table intermediate.int_contact_records (
    record_id varchar, source varchar, kind varchar, given_name varchar, family_name varchar,
    full_name varchar, birth_date date, organisation varchar, country varchar,
    default_country varchar, deleted_at timestamptz, merged_into varchar, bio varchar
);
create or replace table intermediate.int_contact_identifiers (
    record_id varchar, kind varchar, network varchar, value_raw varchar, value_norm varchar,
    is_verified boolean, first_seen_at timestamptz, last_seen_at timestamptz
);
create or replace table intermediate.int_contact_addresses (
    record_id varchar, street varchar, city varchar, state varchar, postal_code varchar,
    country varchar
)
"""
