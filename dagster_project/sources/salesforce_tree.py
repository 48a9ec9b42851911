"""Salesforce's nested JSON taken apart: children of trees and sub-queries as records of their own.

A child gets the link to the record it lies in. A record without an id takes the one of its address,
else one made of its content, to which ``@references`` of the same file then lead.
Belongs here: which record is which. Does not belong here: columns and rows (``salesforce``).
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dagster_project.domain.counts import counted
from dagster_project.sources.catalogue import stream_of, streams_of
from dagster_project.sources.envelopes import items_of
from dagster_project.sources.headers import fold
from dagster_project.sources.json_rows import Row
from dagster_project.sources.remainder import Remainder

_VENDOR = "salesforce"
_API_NAME = re.compile(r"[A-Za-z]\w{0,79}")
_ADDRESS = re.compile(r"/sobjects/\w+/([A-Za-z0-9]{15}(?:[A-Z0-5]{3})?)$")
_REFERENCE = re.compile(r"@\w{1,80}")
_LIST_MARKS = frozenset({"records", "totalSize", "done", "nextRecordsUrl"})

_FIRST = 50
"""Records of a page that are looked at to tell that it is one."""

Tell = Callable[[Row], str | None]
"""The stream of a record that does not name its object."""


@dataclass(frozen=True)
class Record:
    """One record without its children: as it came, and with its id and links filled in."""

    stream: str
    raw: Row
    fields: Row


@dataclass(frozen=True)
class _Parent:
    stream: str | None
    id: str | None


_NOBODY = _Parent(None, None)


@dataclass
class Tree:
    """Walks over a file's records; the first (``survey``) knows what the later ones resolve by."""

    tell: Tell
    rest: Remainder
    labels: dict[str, dict[str, None]] = field(
        default_factory=dict
    )  # by stream, in their order
    _ids: dict[str, str] = field(default_factory=dict)  # by reference
    _elsewhere: dict[str, set[str]] = field(default_factory=dict)  # of files beside this one
    _alike: Counter[str] = field(default_factory=Counter)
    _unresolved: int = 0
    _unfinished: int = 0

    def survey(self, values: Iterable[Any]) -> None:
        """Learn every stream with its labels, and the id behind each reference."""
        for record in self.records(values):
            self.labels.setdefault(record.stream, {}).update(dict.fromkeys(record.fields))
        for labels in self.labels.values():
            labels.pop("attributes", None)

    @property
    def references(self) -> dict[str, str]:
        """The id behind each reference of this file."""
        return dict(self._ids)

    @property
    def is_unresolved(self) -> bool:
        """Whether the last walk met references that lead to no record known so far."""
        return self._unresolved > 0

    def learn(self, references: Mapping[str, str]) -> None:
        """Take the references of a file beside this one, as a plan's files refer to each other.

        One that stands for different records in different files stays without a link.
        """
        for reference, record_id in references.items():
            self._elsewhere.setdefault(reference, set()).add(record_id)

    def records(self, values: Iterable[Any]) -> Iterator[Record]:
        """Every record of a stream that is read; what is none is counted by name."""
        self._alike.clear()
        self._unresolved = self._unfinished = 0
        for value in values:
            for item in items_of(value, "records", self.rest):
                yield from self._of_item(item, _NOBODY, "")

    def is_known(self, value: Any) -> bool:
        """Whether a value is a page of records or one record, of whatever object."""
        if not isinstance(value, dict):
            return False
        records = value.get("records")
        if isinstance(records, list):
            return not records or any(map(self._is_record, records[:_FIRST]))
        return self._is_record(value)

    def _is_record(self, item: Any) -> bool:
        return isinstance(item, dict) and bool(
            object_of(item) or any(map(_is_list, item.values())) or self.tell(item)
        )

    @property
    def notes(self) -> Iterator[str]:
        """What is worth a warning; whole once a walk has ended."""
        if self._unresolved:
            names = counted(self._unresolved, "reference leads", "references lead")
            yield f"{names} to no record of this file (@…) and stay without a link"
        if self._unfinished:
            lists = counted(self._unfinished, "list of child records", "lists of child records")
            yield f"{lists} not whole (done: false): their further pages are not in this file"

    def _of_item(self, item: Any, parent: _Parent, relationship: str) -> Iterator[Record]:
        if not isinstance(item, dict):
            self.rest.leave_out("values that are no records")
            return
        if not item:
            return
        children = {label: value for label, value in item.items() if _is_list(value)}
        own = {label: _plain(v) for label, v in item.items() if label not in children}
        stream, name = self._stream_of(own, relationship)
        record_id = self._id_of(own, stream, has_children=bool(children))
        if stream is None:
            self.rest.leave_out(f"records of {name}")
        else:
            yield Record(stream, own, self._linked(own, stream, record_id, parent))
        for label, value in children.items():
            yield from self._of_list(value, _Parent(stream, record_id), label)

    def _of_list(
        self, found: Row | list[Any], parent: _Parent, relationship: str
    ) -> Iterator[Record]:
        value = {"records": found} if isinstance(found, list) else found
        items = value.get("records")
        if value.get("done") is False or value.get("nextRecordsUrl"):
            self._unfinished += 1
        if items is None and not value.get("totalSize"):
            return
        if not isinstance(items, list):
            self.rest.leave_out("malformed lists of child records")
            return
        for item in items:
            yield from self._of_item(item, parent, relationship)

    def _stream_of(self, own: Row, relationship: str) -> tuple[str | None, str]:
        """The stream of a record and the name of its object: by type, by place, by columns."""
        named = object_of(own) or _singular(relationship)
        if named:
            return _stream_named(named), _shown(named)
        return self.tell(own), "no object that is read"

    def _id_of(self, own: Row, stream: str | None, *, has_children: bool) -> str | None:
        given = own.get("Id")
        if given:
            return str(given)
        attributes = _attributes(own)
        address = _ADDRESS.search(str(attributes.get("url") or ""))
        if address:
            return address.group(1)
        reference = attributes.get("referenceId")
        if stream is None or not (reference or has_children):
            return None
        made = self._made_id(own, stream)
        if isinstance(reference, str):
            self._ids[reference] = made
        return made

    def _made_id(self, own: Row, stream: str) -> str:
        """By content, so that the next export gives the same; twins are told by their order."""
        told = {
            label: value
            for label, value in own.items()
            if label != "attributes"
            and value not in (None, "")
            and not _is_reference(label, value)
        }
        content = json.dumps([stream, told], sort_keys=True, default=str)
        self._alike[content_key := _digest(content)] += 1
        nth = self._alike[content_key]
        return f"row:{content_key if nth == 1 else _digest(f'{content_key}|{nth}')}"

    def _linked(self, own: Row, stream: str, record_id: str | None, parent: _Parent) -> Row:
        fields = {label: self._resolved(label, value) for label, value in own.items()}
        if record_id:
            fields["Id"] = record_id
        link = _link_label(stream, parent.stream)
        if link and parent.id and not fields.get(link):
            fields[link] = parent.id
        for label, value in own.items():
            above = isinstance(value, dict) and value.get("Id")
            if above and f"{fold(label)}id" in _folded(stream) and not fields.get(f"{label}Id"):
                fields[f"{label}Id"] = above
        return fields

    def _resolved(self, label: str, value: Any) -> Any:
        if not _is_reference(label, value):
            return value
        found = self._ids.get(value[1:])
        others = self._elsewhere.get(value[1:], set())
        if found is None and len(others) == 1:
            found = next(iter(others))
        self._unresolved += found is None
        return found or value


