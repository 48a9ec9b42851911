"""Zendesk: API pages, exports line by line, a view's CSV, and the tables of a warehouse's copy.

A view's export carries times in the account's zone without naming it; the tables that connectors
write into a warehouse carry times in UTC without naming it. Both are called ``Created at``, so
the kind of a table decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.headers import Aliases, fold, with_own_names
from dagster_project.sources.json_rows import (
    Shape,
    batches_of,
    open_json,
    peek_values,
    read_values,
)
from dagster_project.sources.members import Member
from dagster_project.sources.tabular import Columns, Sheet, peek_sheet, table_batch
from dagster_project.sources.zendesk_pages import Reading, is_known, streams_of

VENDOR = "zendesk"

_TICKET: Aliases = {
    "id": ("Id", "Ticket ID", "#"),
    "requester_name": ("Requester",),
    "requester_email": ("Requester email",),
    "assignee_name": ("Assignee",),
    "organization_name": ("Organization",),
    "via_channel": ("Via", "Channel"),
    "via_rel": ("via_source_rel",),
    "type": ("Ticket type",),
    "due_at": ("Due date",),
    "satisfaction_score": ("Satisfaction Score",),
}
_COMMENT: Aliases = {"author_id": ("user_id",), "created_at": ("created",)}
_CHANGE: Aliases = {"created_at": ("updated",), "author_id": ("user_id",)}
_SLA_POLICY: Aliases = {"updated_at": ("sla_policy_updated_at",)}

_ALIASES: Mapping[str, Aliases] = {
    "ticket": _TICKET,
    "comment": _COMMENT,
    "change": _CHANGE,
    "sla_policy": _SLA_POLICY,
}


@dataclass(frozen=True)
class _Table:
    """A table is this stream's when it has all of ``all_of`` and one of ``one_of``, folded."""

    stream: str
    all_of: frozenset[str]
    one_of: frozenset[str] = frozenset()

    def fits(self, labels: frozenset[str]) -> bool:
        """Whether a header is this table's."""
        return labels >= self.all_of and (not self.one_of or bool(self.one_of & labels))


def _set(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split(","))


_VIEW = _Table(
    "ticket",
    _set("Id,Requester,Subject,Status"),
    _set("Summation column,Requester id,Ticket type,Satisfaction Score,Group stations,Reopens"),
)
_TABLES = (
    _Table("ticket", _set("id,requester_id,submitter_id,status,subject")),
    _Table("comment", _set("id,ticket_id,body,public"), _set("user_id,author_id")),
    _Table("change", _set("ticket_id,field_name,value"), _set("updated,created_at")),
    _Table(
        "user",
        _set("id,name,email,role"),
        _set(
            "ticket_restriction,restricted_agent,shared_agent,only_private_comments,moderator,"
            "default_group_id,locale_id"
        ),
    ),
    _Table(
        "organization", _set("id,name"), _set("shared_tickets,shared_comments,domain_names")
    ),
    _Table("sla_policy", _set("sla_policy_id,metric,priority,target")),
    _Table("ticket_sla_policy", _set("ticket_id,sla_policy_id"), _set("policy_applied_at")),
    _Table("ticket_tag", _set("tag,ticket_id")),
    _Table("schedule", _set("id,time_zone,start_time,end_time"), _set("name,start_time_utc")),
    _Table("schedule_holiday", _set("id,schedule_id,start_date,end_date")),
)
"""Tables of a warehouse's copy, the most telling first."""

_ORDINARY = frozenset(
    fold(label)
    for label in (
        "Summation column", "Requester external id", "Requester domain", "Submitter", "Group",
        "Assigned at", "Initially assigned at", "Resolution time", "Group stations",
        "Assignee stations", "Reopens", "Replies", "_fivetran_synced", "_fivetran_deleted",
        *(
            f"{what} time in minutes{hours}"
            for what in ("First reply", "First resolution", "Full resolution", "Agent wait",
                         "Requester wait", "On hold")
            for hours in ("", " within business hours")
        ),
    )
)  # fmt: skip


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return _ALIASES.get(stream, {})


def sniff(member: Member) -> tuple[str, ...] | None:
    """The streams of a page, an export or a table; ``None`` when it is not Zendesk's."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        table = _table_of(sheet, member)
        return (table.stream,) if table else None
    values = peek_values(member.path, is_known)
    return tuple(dict.fromkeys(s for value in values for s in streams_of(value))) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per stream of the file."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        table = _table_of(sheet, member)
        if table:
            yield _read_table(table, member, source, workdir)
        return
    file = open_json(member, workdir)
    reading = Reading(member.name, file.rest)
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=_SHAPES,
        rows=(row for value in read_values(file, is_known) for row in reading.rows(value)),
        expected=sniff(member) or (),
    )


_ASK = "ask Zendesk's API for the objects whole, and save the new answer"
_SHAPES = (
    Shape(stream_of(VENDOR, "ticket"), newest=("updated_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "comment"), newest=("created_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "change"), newest=("created_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "user"), newest=("updated_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "organization"), newest=("updated_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "sla_policy"), newest=("updated_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "schedule"), newest=("updated_at",), ask_for=_ASK),
    Shape(stream_of(VENDOR, "schedule_holiday"), newest=("start_date",), ask_for=_ASK),
)


def _table_of(sheet: Sheet, member: Member) -> _Table | None:
    labels = frozenset(fold(cell) for cell in with_own_names(sheet.header, member.configured))
    if _VIEW.fits(labels) and "requesterid" not in {fold(c) for c in sheet.header if "_" in c}:
        return _VIEW
    return next((table for table in _TABLES if table.fits(labels)), None)


def _read_table(table: _Table, member: Member, source: SourceConfig, workdir: Path) -> Batch:
    spec = stream_of(VENDOR, table.stream)
    columns = Columns(aliases=labels_of(table.stream), ordinary=_ORDINARY)
    if table is _VIEW or not spec.local_times:
        return table_batch(member, source, spec, workdir, columns)
    in_utc = replace(
        columns, expressions={column: _in_utc(column) for column in spec.local_times}
    )
    batch = table_batch(member, source, replace(spec, local_times=()), workdir, in_utc)
    return replace(batch, spec=spec)


def _in_utc(column: str) -> str:
    """A time of a warehouse's copy with the zone it is in and does not name."""
    name = f'"{column}"'
    return f"case when regexp_full_match({name}, '[0-9-]{{10}}[ T][0-9:.]+') then {name} || 'Z' else {name} end"
