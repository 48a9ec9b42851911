"""The register of processing (article 30 GDPR) and the public notice, from the configuration alone.

What each source is collected for, whom it is about, what is read of it, for how long, who receives
what: nothing of it is written a second time, so that register and machine cannot say different things.
Belongs here: the register as a document. Does not belong here: pages (``register_pages``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster_project.config.consumers import Consumer
from dagster_project.config.privacy import Privacy
from dagster_project.config.sources import SourceConfig
from dagster_project.domain.streams import StreamSpec
from dagster_project.publish.column_classes import CLASSES, ColumnClasses
from dagster_project.sources.data_categories import kinds_of_data, people_of
from dagster_project.sources.personal_columns import personal_data_in

UNSAID = "not said in the register"
"""What stands where the company has not written something down; `c360 register` counts these."""

MEASURES = (
    "files of a root are private to the account that runs it (0600, 0700); those of a product only to "
    "its readers",
    "each department gets a file of its own with what it may see; products without personal data hold "
    "groups of a smallest size",
    "a column without a class of personal data is published to nobody",
    "every look-up, export, change and erasure stands in a log whose lines are chained by keyed hashes",
    "a person can be erased from every file; keyed tombstones keep old exports of theirs out",
    "secrets come from the environment or a file for one account alone, never from the configuration",
)
"""What the project itself does (docs/privacy.md); the company's own measures are added to these."""


@dataclass(frozen=True)
class Processing:
    """One stream of one source: what is collected, why, about whom, for how long."""

    source: str
    vendor: str
    stream: str
    owner: str
    brand: str
    region: str
    purpose: str
    lawful_basis: str
    retention_days: int
    people: str
    kinds: tuple[str, ...]
    columns: Mapping[str, str]
    left_out: tuple[str, ...]
    disclosure: str
    disclosure_text: str | None
    disclosure_version: str | None
    transfers: str | None


@dataclass(frozen=True)
class Recipient:
    """A consumer, and how many columns of each class it gets, by table."""

    name: str
    title: str
    personal_data: bool
    tables: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Column:
    """A column of the warehouse's published schemas, its class, and who gets it."""

    table: str
    column: str
    personal: str
    consumers: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """The whole record."""

    rules: Privacy
    processings: tuple[Processing, ...]
    recipients: tuple[Recipient, ...]
    columns: tuple[Column, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """What the law asks for and nobody has written down, by the entry it belongs to."""
        missing = [] if self.rules.controller else ["privacy.yml: controller"]
        for each in {p.source: p for p in self.processings}.values():
            missing += [
                f"sources.yml: sources.{each.source}.{entry}"
                for entry in ("disclosure_text", "disclosure_version")
                if getattr(each, entry) is None
            ]
        return tuple(missing)

    def as_measures(self) -> tuple[str, ...]:
        """What keeps the data safe: the project's own measures, and the company's."""
        return (*MEASURES, *self.rules.security_measures)


def gather_register(
    rules: Privacy,
    sources: Sequence[SourceConfig],
    streams: Iterable[StreamSpec],
    consumers: Iterable[Consumer],
    classes: ColumnClasses,
) -> Register:
    """Put it together from what is configured."""
    streams, consumers = tuple(streams), tuple(consumers)
    processings = tuple(
        _processing(source, spec)
        for source in sources
        for spec in streams
        if spec.vendor == source.vendor and source.collects(spec.stream)
    )
    columns = tuple(_columns(classes, consumers))
    return Register(
        rules, processings, tuple(_recipient(c, columns) for c in consumers), columns
    )


def as_document(register: Register) -> dict[str, Any]:
    """The record under the letters of article 30(1), for machines."""
    controller = register.rules.controller
    return {
        "a controller": controller.model_dump() if controller else UNSAID,
        "b purposes": sorted({p.purpose for p in register.processings}),
        "c people and data": [
            {
                "source": p.source,
                "stream": p.stream,
                "vendor": p.vendor,
                "owner": p.owner,
                "brand": p.brand,
                "people": p.people,
                "kinds of data": list(p.kinds),
                "columns": dict(p.columns),
                "columns that are not collected": list(p.left_out),
                "purpose": p.purpose,
                "lawful basis": p.lawful_basis,
                "disclosure": p.disclosure,
                "disclosure text": p.disclosure_text or UNSAID,
                "disclosure version": p.disclosure_version or UNSAID,
            }
            for p in register.processings
        ],
        "d recipients": [
            {
                "consumer": r.name,
                "title": r.title,
                "personal data": r.personal_data,
                "columns by class": {table: dict(n) for table, n in r.tables.items()},
            }
            for r in register.recipients
        ],
        "e transfers": [
            {
                "source": p.source,
                "region": p.region,
                "transfers": p.transfers or "none is named",
            }
            for p in {p.source: p for p in register.processings}.values()
        ],
        "f retention": [
            {"source": p.source, "stream": p.stream, "days": p.retention_days}
            for p in register.processings
        ],
        "g security": list(register.as_measures()),
        "not said": list(register.gaps),
    }


def _processing(source: SourceConfig, spec: StreamSpec) -> Processing:
    terms, left_out = source.terms(spec.stream), source.left_out(spec.stream)
    return Processing(
        source=source.name,
        vendor=source.vendor,
        stream=spec.stream,
        owner=source.owner,
        brand=source.brand,
        region=source.region,
        purpose=terms.purpose,
        lawful_basis=terms.lawful_basis,
        retention_days=terms.retention_days,
        people=source.people or people_of(source.vendor),
        kinds=kinds_of_data(spec, left_out),
        columns={c: personal_data_in(c) for c in spec.columns if c not in left_out},
        left_out=left_out,
        disclosure=source.disclosure,
        disclosure_text=source.disclosure_text,
        disclosure_version=source.disclosure_version,
        transfers=source.transfers,
    )


def _columns(classes: ColumnClasses, consumers: tuple[Consumer, ...]) -> Iterable[Column]:
    for table, columns in sorted(classes.items()):
        readers = tuple(consumer for consumer in consumers if consumer.may_read(table))
        for column, personal in columns.items():
            if not column.startswith("_"):
                seeing = tuple(r.name for r in readers if r.personal_data or personal == "none")
                yield Column(table, column, personal, seeing)


def _recipient(consumer: Consumer, columns: tuple[Column, ...]) -> Recipient:
    tables: dict[str, dict[str, int]] = {}
    for each in columns:
        if consumer.name in each.consumers:
            counts = tables.setdefault(each.table, dict.fromkeys(CLASSES, 0))
            counts[each.personal] += 1
    return Recipient(consumer.name, consumer.title, consumer.personal_data, tables)
