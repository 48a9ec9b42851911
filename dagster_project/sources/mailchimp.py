"""Mailchimp: audience exports (zip or single CSVs), campaign e-mail activity, member pages.

In an audience export the status of a member is in the file's name and nowhere else. Activity
has no id: the n-th of equal ones gets its number.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.envelopes import items_of
from dagster_project.sources.headers import Aliases, fold, with_own_names
from dagster_project.sources.json_rows import (
    Row,
    Shape,
    batches_of,
    open_json,
    peek_values,
    read_values,
)
from dagster_project.sources.members import Member
from dagster_project.sources.remainder import OTHER_VALUES, Remainder
from dagster_project.sources.tabular import (
    Columns,
    Sheet,
    column_values,
    peek_sheet,
    table_batch,
)
from dagster_project.sources.vendor_fields import MAILCHIMP_MEMBER

VENDOR = "mailchimp"

_MEMBER: Aliases = {
    "email_address": ("Email Address", "Email", "E-mail", "Adresse e-mail", "E-Mail-Adresse"),
    "first_name": ("First Name", "FNAME", "Prénom", "Vorname", "Nombre"),
    "last_name": ("Last Name", "LNAME", "Nom", "Nom de famille", "Nachname", "Apellidos"),
    "phone_number": ("Phone Number", "Phone", "PHONE", "Téléphone", "Telefonnummer"),
    "address": ("Address", "ADDRESS", "Adresse"),
    "birthday": ("Birthday", "BIRTHDAY", "Anniversaire", "Geburtstag"),
    "status": ("Status", "Email Marketing Status"),
}  # fmt: skip

_EMAIL = frozenset(map(fold, ("email_address", *_MEMBER["email_address"])))
_TELLING = frozenset(
    [
        "memberrating",
        "optintime",
        "optinip",
        "confirmtime",
        "confirmip",
        "gmtoff",
        "dstoff",
        "leid",
        "euid",
        "unsubtime",
        "cleantime",
        "lastchanged",
    ]
)

_HASH = {
    "subscriber_hash": 'coalesce("subscriber_hash", md5(lower(trim("email_address"))))',
}


def sniff(member: Member) -> tuple[str, ...] | None:
    """The stream of an export, report or page; ``None`` when it is not Mailchimp's."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        labels = {fold(label) for label in with_own_names(sheet.header, member.configured)}
        is_told = len(labels & _TELLING) >= 3 or (member.is_placed and bool(labels & _EMAIL))
        return ("member",) if is_told else None
    streams = dict.fromkeys(
        stream
        for value in peek_values(member.path, _is_known)
        if (stream := _stream_of_value(value))
    )
    return tuple(streams) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per file, or per stream of a JSON file."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        yield table_batch(
            member, source, stream_of(VENDOR, "member"), workdir, _member_columns(member, sheet)
        )
        return
    file = open_json(member, workdir)
    pages = _Pages()
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=(
            Shape(
                stream_of(VENDOR, "member"),
                newest=("last_changed",),
                expressions=_HASH,
                ask_for=_ASK,
            ),
            Shape(stream_of(VENDOR, "email_activity"), newest=("timestamp",), ask_for=_ASK),
        ),
        rows=_rows(read_values(file, _is_known), file.rest, pages),
        expected=sniff(member) or (),
        notes=pages.notes,
    )


_ASK = "ask the API without `fields` and `exclude_fields`, and save the new answer"


