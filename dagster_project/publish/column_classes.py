"""Which class of personal data each column of the warehouse has, from dbt's manifest.

*direct* names or reaches a person by itself, *quasi* does so together with others, *none* does not.
Belongs here: reading the classes. Does not belong here: what a consumer may see (``promises``).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CLASSES = ("direct", "quasi", "none")
"""From what names a person by itself to what tells nothing of one."""

ColumnClasses = Mapping[str, Mapping[str, str]]
"""``schema.table`` → column → class; a column that nobody has looked at is not there."""


def read_classes(manifest: Path) -> ColumnClasses:
    """Classes of every model and of every table that dbt reads."""
    return classes_of(json.loads(manifest.read_text(encoding="utf-8")))


def classes_of(manifest: Mapping[str, Any]) -> ColumnClasses:
    """The same of a manifest that is read already."""
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    return {
        f"{node['schema']}.{node.get('identifier') or node.get('alias') or node['name']}": {
            name: told
            for name, column in node["columns"].items()
            if (told := class_of(column)) is not None
        }
        for node in nodes
        if node["resource_type"] in {"model", "source", "seed"}
    }


def class_of(column: Mapping[str, Any]) -> str | None:
    """The class beside a column's description; nothing where none of the three stands."""
    meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
    told = meta.get("pii")
    return told if told in CLASSES else None
