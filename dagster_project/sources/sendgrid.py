"""SendGrid: logs of the event webhook, however they were kept.

An event is flat; what a sender spliced into it (unique arguments) is kept in ``_extra``.
Deliveries of the webhook repeat: the same ``sg_event_id`` may come more than once.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.headers import Aliases
from dagster_project.sources.json_rows import (
    JsonFile,
    Row,
    open_json,
    peek_values,
    read_values,
    rows_batch,
    unwrap,
)
from dagster_project.sources.members import Member

VENDOR = "sendgrid"

_SPEC = stream_of(VENDOR, "event")
_FIELDS = {"smtp_id": "smtp-id"}
_KNOWN = frozenset(_FIELDS.get(column, column) for column in _SPEC.columns)
_EVENTS = frozenset(
    [
        "processed",
        "dropped",
        "deferred",
        "delivered",
        "bounce",
        "blocked",
        "open",
        "click",
        "spamreport",
        "unsubscribe",
        "group_unsubscribe",
        "group_resubscribe",
    ]
)


def sniff(member: Member) -> tuple[str, ...] | None:
    """``event`` for a log of webhook events; ``None`` when it is not SendGrid's."""
    events = _events(peek_values(member.path)[:20])
    return ("event",) if any(map(_is_event, events)) else None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch of events."""
    file = open_json(member, workdir)
    yield rows_batch(
        member,
        source,
        _SPEC,
        workdir,
        chain(_to_rows(_events(read_values(file))), _unreadable_rows(file)),
        file=file,
        newest=("timestamp",),
        fields=_FIELDS,
    )


def _events(values: Iterable[object]) -> Iterator[Row]:
    """Events, also out of a log that wraps each delivery's body."""
    for value in values:
        if isinstance(value, dict) and "event" in value:
            yield value
            continue
        for item in unwrap(value, "events", "body", "data", "payload"):
            if isinstance(item, dict):
                yield item


def _is_event(value: Row) -> bool:
    kind = value.get("event")
    named = isinstance(kind, str) and kind in _EVENTS
    ours = any(key.startswith("sg_") or key == "smtp-id" for key in value)
    known = {"email", "timestamp", "event"} & value.keys()
    return (len(known) == 3 and (named or ours)) or (len(known) == 2 and ours)


def _unreadable_rows(file: JsonFile) -> Iterator[Row]:
    """Broken lines as rows without an event: the gate quarantines them, nothing is lost."""
    for line in file.broken_lines.values():
        yield {"_raw": {"line": line.number, "text": line.text}}


def _to_rows(events: Iterable[Row]) -> Iterator[Row]:
    for event in events:
        unknown = event.keys() - _KNOWN
        if unknown:
            event["_extra"] = {key: event.pop(key) for key in sorted(unknown)}
        yield event


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return {column: (field,) for column, field in _FIELDS.items()} if stream == "event" else {}
