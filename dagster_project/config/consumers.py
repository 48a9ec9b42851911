"""``config/consumers.yml``: who reads, and what each may see."""

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dagster_project.config.yaml_file import read_yaml

_TABLE = re.compile(r"[a-z_]+\.[a-z0-9_*?]+")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CrmImport(_Strict):
    """A CSV that a CRM loads back: one row per changed record of that CRM.

    ``columns`` maps the file's headers to columns of ``customer_360``; ``id_header`` gets the
    CRM's own id of the record. A customer whose column has one of ``never_when``'s values is
    left out.
    """

    record_type: str = "contact"
    id_header: str
    columns: dict[str, str] = Field(min_length=1)
    never_when: dict[str, tuple[str, ...]] = Field(min_length=1)

    @model_validator(mode="after")
    def _headers_once(self) -> "CrmImport":
        if self.id_header in self.columns:
            raise ValueError(f"{self.id_header} is the id_header; take it out of columns")
        return self


class Consumer(_Strict):
    """One reader of the warehouse and the rules its data product obeys."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    personal_data: bool
    tables: tuple[str, ...] = Field(min_length=1)
    csv: bool = False
    group_size_column: str | None = None
    min_group_size: int | None = Field(default=None, ge=2)
    crm_import: dict[Literal["salesforce", "hubspot"], CrmImport] = Field(default_factory=dict)
    forbidden_columns: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _floor_without_personal_data(self) -> "Consumer":
        if self.personal_data:
            return self
        if self.group_size_column is None or self.min_group_size is None:
            raise ValueError(
                "a consumer without personal data needs group_size_column and min_group_size"
            )
        if self.crm_import:
            raise ValueError("crm_import holds personal data; set personal_data: true")
        return self

    def may_read(self, table: str) -> bool:
        """Whether ``schema.table`` belongs to this consumer's data product."""
        return any(fnmatchcase(table, pattern) for pattern in self.tables)


class _Consumers(_Strict):
    never_without_personal_data: tuple[str, ...] = Field(min_length=1)
    consumers: dict[str, Consumer] = Field(min_length=1)


def read_consumers(file: Path) -> tuple[Consumer, ...]:
    """Read every consumer, in the file's order; ``ConfigError`` names file, line and remedy."""
    document = read_yaml(file)
    register = document.parse(_Consumers, prepare=_named)
    for consumer in register.consumers.values():
        for index, pattern in enumerate(consumer.tables):
            if not _TABLE.fullmatch(pattern):
                raise document.error(
                    f"consumer {consumer.name}: {pattern!r} is not schema.table",
                    "write it like marts.customer_360 or insights.insight_design__*",
                    path=("consumers", consumer.name, "tables", index),
                )
    return tuple(register.consumers.values())


def _named(data: dict[str, object]) -> dict[str, object]:
    """Each entry with its own name and the columns it may never hold."""
    entries = data.get("consumers")
    if not isinstance(entries, dict):
        return {**data}
    forbidden = data.get("never_without_personal_data") or ()
    return {**data, "consumers": {n: _entry(n, e, forbidden) for n, e in entries.items()}}


def _entry(name: str, entry: object, forbidden: object) -> object:
    if not isinstance(entry, dict):
        return entry
    never = () if entry.get("personal_data", False) else forbidden
    return {"name": name, "forbidden_columns": never, **entry}
