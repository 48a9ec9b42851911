"""Who is asked about: a record by its id, a customer by its present or any earlier id."""

from dataclasses import dataclass

from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Subject:
    """A record, or all records of a customer. ``rids`` number records inside the evidence."""

    asked: str
    customer_id: str
    rids: tuple[int, ...]
    is_record: bool


def find_subject(work: Workspace, asked: str) -> Subject:
    """The record or customer of that id; ids of merged customers lead to their heirs."""
    rows = work.rows(
        """
        select record.rid, named.customer_id
        from kept.record
        inner join kept.named on record.record_id = named.record_id
        where record.record_id = $1
        """,
        [asked],
    )
    if rows:
        return Subject(asked, str(rows[0][1]), (int(rows[0][0]),), is_record=True)
    heir = work.rows(
        "select redirects_to from kept.redirect where customer_id = $1 and redirects_to is not null",
        [asked],
    )
    customer = str(heir[0][0]) if heir else asked
    members = work.rows(
        """
        select record.rid
        from kept.named
        inner join kept.record on named.record_id = record.record_id
        where named.customer_id = $1
        order by record.record_id
        """,
        [customer],
    )
    if not members:
        raise Customer360Error(
            "no resolved record and no customer has this id",
            asked,
            "take a record_id or a customer_id from `customer_xref`; "
            "withdrawn and quarantined records belong to no customer",
        )
    return Subject(asked, customer, tuple(int(row[0]) for row in members), is_record=False)


def find_rids(work: Workspace, record_ids: list[str]) -> tuple[int, ...]:
    """The numbers of records inside the evidence."""
    rows = work.rows(
        "select rid from kept.record where list_contains($1::varchar[], record_id) order by rid",
        [record_ids],
    )
    return tuple(int(row[0]) for row in rows)
