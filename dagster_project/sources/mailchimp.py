"""Mailchimp: audience exports (zip or single CSVs), campaign e-mail activity, member pages.

In an audience export the status of a member is in the file's name and nowhere else. Activity
has no id: the n-th of equal ones gets its number.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.files import Member
from dagster_project.sources.headers import Aliases, fold, with_own_names
from dagster_project.sources.json_rows import (
    JsonFile,
    Row,
    open_json,
    peek_values,
    pick,
    read_values,
    rows_batch,
    unwrap,
)
from dagster_project.sources.tabular import Columns, Sheet, peek_sheet, table_batch

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
        stream for value in peek_values(member.path) if (stream := _stream_of_value(value))
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
    for stream in sniff(member) or ():
        if stream == "email_activity":
            yield _activity_batch(member, source, workdir, file)
        else:
            yield _member_batch(member, source, workdir, file)


def _member_columns(member: Member, sheet: Sheet) -> Columns:
    labels = {fold(label) for label in sheet.header}
    has_column = bool({"status", "emailmarketingstatus"} & labels)
    status = _status_of(member.name, labels)
    problems = () if status or has_column else (
        "missing_status: neither the file's name nor its columns say whether these members are "
        "subscribed; give it the name Mailchimp gave it, such as "
        "subscribed_email_audience_export_1a2b3c.csv",
    )  # fmt: skip
    return Columns(
        aliases=_MEMBER,
        given={} if has_column or not status else {"status": status},
        expressions=_HASH,
        not_required=frozenset({"subscriber_hash"}),
        problems=problems,
        newest=("last_changed", "unsub_time", "clean_time", "confirm_time", "optin_time"),
    )


def _status_of(name: str, labels: set[str]) -> str | None:
    """A column that only one status has, else the beginning of the name."""
    if "unsubtime" in labels:
        return "unsubscribed"
    if "cleantime" in labels:
        return "cleaned"
    named = re.match(
        r"(unsubscribed|nonsubscribed|non-subscribed|subscribed|cleaned|archived)(?![a-z])",
        name.lower(),
    )
    return named.group(1).replace("-", "") if named else None


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


def _activity_batch(
    member: Member, source: SourceConfig, workdir: Path, file: JsonFile
) -> Batch:
    emails = (item for value in read_values(file) for item in unwrap(value, "emails"))
    return rows_batch(
        member,
        source,
        stream_of(VENDOR, "email_activity"),
        workdir,
        _activity_rows(emails),
        file=file,
        newest=("timestamp",),
    )


def _activity_rows(emails: Iterable[Row]) -> Iterator[Row]:
    for email in emails:
        if not isinstance(email, dict):
            continue
        known = {
            key: email.get(key)
            for key in ("campaign_id", "list_id", "email_id", "email_address")
        }
        seen: Counter[tuple[str, ...]] = Counter()
        for activity in email.get("activity") or ():
            key = tuple(str(activity.get(part)) for part in ("action", "timestamp", "url"))
            seen[key] += 1
            yield {**activity, **known, "nth": seen[key], "_raw": {**known, **activity}}


def _member_batch(member: Member, source: SourceConfig, workdir: Path, file: JsonFile) -> Batch:
    people = (
        item
        for value in read_values(file)
        for item in unwrap(value, "members")
        if _is_member(item)
    )
    return rows_batch(
        member,
        source,
        stream_of(VENDOR, "member"),
        workdir,
        map(_to_member, people),
        file=file,
        expressions=_HASH,
        newest=("last_changed",),
    )


def _to_member(item: Row) -> Row:
    fields = item.get("merge_fields") or {}
    tags = [str(tag.get("name")) for tag in item.get("tags") or () if isinstance(tag, dict)]
    return {
        "subscriber_hash": item.get("id"),
        "email_address": item.get("email_address"),
        "first_name": fields.get("FNAME"),
        "last_name": fields.get("LNAME"),
        "phone_number": fields.get("PHONE"),
        "address": fields.get("ADDRESS"),
        "birthday": fields.get("BIRTHDAY"),
        "status": item.get("status"),
        "member_rating": item.get("member_rating"),
        "optin_time": item.get("timestamp_signup"),
        "optin_ip": item.get("ip_signup"),
        "confirm_time": item.get("timestamp_opt"),
        "confirm_ip": item.get("ip_opt"),
        "latitude": pick(item, "location", "latitude"),
        "longitude": pick(item, "location", "longitude"),
        "gmtoff": pick(item, "location", "gmtoff"),
        "dstoff": pick(item, "location", "dstoff"),
        "timezone": pick(item, "location", "timezone"),
        "cc": pick(item, "location", "country_code"),
        "region": pick(item, "location", "region"),
        "last_changed": item.get("last_changed"),
        "leid": item.get("web_id"),
        "euid": item.get("unique_email_id"),
        "tags": ",".join(f'"{tag}"' for tag in tags) or None,
        "unsub_reason": item.get("unsubscribe_reason"),
        "_raw": item,
    }


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return _MEMBER if stream == "member" else {}
