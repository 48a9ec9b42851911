"""The rows of somebody's table as questions.

Belongs here: a table of persons where questions stand. Does not belong here: what columns mean
(``tabular``); files.
"""

import duckdb

from dagster_project.config.identity import IdentitySpec
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.lookup.answers import ANSWERS
from dagster_project.identity.tabular.infer import find_record_id, infer_table
from dagster_project.identity.tabular.input_table import ROW, TABLE, columns_of, record_ids
from dagster_project.identity.tabular.meanings import NO_EVIDENCE, Kind, Meaning
from dagster_project.identity.tabular.persons import forget_cells, write_person_tables
from dagster_project.identity.tabular.profile import Vocabulary, profile_table
from dagster_project.identity.tabular.spec import TableSpec


def write_table_questions(
    connection: duckdb.DuckDBPyConnection,
    table: TableSpec,
    *,
    default_country: str | None,
) -> str | None:
    """Put the rows of the input table where questions stand; what to tell of their ids.

    ``default_country`` is where telephone numbers without a prefix were written.
    """
    if all(column.means in NO_EVIDENCE for column in table.columns.values()):
        raise Customer360Error(
            "no column says anything of a person",
            counted(len(table.columns), "column"),
            "head the columns name, email, phone, birth date …, or say in a --spec what they mean",
        )
    named = table.of(Meaning.RECORD_ID)
    ids = record_ids(
        connection, named[0] if named else find_record_id(list(columns_of(connection)))
    )
    for name in _QUESTIONS:
        connection.execute(f"drop table if exists {name}")
    write_person_tables(connection, table, ids.sql)
    _keep_questions(connection)
    connection.execute(
        "update intermediate.int_contact_records set default_country = $1", [default_country]
    )
    connection.execute(
        f"create or replace view input.asked as select {ROW} as place, {ids.sql} as record_id from {TABLE}"
    )
    return ids.note


_QUESTIONS = ("intermediate.int_contact_records", "intermediate.int_contact_identifiers")
"""What ``write_person_tables`` makes views of, for who reads them once; questions are read often."""


def _keep_questions(connection: duckdb.DuckDBPyConnection) -> None:
    for name in _QUESTIONS:
        connection.execute(f"create temp table as_questions as from {name}")
        connection.execute(f"drop view {name}")
        connection.execute(f"create table {name} as from temp.as_questions")
        connection.execute("drop table temp.as_questions")
    forget_cells(connection)


def infer_persons(connection: duckdb.DuckDBPyConnection, spec: IdentitySpec) -> TableSpec:
    """What the columns of the input table say of a person."""
    names = Vocabulary(
        tuple(name for group in spec.nickname_groups for name in group),
        tuple(name for group in spec.family_groups for name in group),
    )
    return infer_table(profile_table(connection, names), kind=Kind.PERSONS).spec()


ANSWERS_OF_ROWS = f"""
select answers.*
from ({ANSWERS}) as answers
inner join input.asked on answers.record_id = asked.record_id
order by asked.place
"""
"""The answers in the order of the table's rows."""
