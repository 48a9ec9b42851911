"""The data dictionary: what every published table and column means, from dbt's manifest.

Belongs here: the page as text. Does not belong here: the descriptions, which stand beside the
models, and running dbt.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.publish.column_classes import class_of

_SCHEMAS = {
    "marts": "Marts",
    "insights": "Insight views",
}
_INTRODUCTION = """\
# Data dictionary

Every table a reader can meet, from the descriptions beside the models. This page is generated
(`make dictionary`); a test holds it current.

*Personal*: **direct** names or reaches a person by itself, *quasi* does so together with other
columns, none does not. Times are UTC. Amounts are in minor units of the currency in the same row.
"""


@dataclass(frozen=True)
class ColumnEntry:
    """One column as its contract has it; ``personal`` is direct, quasi or none."""

    name: str
    data_type: str
    personal: str
    description: str


@dataclass(frozen=True)
class TableEntry:
    """One mart or insight view; ``keys`` are the columns that are tested to be unique."""

    schema: str
    name: str
    description: str
    keys: tuple[str, ...]
    columns: tuple[ColumnEntry, ...]


def read_tables(manifest: Mapping[str, Any]) -> tuple[TableEntry, ...]:
    """Tables of the schemas readers see, by schema and name, from a parsed ``manifest.json``."""
    keys = _keys_by_model(manifest)
    tables = [
        TableEntry(
            schema=node["schema"],
            name=node["name"],
            description=_one_line(node["description"]),
            keys=tuple(keys.get(identifier, ())),
            columns=tuple(_columns(node)),
        )
        for identifier, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] in _SCHEMAS
    ]
    order = list(_SCHEMAS)
    return tuple(sorted(tables, key=lambda table: (order.index(table.schema), table.name)))


def data_dictionary(manifest: Mapping[str, Any]) -> str:
    """The whole page in Markdown, the same text for the same models."""
    tables = read_tables(manifest)
    parts = [_INTRODUCTION]
    for schema, title in _SCHEMAS.items():
        listed = [table for table in tables if table.schema == schema]
        parts.append(f"## {title}\n")
        parts.append(_overview(listed))
        parts += [_section(table) for table in listed]
    return "\n".join(parts)


def write_dictionary(manifest: Path, page: Path) -> None:
    """Write ``page`` from a parsed ``manifest.json``; `make dictionary` calls this."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))
    page.write_text(data_dictionary(nodes), encoding="utf-8")


def _overview(tables: Sequence[TableEntry]) -> str:
    rows = [
        f"| [{table.name}](#{table.name}) | {_cell(_first_sentence(table.description))} |"
        for table in tables
    ]
    return "\n".join(["| table | what a row is |", "|---|---|", *rows, ""])


def _section(table: TableEntry) -> str:
    heading = [f"### {table.name}", "", table.description, ""]
    if table.keys:
        heading += [f"Key: {', '.join(f'`{key}`' for key in table.keys)}.", ""]
    rows = [
        f"| `{column.name}` | {column.data_type} | {_emphasis(column.personal)} "
        f"| {_cell(column.description)} |"
        for column in table.columns
    ]
    return "\n".join(
        [
            *heading,
            "| column | type | personal | what it says |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _columns(node: Mapping[str, Any]) -> list[ColumnEntry]:
    return [
        ColumnEntry(
            name=name,
            data_type=str(column.get("data_type") or ""),
            personal=class_of(column) or "not marked",
            description=_one_line(column["description"]),
        )
        for name, column in node["columns"].items()
        if not name.startswith("_")
    ]


def _keys_by_model(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Columns under a ``primary_key`` or ``unique`` test, or all of one ``unique_together``, by model."""
    keys: dict[str, list[str]] = {}
    for test in manifest["nodes"].values():
        metadata = test.get("test_metadata") or {}
        if metadata.get("name") in {"primary_key", "unique"}:
            keys.setdefault(test["attached_node"], []).append(test["column_name"])
        elif metadata.get("name") == "unique_together":
            keys.setdefault(test["attached_node"], []).extend(metadata["kwargs"]["columns"])
    return keys


def _emphasis(personal: str) -> str:
    return {"direct": "**direct**", "quasi": "*quasi*"}.get(personal, personal)


def _first_sentence(text: str) -> str:
    head, stop, _ = text.partition(". ")
    return head + "." if stop else head


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_dictionary(Path(sys.argv[1]), Path(sys.argv[2]))
