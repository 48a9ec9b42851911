"""``config/consumers.yml``: who reads, and what each may see."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.mistakes import shown
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

_TABLE = re.compile(r"[a-z_]+\.[a-z0-9_*?]+")


class GoldenColumn(Entries):
    """A field of the CRM's own that may be corrected from the golden record."""

    field: Literal[
        "given_name",
        "family_name",
        "full_name",
        "birth_date",
        "email",
        "phone",
        "title",
        "organisation",
        "language",
    ] = entry("field of customer_360", example="title")
    write: Literal["if_empty", "if_stronger"] = entry(
        "if_empty: only where the CRM has nothing. if_stronger: also over a value of the CRM's where the golden one comes from a vendor that stands before it in survivorship.yml",
        "if_empty",
        example="if_stronger",
    )


class CrmImport(Entries):
    """A CSV that a CRM loads back: one row per changed record of that CRM.

    ``columns`` maps the file's headers to columns of ``customer_360``; ``id_header`` gets the
    CRM's own id of the record. Of a customer whose column has one of ``never_when``'s values only
    ``customer_id`` and the columns of ``never_when`` are written: the CRM must hear of a
    withdrawal, and needs nothing else of that customer.
    """

    record_type: str = entry(
        "the CRM's object whose records are written", "contact", example="contact"
    )
    id_header: str = entry("header of the column with the CRM's own id", example="Id")
    columns: dict[str, str] = entry(
        "header → column of customer_360", example="{X_Handle__c: x_handle}", min_length=1
    )
    golden: dict[str, GoldenColumn] = entry(
        "header → field of the golden record, for fields the CRM keeps itself: a weaker source never overwrites them",
        example="{Title: {field: title, write: if_empty}}",
        default_factory=dict,
    )
    clear_with: str | None = entry(
        "what makes the CRM empty a field, in cells of columns that had a value before and have none now; without it they stay as they were",
        None,
        example='"#N/A"',
    )
    never_when: dict[str, tuple[str, ...]] = entry(
        "of customers whose column has one of these values only customer_id and these columns are written; each of them must be among columns",
        example="{email_consent: [withdrawn]}",
        min_length=1,
    )

    @model_validator(mode="after")
    def _headers_once(self) -> "CrmImport":
        if self.id_header in {*self.columns, *self.golden}:
            raise ValueError(f"{self.id_header} is the id_header; take it out of columns")
        twice = self.columns.keys() & self.golden.keys()
        if twice:
            raise ValueError(
                f"{min(twice)} stands in columns and in golden: take one of them out"
            )
        return self

    @model_validator(mode="after")
    def _withdrawals_are_told(self) -> "CrmImport":
        untold = [c for c in self.never_when if c not in self.columns.values()]
        if untold:
            raise ValueError(
                f"the CRM would never hear of a withdrawal: {untold[0]} is in never_when and not "
                f"in columns; add a header for it, like `Consent: {untold[0]}`"
            )
        return self


