"""Clusters in a file against truth in a column: the table that scores are counted on.

Belongs here: which file has which column, and records that only one of them knows.
Does not belong here: the figures (``measuring``).
"""

from dataclasses import dataclass

import duckdb

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.tabular.infer import find_record_id
from dagster_project.identity.tabular.input_table import (
    ROW,
    TABLE,
    cell,
    columns_of,
    identifier,
    record_ids,
)


@dataclass(frozen=True)
class Judged:
    """What came together in table ``judged``; counts of records that could not be judged."""

    records: int
    without_truth: int
    without_customer: int
    unknown: int


def read_said(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    """``said(record_id, customer_id)`` and its other columns, from the input table."""
    customer = find_column(connection, "customer_id", where)
    record = find_column(connection, "record_id", where)
    connection.execute(
        f"create or replace temp table said as select {cell(record)} as record_id, "
        f"{cell(customer)} as customer_id, * exclude ({identifier(record)}, {identifier(customer)}, {ROW}) "
        f"from {TABLE}"
    )
    repeated = connection.execute(
        "select count(*) - count(distinct record_id) from said"
    ).fetchall()[0][0]
    if repeated:
        raise Customer360Error(
            counted(
                repeated,
                "row repeats a record_id or has none",
                "rows repeat a record_id or have none",
            ),
            where,
            "give every record one row; `c360 resolve` writes such a file",
        )


def find_column(connection: duckdb.DuckDBPyConnection, wanted: str, where: str) -> str:
    """A column of the input table in any case; an error that lists the columns there are."""
    present = list(columns_of(connection))
    found = next((name for name in present if name.lower() == wanted.lower()), None)
    if found is None:
        raise Customer360Error(
            f"there is no column {wanted}", where, f"its columns are: {', '.join(present)}"
        )
    return found


def read_links(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    """``link(record_id_l, record_id_r, chance)`` from the input table."""
    left, right = (find_column(connection, f"record_id_{side}", where) for side in "lr")
    chance = find_column(connection, "match_probability", where)
    connection.execute(
        f"create or replace temp table link as select {cell(left)} as record_id_l, "
        f"{cell(right)} as record_id_r, try_cast({identifier(chance)} as double) as chance "
        f"from {TABLE}"
    )


def judge_within(connection: duckdb.DuckDBPyConnection, truth: str, where: str) -> Judged:
    """``judged`` with the truth in a column of the clusters' own file."""
    present = [str(row[0]) for row in connection.execute("describe said").fetchall()]
    column = next((name for name in present if name.lower() == truth.lower()), None)
    if column is None:
        raise Customer360Error(
            f"there is no column {truth}",
            where,
            f"its columns are: {', '.join(present)}; or name the table that has it with --against",
        )
    return _judge(connection, f"select record_id, {cell(column)} as person_id from said")


def judge_against(connection: duckdb.DuckDBPyConnection, truth: str, where: str) -> Judged:
    """``judged`` with the truth in a column of the input table, by its record ids."""
    column = find_column(connection, truth, where)
    ids = record_ids(connection, find_record_id(list(columns_of(connection))))
    return _judge(
        connection, f"select {ids.sql} as record_id, {cell(column)} as person_id from {TABLE}"
    )


def _judge(connection: duckdb.DuckDBPyConnection, truth: str) -> Judged:
    """Records with a truth and no customer stand alone; without a truth they are left out."""
    connection.execute(f"create or replace temp table truth as {truth}")
    connection.execute(
        """
        create or replace temp table judged as
        select
            truth.record_id,
            coalesce(said.customer_id, 'alone ' || truth.record_id) as customer_id,
            truth.person_id
        from truth
        left join said on truth.record_id = said.record_id
        where truth.person_id is not null
        """
    )
    figures = connection.execute(
        """
        select
            (select count(*) from judged),
            (select count(*) from truth where person_id is null),
            (select count(*) from judged where starts_with(customer_id, 'alone ')),
            (select count(*) from said anti join truth on said.record_id = truth.record_id)
        """
    ).fetchall()[0]
    judged = Judged(*(int(value) for value in figures))
    if judged.records and judged.without_customer == judged.records:
        raise Customer360Error(
            "no record_id of the clusters is in the file with the truth",
            "--against",
            "name the table that was resolved, with the ids it had then",
        )
    return judged
