"""Columns as Dagster's catalogue shows them: types, what they are held to, personal data.

Belongs here: schemas of tables. Does not belong here: what else is said of an asset (``described``).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from dagster_project.domain.streams import PROVENANCE, REGISTER, StreamSpec
from dagster_project.sources.personal_columns import personal_data_in

COLUMNS = "dagster/column_schema"

_NEVER_NULL = frozenset({"_source", "_native_id", "_load_id", "_row"})
_PERSONAL_PROVENANCE = frozenset({"_native_id", "_raw", "_extra"})
_PERSONAL = ("direct", "quasi")
"""The worst first; ``none`` is no personal data."""


def table_schema(
    node: Mapping[str, Any], types: Mapping[str, str], tested: Iterable[tuple[str, str]]
) -> dg.TableSchema:
    """The columns of a model or source of dbt: its own words, the tests it is held to.

    ``types`` are those the warehouse had when it was last built, for tables that promise none;
    ``tested`` are columns and the tests of them.
    """
    held = set(tested)
    return dg.TableSchema(
        columns=[
            _column(column, types, {test for name, test in held if name == column["name"]})
            for column in node["columns"].values()
        ]
    )


def _column(
    column: Mapping[str, Any], types: Mapping[str, str], tests: set[str]
) -> dg.TableColumn:
    name, meta = column["name"], column["meta"]
    asked = tests | {constraint["type"] for constraint in column.get("constraints", ())}
    asked |= {word for word in ("not_null", "unique") if meta.get(word)}
    return dg.TableColumn(
        name,
        type=column["data_type"] or types.get(name) or "?",
        description=column["description"],
        constraints=dg.TableColumnConstraints(
            nullable=not asked & {"primary_key", "not_null"},
            unique=bool(asked & {"primary_key", "unique"}),
        ),
        tags=_marked(meta.get("pii", "none")),
    )


def landed_schema(stream: StreamSpec) -> dg.TableSchema:
    """Vendors' columns land as text, with where they came from and the register beside them."""
    vendors = [
        dg.TableColumn(name, type="varchar", tags=_marked(personal_data_in(name)))
        for name in stream.columns
    ]
    added = [
        dg.TableColumn(
            name,
            type=kind,
            constraints=dg.TableColumnConstraints(nullable=name not in _NEVER_NULL),
            tags=_marked("direct" if name in _PERSONAL_PROVENANCE else "none"),
        )
        for name, kind in {**PROVENANCE, **REGISTER}.items()
    ]
    return dg.TableSchema(columns=[*vendors, *added])


def product_schema(tables: Mapping[str, dg.TableSchema]) -> dg.TableSchema:
    """All columns of a product of several tables, as ``table.column``; what stays inside is none."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                f"{table}.{column.name}",
                type=column.type,
                description=column.description,
                constraints=column.constraints,
                tags=column.tags,
            )
            for table, schema in tables.items()
            for column in schema.columns
            if not column.name.startswith("_")
        ]
    )


def personal_tag(schema: dg.TableSchema) -> dict[str, str]:
    """The worst mark of a table's columns, as the table's own."""
    told = {(column.tags or {}).get("pii") for column in schema.columns}
    worst = next((mark for mark in _PERSONAL if mark in told), None)
    return {"pii": worst} if worst else {}


def _marked(mark: str) -> dict[str, str]:
    return {"pii": mark} if mark in _PERSONAL else {}
