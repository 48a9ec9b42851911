"""What the columns of one table mean, as a file a person can edit.

Belongs here: the file's shape, reading and writing it. Does not belong here: how meanings are
found (``infer``), and how matching is configured (``config.identity``).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, field_validator

from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError
from dagster_project.identity.tabular.dates import EXCEL
from dagster_project.identity.tabular.meanings import Kind, Meaning, allowed


class ColumnSpec(BaseModel):
    """One column: what it means, and where that is not enough, how to read it.

    ``format`` is how dates are written (strptime, or ``excel``), ``separator`` a regular expression between
    several values of one cell, ``network`` whose handles a column holds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    means: Meaning
    format: str | tuple[str, ...] | None = None
    separator: str | None = None
    json_list: bool = False
    network: str | None = None

    @property
    def formats(self) -> tuple[str, ...]:
        """All notations of its dates."""
        return (self.format,) if isinstance(self.format, str) else self.format or ()


class TableSpec(BaseModel):
    """A table's columns by name; columns that are not listed are ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    columns: dict[str, ColumnSpec] = Field(min_length=1)
    matching: str | None = None

    @field_validator("columns", mode="before")
    @classmethod
    def _allow_short_form(cls, columns: Any) -> Any:
        """``surname: family_name`` says the same as ``surname: {means: family_name}``."""
        if not isinstance(columns, dict):
            return columns
        return {
            str(name): {"means": value} if isinstance(value, str) else value
            for name, value in columns.items()
        }

    def of(self, *meanings: Meaning) -> list[str]:
        """Columns of these meanings, in the order of the file."""
        return [name for name, column in self.columns.items() if column.means in meanings]


@dataclass(frozen=True)
class Column:
    """One column as inferred: its spec and the reason, without any value of it."""

    name: str
    spec: ColumnSpec
    why: str


@dataclass(frozen=True)
class Inferred:
    """A table as inferred: every column once, and why it describes what it does.

    ``is_guess``: no column tells what the records are.
    """

    kind: Kind
    why: str
    columns: tuple[Column, ...]
    is_guess: bool = False

    def spec(self) -> TableSpec:
        """What resolving needs of it."""
        return TableSpec(kind=self.kind, columns={c.name: c.spec for c in self.columns})


def read_table_spec(file: Path, present: tuple[str, ...]) -> TableSpec:
    """Read a spec; ``ConfigError`` names the line of a column that the table does not have."""
    document = read_yaml(file)
    spec = document.parse(TableSpec)
    for name, column in spec.columns.items():
        if name not in present:
            raise document.error(
                f"the table has no column {name!r}",
                "take the line out, or write the column as the table's header does",
                path=("columns", name),
            )
        if column.means not in allowed(spec.kind):
            raise _misfit(document, spec, name)
        for entry, value, probe in (
            *(("format", each, "select try_strptime('', $1)") for each in column.formats),
            ("separator", column.separator, "select string_split_regex('', $1)"),
        ):
            if value not in (None, EXCEL) and not _understands(probe, str(value)):
                raise document.error(
                    f"columns.{name}.{entry} cannot be used: {value}",
                    "write a format like '%d.%m.%Y', a separator like '[,;]'",
                    path=("columns", name),
                )
    return spec


def _understands(probe: str, value: str) -> bool:
    """Whether the engine takes a format or regular expression, asked before any row is read."""
    with duckdb.connect() as engine:
        try:
            engine.execute(probe, [value])
        except duckdb.Error:
            return False
    return True


def _misfit(document: YamlDocument, spec: TableSpec, name: str) -> ConfigError:
    choices = ", ".join(sorted(allowed(spec.kind)))
    return document.error(
        f"a column of {spec.kind} cannot mean {spec.columns[name].means}",
        f"use one of: {choices}",
        path=("columns", name),
    )


def write_table_spec(inferred: Inferred, file: Path) -> None:
    """Write an editable spec: one line per column, the reason behind it."""
    lines = [
        "# What each column means; edit a line and pass this file with --spec.",
        f"# Meanings: {', '.join(sorted(allowed(inferred.kind)))}",
        f"kind: {inferred.kind}   # {inferred.why}",
        "columns:",
    ]
    lines += [f"  {_scalar(c.name)}: {_short(c.spec)}   # {c.why}" for c in inferred.columns]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _short(column: ColumnSpec) -> str:
    extra = column.model_dump(exclude={"means"}, exclude_defaults=True)
    if not extra:
        return str(column.means)
    parts = [f"means: {column.means}", *(f"{k}: {_scalar(v)}" for k, v in extra.items())]
    return "{" + ", ".join(parts) + "}"


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return "'" + str(value).replace("'", "''") + "'"