class _Pages:
    """How many members each list's pages hold, and how many the vendor says there are."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._said: dict[str, int] = {}

    def see(self, page: Row, items: int) -> None:
        """Count one page."""
        of = str(page.get("list_id") or page.get("campaign_id"))
        said = page.get("total_items")
        self._seen[of] += items
        if isinstance(said, int):
            self._said[of] = max(self._said.get(of, 0), said)

    def notes(self) -> Iterator[str]:
        """What the pages lack."""
        lacking = sum(max(said - self._seen[of], 0) for of, said in self._said.items())
        if lacking:
            yield (
                f"the answer has further pages (total_items: {lacking:,} more): "
                "save those here too"
            )


def _member_columns(member: Member, sheet: Sheet) -> Columns:
    """A member's status: the vendor's own word, wherever it stands.

    The name of an export says it of the whole file. A column called Status may be the company's
    own field, and counts only where it holds nothing but Mailchimp's words; it tells rows of a
    file of subscribed members apart, and never makes a subscriber of anybody.
    """
    labels = {fold(label) for label in with_own_names(sheet.header, member.configured)}
    status = _status_of(member, labels)
    in_column = status in (None, "subscribed") and _has_vendors_status(member, sheet)
    problems = () if status or in_column else (
        "missing_status: neither the file's name nor its columns say whether these members are "
        "subscribed; give it the name Mailchimp gave it, such as "
        "subscribed_email_audience_export_1a2b3c.csv",
    )  # fmt: skip
    plain = "replace(replace(lower(trim(\"status\")), '-', ''), ' ', '')"
    named = f", '{status}'" if status else ""
    by_column = {"status": f"coalesce(nullif({plain}, ''){named})"}
    return Columns(
        aliases=_MEMBER,
        given={} if in_column or not status else {"status": status},
        expressions=_HASH | (by_column if in_column else {}),
        not_required=frozenset({"subscriber_hash"}),
        problems=problems,
        unguessed=frozenset({"status"}),  # a company's own field may be called alike
        newest=("last_changed", "unsub_time", "clean_time", "confirm_time", "optin_time"),
    )


STATUSES = frozenset(
    ["subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived",
     "nonsubscribed"]
)  # fmt: skip
"""Words of Mailchimp's API reference (lists/members ``status``) and of its exports' names."""

_STATUS_LABELS = tuple(map(fold, ("status", *_MEMBER["status"])))


def _has_vendors_status(member: Member, sheet: Sheet) -> bool:
    labels = [fold(label) for label in with_own_names(sheet.header, member.configured)]
    place = next((labels.index(label) for label in _STATUS_LABELS if label in labels), None)
    if place is None:
        return False
    values = column_values(member.path, fold(sheet.header[place]))
    is_told = False
    for value in values:
        if value and fold(value) not in STATUSES:
            return False
        is_told = is_told or bool(value)
    return is_told


def _status_of(member: Member, labels: set[str]) -> str | None:
    """A time that every row of the file has and one status alone has, else the name's beginning.

    The column alone says nothing: a company's own field may be called so, and an export may
    carry it empty.
    """
    for label, status in (("unsubtime", "unsubscribed"), ("cleantime", "cleaned")):
        if label in labels and _is_filled(column_values(member.path, label)):
            return status
    named = re.match(
        r"(unsubscribed|nonsubscribed|non-subscribed|subscribed|cleaned|archived|pending"
        r"|transactional)(?![a-z])",
        member.name.lower(),
    )
    return named.group(1).replace("-", "") if named else None


def _is_filled(values: Iterator[str]) -> bool:
    """Whether there are values and none of them is blank."""
    return bool(next(values, "")) and all(values)


def _stream_of_value(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    emails = value.get("emails")
    if isinstance(emails, list) and (
        "campaign_id" in value or _is_activity(next(iter(emails), None))
    ):
        return "email_activity"
    if _is_activity(value):
        return "email_activity"
    members = value.get("members")
    if isinstance(members, list) and (
        "list_id" in value or _is_member(next(iter(members), None))
    ):
        return "member"
    return "member" if _is_member(value) else None


def _is_activity(value: object) -> bool:
    return isinstance(value, dict) and {"campaign_id", "email_id", "activity"} <= value.keys()


def _is_member(value: object) -> bool:
    return (
        isinstance(value, dict)
        and {"email_address", "status", "unique_email_id"} <= value.keys()
    )


def _is_known(value: Any) -> bool:
    return _stream_of_value(value) is not None


def _rows(values: Iterable[Row], rest: Remainder, pages: _Pages) -> Iterator[tuple[str, Row]]:
    for value in values:
        if _stream_of_value(value) == "email_activity":
            emails = items_of(value, "emails", rest)
            pages.see(value, len(emails))
            yield from rest.accounted(emails, partial(_activities, rest), _kind_of_email)
        else:
            members = items_of(value, "members", rest)
            pages.see(value, len(members))
            yield from rest.accounted(members, partial(_member, rest))


def _activities(rest: Remainder, email: Any) -> Iterator[tuple[str, Row]]:
    if not isinstance(email, dict):
        return
    known = {
        key: email.get(key) for key in ("campaign_id", "list_id", "email_id", "email_address")
    }
    seen: Counter[tuple[str, ...]] = Counter()
    for activity in rest.children_in(email, "activity", what="activities of another kind"):
        key = tuple(str(activity.get(part)) for part in ("action", "timestamp", "url"))
        seen[key] += 1
        row = {**activity, **known, "nth": seen[key], "_raw": {**known, **activity}}
        yield "email_activity", row


def _kind_of_email(email: Any) -> str:
    has_none = isinstance(email, dict) and email.get("activity") in ([], None)
    return "recipients without activity" if has_none else OTHER_VALUES


def _member(rest: Remainder, item: Any) -> Iterator[tuple[str, Row]]:
    """A member's row; a page that was asked for a few fields says nothing of the others."""
    if not _is_member(item):
        return
    rest.object_in(item, "merge_fields")
    rest.object_in(item, "location")
    found = {
        column: value
        for column, path in _MEMBER_FIELDS.items()
        if (value := _found(item, path)) is not _NOT_THERE
    }
    if "tags" in found:
        tags = [str(tag.get("name")) for tag in rest.objects_in(item, "tags")]
        found["tags"] = ",".join(f'"{tag}"' for tag in tags) or None
    merged = item.get("merge_fields")
    extra = rest.extra_of(merged, _KNOWN_MERGED) if isinstance(merged, dict) else {}
    extra |= rest.extra_of(item, _KNOWN_OF_MEMBER)
    yield "member", {**found, "_raw": item, **({"_extra": extra} if extra else {})}


