"""Pairs of records of which it is known whether they are one person, from a file of a user's.

Belongs here: which column says what, and which rows are meant. Does not belong here: what is made
of such pairs (``learning.judged``, ``clustering``).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.ledger.judgements import Judgement, Verdict
from dagster_project.identity.tabular.input_table import PLACE, PLACED, TABLE, cell, columns_of
from dagster_project.identity.tabular.judge_table import find_column

_YES = ("true", "t", "yes", "y", "1", "1.0", "match", "same")
_NO = ("false", "f", "no", "n", "0", "0.0", "non-match", "different")

_VERDICT = {True: Verdict.SAME, False: Verdict.DIFFERENT}
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Labels:
    """Judgements on rows that are there, and how many labels name others."""

    judgements: tuple[Judgement, ...] = ()
    unknown: int = 0


def read_labels(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    """Make ``label(number, record_id_l, record_id_r, is_match)`` of the input table.

    Without a column ``is_match`` every pair is a match.
    """
    left, right = (find_column(connection, f"record_id_{side}", where) for side in "lr")
    told = next((name for name in columns_of(connection) if name.lower() == "is_match"), None)
    said = f"lower({cell(told)})" if told else "'true'"
    connection.execute(
        f"create or replace temp table label as select row_number() over () as number, "
        f"{cell(left)} as record_id_l, {cell(right)} as record_id_r, "
        f"case when {said} in {_YES} then true when {said} in {_NO} then false end as is_match "
        f"from {TABLE}"
    )
    unclear = connection.execute("select count(*) from label where is_match is null").fetchall()
    if unclear[0][0]:
        raise Customer360Error(
            counted(unclear[0][0], "label does", "labels do")
            + " not say whether it is a match",
            where,
            "write true or false into column is_match",
        )


def labels_of_rows(connection: duckdb.DuckDBPyConnection, record_id: str) -> Labels:
    """What table ``label`` says of the placed rows; ``record_id`` is SQL over them."""
    rows = connection.execute(
        f"""
        with named as (select {PLACE}::varchar as place, {record_id} as record_id from {PLACED})

        select label.number, label.is_match, l.place, r.place
        from label
        left join named as l on label.record_id_l = l.record_id
        left join named as r on label.record_id_r = r.record_id
        order by label.number
        """
    ).fetchall()
    known = [row for row in rows if row[2] is not None and row[3] is not None]
    return Labels(
        tuple(
            Judgement(row[0], _VERDICT[row[1]], row[2], row[3], "label", "", _NO_TIME)
            for row in known
        ),
        len(rows) - len(known),
    )
