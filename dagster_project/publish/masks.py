"""What a consumer sees of a table: only its columns, and of people that they are there, not who.

A masked product has a row per person or event as the warehouse has. Ids are keyed hashes
(``customer_key`` for ``customer_id``) with a key of each consumer's own, so that two consumers'
files do not join; columns that name people are left out, and so are those that do together with
others, unless the consumer's entry lists them.
Belongs here: columns and keys. Does not belong here: which tables; ``tables`` chooses them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb

from dagster_project.config.consumers import Consumer
from dagster_project.consent.secret import derived, hmac_sql, write_pad
from dagster_project.domain.errors import ConfigError
from dagster_project.domain.loads import RuleOutcome
from dagster_project.engines.duckdb.digests import (
    Relation,
    identifier,
    list_relations,
    qualified,
)
from dagster_project.publish.column_classes import ColumnClasses
from dagster_project.publish.tables import choose_tables

SHOWN = "shown"
"""Catalog with a consumer's tables as it sees them."""

_ID, _KEY = "_id", "_key"
_PAD = f"{SHOWN}.main._pad"


@dataclass(frozen=True)
class Shown:
    """Where a consumer's tables stand as it sees them; what was found of them, in counts.

    ``classes``: of columns that stand under another name than in the warehouse.
    """

    catalog: str
    outcomes: tuple[RuleOutcome, ...] = ()
    classes: ColumnClasses | None = None


def consumer_key(key: bytes, consumer: Consumer) -> bytes:
    """The key of one consumer's hashes; another ``key_version`` gives another one."""
    return derived(key, f"keys of {consumer.name} {consumer.key_version}")


def only_columns(consumer: Consumer, relation: Relation) -> Relation:
    """The relation with the columns that the consumer's entry lists of it; without a list, all."""
    wanted = consumer.columns.get(relation.name)
    if wanted is None:
        return relation
    unknown = [c for c in wanted if c not in relation.column_names]
    if unknown:
        raise _mistake(
            consumer,
            relation,
            f"has no column {unknown[0]}",
            "docs/data-dictionary.md lists them",
        )
    first = relation.column_names[0]
    kept = tuple(c for c in relation.columns if c[0] in wanted or c[0] == first)
    return replace(relation, columns=kept)


@contextmanager
def as_masked(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    consumer: Consumer,
    *,
    key: bytes,
    classes: ColumnClasses | None,
) -> Iterator[Shown]:
    """A catalog with views of a consumer's tables that hold only what it may see."""
    relations = choose_tables(list_relations(connection, warehouse), consumer)
    connection.execute(f"attach ':memory:' as {SHOWN}")
    try:
        write_pad(connection, _PAD, consumer_key(key, consumer))
        found: dict[str, dict[str, str]] = {}
        for relation in relations:
            known = (classes or {}).get(relation.name, {})
            seen = _seen(consumer, only_columns(consumer, relation), known)
            found[relation.name] = {column.name: column.told for column in seen}
            schema = f"{SHOWN}.{identifier(relation.schema)}"
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                f"create view {qualified(SHOWN, relation)} as "
                f"select {', '.join(f'{c.sql} as {identifier(c.name)}' for c in seen)} "
                f"from {qualified(warehouse, relation)}"
            )
        yield Shown(SHOWN, classes=found if classes is not None else None)
    finally:
        connection.execute(f"detach {SHOWN}")


@dataclass(frozen=True)
class _Column:
    """One column as it is seen: its SQL, and the class it then has."""

    name: str
    sql: str
    told: str


def _seen(
    consumer: Consumer, relation: Relation, known: Mapping[str, str]
) -> tuple[_Column, ...]:
    if not consumer.masked:
        return tuple(
            _Column(name, identifier(name), known.get(name, "not classified"))
            for name in relation.column_names
        )
    listed = consumer.columns.get(relation.name, ())
    seen = []
    for name, kind in relation.columns:
        told = known.get(name)
        if name.endswith(_ID) and kind == "VARCHAR":
            masked = f"{name.removesuffix(_ID)}{_KEY}"
            seen.append(_Column(masked, hmac_sql(identifier(name), _PAD), "none"))
        elif told == "none" or (told == "quasi" and name in listed):
            seen.append(_Column(name, identifier(name), "none"))
        elif told == "direct" and name in listed:
            raise _mistake(
                consumer,
                relation,
                f"has a column {name} that names people, which a masked product does not show",
                "take it out of columns",
            )
    return tuple(seen)


def _mistake(consumer: Consumer, relation: Relation, what: str, remedy: str) -> ConfigError:
    return ConfigError(
        f"consumer {consumer.name}: {relation.name} {what}", "config/consumers.yml", remedy
    )


def find_masked(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    consumer: Consumer,
    shown: str,
    *,
    key: bytes,
) -> str | None:
    """The customer id that stands behind a ``customer_key`` of a consumer's product."""
    write_pad(connection, "temp.unmask_pad", consumer_key(key, consumer))
    rows = connection.execute(
        f"select customer_id from {identifier(warehouse)}.marts.dim_customer "
        f"where {hmac_sql('customer_id', 'temp.unmask_pad')} = ?",
        [shown],
    ).fetchall()
    return str(rows[0][0]) if rows else None
