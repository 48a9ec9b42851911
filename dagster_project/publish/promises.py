"""What a product promises whatever its suite says: whole copies, and no person where none may be.

Belongs here: rules that follow from ``config/consumers.yml`` alone, checked on the built files.
Does not belong here: what makes a table plausible; the suites in ``expectations`` say that.
"""

from pathlib import Path

import duckdb

from dagster_project.config.consumers import Consumer
from dagster_project.domain.loads import RuleOutcome, Severity
from dagster_project.engines.duckdb.digests import Relation, identifier
from dagster_project.engines.duckdb.session import quoted
from dagster_project.publish.column_classes import ColumnClasses
from dagster_project.publish.manifest import PublishedTable


def check_promises(
    connection: duckdb.DuckDBPyConnection,
    product: str,
    *,
    consumer: Consumer,
    folder: Path,
    tables: tuple[PublishedTable, ...],
    relations: tuple[Relation, ...],
    classes: ColumnClasses | None = None,
) -> tuple[RuleOutcome, ...]:
    """One outcome per rule and table of a product under construction; counts only.

    Without ``classes`` only the names of columns can be looked at.
    """
    outcomes = [_is_whole(connection, product, folder, table) for table in tables]
    if classes is not None:
        outcomes += [_may_be_seen(consumer, relation, classes) for relation in relations]
    if not consumer.personal_data:
        for relation in relations:
            outcomes.append(_holds_no_person(consumer, relation))
            outcomes.append(_hides_in_groups(connection, product, consumer, relation))
    return tuple(outcomes)


def _is_whole(
    connection: duckdb.DuckDBPyConnection, product: str, folder: Path, table: PublishedTable
) -> RuleOutcome:
    parquet = quoted(str(folder / "parquet" / f"{table.table}.parquet"))
    in_file, in_parquet = connection.execute(
        f"select (select count(*) from {identifier(product)}.{identifier(table.table)}), "
        f"(select count(*) from read_parquet('{parquet}'))"
    ).fetchall()[0]
    lost = max(abs(table.rows - in_file), abs(table.rows - in_parquet))
    return RuleOutcome(
        f"{table.table} is copied whole", Severity.REFUSE, lost == 0, table.rows, lost
    )


def _may_be_seen(consumer: Consumer, relation: Relation, classes: ColumnClasses) -> RuleOutcome:
    """What nobody has looked at is published to nobody; what tells of people, to few."""
    known = classes.get(relation.name, {})
    seen = {"none", "quasi", "direct"} if consumer.personal_data else {"none"}
    refused = [c for c in relation.column_names if known.get(c) not in seen]
    told = ", ".join(f"{c} ({known.get(c, 'not classified')})" for c in refused[:_MOST_NAMED])
    return RuleOutcome(
        f"{relation.table} has only columns of classes its consumer may see",
        Severity.REFUSE,
        not refused,
        len(relation.columns),
        len(refused),
        told,
    )


_MOST_NAMED = 10
"""Columns an outcome lists by name."""


def _holds_no_person(consumer: Consumer, relation: Relation) -> RuleOutcome:
    forbidden = sorted(set(relation.column_names) & set(consumer.forbidden_columns))
    return RuleOutcome(
        f"{relation.table} has no personal column",
        Severity.REFUSE,
        not forbidden,
        len(relation.columns),
        len(forbidden),
        ", ".join(forbidden),
    )


def _hides_in_groups(
    connection: duckdb.DuckDBPyConnection, product: str, consumer: Consumer, relation: Relation
) -> RuleOutcome:
    column, floor = consumer.group_size_column or "", consumer.min_group_size or 0
    rule = f"{relation.table} has no group of fewer than {floor} customers"
    if column not in relation.column_names:
        detail = f"the column {column} is missing"
        return RuleOutcome(
            rule, Severity.REFUSE, passed=False, evaluated=0, failed=0, detail=detail
        )
    rows, small = connection.execute(
        f"select count(*), count(*) filter (coalesce({identifier(column)}, 0) < {floor}) "
        f"from {identifier(product)}.{identifier(relation.table)}"
    ).fetchall()[0]
    return RuleOutcome(rule, Severity.REFUSE, small == 0, rows, small)