_NOT_THERE = object()

_MEMBER_FIELDS: dict[str, tuple[str, ...]] = {
    "subscriber_hash": ("id",),
    "email_address": ("email_address",),
    "first_name": ("merge_fields", "FNAME"),
    "last_name": ("merge_fields", "LNAME"),
    "phone_number": ("merge_fields", "PHONE"),
    "address": ("merge_fields", "ADDRESS"),
    "birthday": ("merge_fields", "BIRTHDAY"),
    "status": ("status",),
    "member_rating": ("member_rating",),
    "optin_time": ("timestamp_signup",),
    "optin_ip": ("ip_signup",),
    "confirm_time": ("timestamp_opt",),
    "confirm_ip": ("ip_opt",),
    "latitude": ("location", "latitude"),
    "longitude": ("location", "longitude"),
    "gmtoff": ("location", "gmtoff"),
    "dstoff": ("location", "dstoff"),
    "timezone": ("location", "timezone"),
    "cc": ("location", "country_code"),
    "region": ("location", "region"),
    "last_changed": ("last_changed",),
    "leid": ("web_id",),
    "euid": ("unique_email_id",),
    "tags": ("tags",),
    "unsub_reason": ("unsubscribe_reason",),
}


_KNOWN_MERGED = frozenset(
    path[1] for path in _MEMBER_FIELDS.values() if path[0] == "merge_fields"
)
_KNOWN_OF_MEMBER = frozenset(path[0] for path in _MEMBER_FIELDS.values()) | MAILCHIMP_MEMBER


def _found(item: Row, path: tuple[str, ...]) -> Any:
    value: Any = item
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return _NOT_THERE
        value = value[step]
    return value


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return _MEMBER if stream == "member" else {}