def object_of(record: Row) -> str:
    """The object a record's attributes name, if they do."""
    named = _attributes(record).get("type")
    return named if isinstance(named, str) else ""


def _attributes(record: Row) -> Row:
    found = record.get("attributes")
    return found if isinstance(found, dict) else {}


def _plain(value: Any) -> Any:
    """A field's value; Salesforce's GraphQL puts it beside the text shown for it."""
    is_shown = isinstance(value, dict) and "value" in value and value.keys() <= _SHOWN
    return value["value"] if is_shown else value


_SHOWN = frozenset({"value", "displayValue", "label", "format"})


def _is_list(value: Any) -> bool:
    """Whether a field holds the answer of a sub-query, or its records alone.

    A parent or an address has no such key.
    """
    if isinstance(value, list):
        return any(isinstance(item, dict) and object_of(item) for item in value)
    return isinstance(value, dict) and bool(_LIST_MARKS & value.keys())


def _is_reference(label: str, value: Any) -> bool:
    """Only in a link: ``@name`` elsewhere is somebody's handle."""
    return label.endswith("Id") and isinstance(value, str) and bool(_REFERENCE.fullmatch(value))


@cache
def _stream_named(name: str) -> str | None:
    return next((s.stream for s in streams_of(_VENDOR) if fold(s.stream) == fold(name)), None)


def _singular(relationship: str) -> str:
    name = re.sub(r"ies$", "y", relationship)
    return name if name != relationship else relationship.removesuffix("s")


def _shown(name: str) -> str:
    return name if _API_NAME.fullmatch(name) else "an object without a proper name"


@cache
def _folded(stream: str) -> frozenset[str]:
    return frozenset(fold(column) for column in stream_of(_VENDOR, stream).columns)


@cache
def _link_label(stream: str, parent: str | None) -> str | None:
    """The field in which a child of a stream names such a parent: ``AccountId``."""
    if parent is None:
        return None
    label = "Parent" if parent == stream else parent.title().replace("_", "")
    return f"{label}Id" if fold(f"{label}Id") in _folded(stream) else None


def _digest(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
