"""SendGrid: logs of the event webhook, however they were kept.

An event is flat; what a sender spliced into it (unique arguments) is kept in ``_extra``.
Deliveries of the webhook repeat: the same ``sg_event_id`` may come more than once.
"""

import re
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
    Shape,
    batches_of,
    open_json,
    peek_values,
    read_values,
)
from dagster_project.sources.members import Member
from dagster_project.sources.remainder import Remainder

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
    events = peek_values(member.path, _may_be_event)[:20]
    return ("event",) if any(map(_is_event, events)) else None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch of events."""
    file = open_json(member, workdir)
    events = _to_rows(read_values(file, _may_be_event), file.rest)
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=(Shape(_SPEC, newest=("timestamp",), fields=_FIELDS, ask_for=_ASK),),
        rows=(("event", row) for row in chain(events, _unreadable_rows(file))),
        expected=("event",),
        keeps_broken_lines=True,
    )


_ASK = "keep the bodies of the event webhook whole: each event has email, timestamp and event"


def _may_be_event(value: object) -> bool:
    """Whether a value is for the gate to judge: two of what every event has."""
    return isinstance(value, dict) and len(_ALWAYS & value.keys()) >= 2


_ALWAYS = frozenset({"email", "timestamp", "event", "sg_event_id", "sg_message_id"})


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


def _to_rows(events: Iterable[Row], rest: Remainder) -> Iterator[Row]:
    for event in events:
        unknown = event.keys() - _KNOWN
        if unknown:
            event["_extra"] = {key: event.pop(key) for key in sorted(unknown)}
            rest.note_unknown(key for key in unknown if not _OWN_FIELD.fullmatch(key))
        yield event


_OWN_FIELD = re.compile(
    r"(sg_|mc_|singlesend|marketing_campaign|automation)\w*|newsletter|pool|send_at|template_id"
    r"|template_version_id|phase_id|cert_err|unique_args|domain|from"
)
"""What SendGrid itself puts into events beside what is read (its event webhook reference)."""


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return {column: (field,) for column, field in _FIELDS.items()} if stream == "event" else {}