class Consumer(Entries):
    """One reader of the warehouse and the rules its data product obeys."""

    name: str = entry(
        "the consumer's name, which is the entry's own",
        form="a name of lower-case letters, digits and underscores",
        example="finance",
        inside=True,
        pattern=r"^[a-z][a-z0-9_]*$",
    )
    title: str = entry(
        "what the product is, for whom", example="Revenue by market, for finance"
    )
    personal_data: bool = entry("whether it may hold personal data", example="false")
    tables: tuple[str, ...] = entry(
        "tables as schema.table; * and ? are wildcards",
        example="[insights.insight_finance__*]",
        min_length=1,
    )
    columns: dict[str, tuple[str, ...]] = entry(
        "by table, the only columns of it that the consumer gets; a table that is not named here comes with all",
        example="{marts.customer_360: [customer_id, lifecycle_stage]}",
        default_factory=dict,
    )
    masked: bool = entry(
        "whether it sees that a person is there and not who: ids become keyed hashes, columns that name people are left out, and columns that do so together with others unless columns lists them",
        False,  # noqa: FBT003
        example="true",
    )
    key_version: int = entry(
        "another number gives all keyed hashes of the consumer anew, so that they join with nothing it had before",
        1,
        example="2",
        ge=1,
    )
    group: str | None = entry(
        "group of the operating system that may open the product, beside the account that runs Customer 360",
        None,
        form="the name of a group",
        example="crm-readers",
        pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$",
    )
    without: tuple[str, ...] = entry(
        "of these, tables it does not hold all the same; * and ? are wildcards",
        (),
        example="[marts.fct_compliance_*]",
    )
    csv: bool = entry("also write each table as CSV", False, example="true")  # noqa: FBT003
    expected_every_days: int | None = entry(
        "after how many days without being brought up to date with news Dagster shows the product as overdue",
        None,
        example="7",
        ge=1,
    )
    group_size_column: str | None = entry(
        "column with the size of a group; needed without personal data",
        None,
        example="customers",
    )
    min_group_size: int | None = entry(
        "smaller groups refuse the product; needed without personal data",
        None,
        example="5",
        ge=2,
    )
    crm_import: dict[Literal["salesforce", "hubspot"], CrmImport] = entry(
        "files a CRM loads back, by vendor", example="{…}", default_factory=dict
    )
    forbidden_columns: tuple[str, ...] = entry(
        "columns it may never hold; without it those of never_without_personal_data",
        (),
        example="[email]",
    )

    @model_validator(mode="after")
    def _floor_without_personal_data(self) -> "Consumer":
        if self.personal_data:
            return self
        if self.group_size_column is None or self.min_group_size is None:
            raise ValueError(
                "a consumer without personal data needs group_size_column and min_group_size; "
                "add `group_size_column: customers` and `min_group_size: 5`"
            )
        if self.crm_import:
            raise ValueError("crm_import holds personal data; set personal_data: true")
        return self

    @model_validator(mode="after")
    def _masks_make_sense(self) -> "Consumer":
        if self.masked and not self.personal_data:
            raise ValueError(
                "a masked product still has a row per person; add `personal_data: true`"
            )
        if self.crm_import and (self.masked or self.columns):
            raise ValueError(
                "crm_import needs whole tables: give masked or columns to a consumer of its own"
            )
        unread = [table for table in self.columns if not self.may_read(table)]
        if unread:
            raise ValueError(f"columns names {unread[0]}, which is not among tables")
        return self

    def may_read(self, table: str) -> bool:
        """Whether ``schema.table`` belongs to this consumer's data product."""
        return any(fnmatchcase(table, pattern) for pattern in self.tables) and not any(
            fnmatchcase(table, pattern) for pattern in self.without
        )


class Consumers(Entries):
    """The whole file."""

    never_without_personal_data: tuple[str, ...] = entry(
        "columns that no product without personal data may hold",
        example="[email, phone]",
        min_length=1,
    )
    consumers: dict[str, Consumer] = entry(
        "one entry per consumer, by a name of your own", example="{…}", min_length=1
    )


def read_consumers(file: Path) -> tuple[Consumer, ...]:
    """Read every consumer, in the file's order; ``ConfigError`` names file, line and remedy."""
    document = read_yaml(file)
    register = document.parse(
        Consumers,
        prepare=_named,
        also=lambda data: _tables_without_schema(document, data.get("consumers")),
    )
    return tuple(register.consumers.values())


def _tables_without_schema(document: YamlDocument, consumers: object) -> Iterator[ConfigError]:
    for name, consumer in consumers.items() if isinstance(consumers, dict) else ():
        tables = consumer.get("tables") if isinstance(consumer, dict) else None
        for index, pattern in enumerate(tables if isinstance(tables, list) else ()):
            if isinstance(pattern, str) and not _TABLE.fullmatch(pattern):
                path = ("consumers", name, "tables", index)
                yield document.error(
                    f"consumer {name}: {shown(pattern, path)} is not schema.table",
                    "write it like marts.customer_360 or insights.insight_design__*",
                    path=path,
                )


def _named(data: dict[str, object]) -> dict[str, object]:
    """Each entry with its own name and the columns it may never hold."""
    entries = data.get("consumers")
    if not isinstance(entries, dict):
        return {**data}
    forbidden = data.get("never_without_personal_data") or ()
    return {**data, "consumers": {n: _with_name(n, e, forbidden) for n, e in entries.items()}}


def _with_name(name: str, given: object, forbidden: object) -> object:
    if not isinstance(given, dict):
        return given
    never = () if given.get("personal_data", False) else forbidden
    return {"name": name, "forbidden_columns": never, **given}
