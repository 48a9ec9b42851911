"""Zendesk's JSON: pages of its API (lists, incremental exports, audits) and exports line by line.

Belongs here: what an object of Zendesk is, and the rows it gives. Does not belong here: tables
(``zendesk``), requests (``zendesk_pull``).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dagster_project.sources.envelopes import items_of
from dagster_project.sources.json_rows import Row, pick
from dagster_project.sources.remainder import OTHER_VALUES, Remainder
from dagster_project.sources.vendor_fields import (
    ZENDESK_COMMENT,
    ZENDESK_ORGANIZATION,
    ZENDESK_TICKET,
    ZENDESK_USER,
)

LISTS: Mapping[str, str] = {
    "tickets": "ticket",
    "deleted_tickets": "deleted ticket",
    "audits": "audit",
    "ticket_events": "ticket event",
    "comments": "comment",
    "users": "user",
    "organizations": "organization",
    "sla_policies": "SLA policy",
    "schedules": "schedule",
    "holidays": "holiday",
    "results": "result",
}
"""Lists of Zendesk's answers that hold rows, and the kind of their items."""

_ONE: Mapping[str, str] = {
    "ticket": "ticket",
    "audit": "audit",
    "comment": "comment",
    "user": "user",
    "organization": "organization",
    "schedule": "schedule",
}
"""Members under which an answer has one object alone."""

_PAGING = frozenset(
    {"end_of_stream", "after_cursor", "next_page", "previous_page", "end_time", "count"}
)

_STREAMS: Mapping[str, tuple[str, ...]] = {
    "ticket": ("ticket",),
    "deleted ticket": ("ticket",),
    "audit": ("comment", "change"),
    "ticket event": ("comment", "change"),
    "comment": ("comment",),
    "user": ("user",),
    "organization": ("organization",),
    "SLA policy": ("sla_policy",),
    "schedule": ("schedule",),
    "holiday": ("schedule_holiday",),
}
"""What an object of a kind may give rows of."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KINDS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("audit", _set("id ticket_id events"), frozenset()),
    ("ticket event", _set("ticket_id child_events"), frozenset()),
    ("deleted ticket", _set("id subject deleted_at"), _set("actor previous_state")),
    (
        "ticket",
        _set("id status"),
        _set("requester_id requester submitter_id raw_subject ticket_form_id"),
    ),
    ("comment", _set("id author_id public"), _set("body html_body plain_body")),
    (
        "user",
        _set("id name role"),
        _set(
            "restricted_agent ticket_restriction shared_agent default_group_id locale_id "
            "only_private_comments user_fields moderator iana_time_zone"
        ),
    ),
    (
        "organization",
        _set("id name"),
        _set("domain_names shared_tickets shared_comments organization_fields"),
    ),
    ("SLA policy", _set("id policy_metrics"), frozenset()),
    ("schedule", _set("id intervals time_zone"), frozenset()),
    ("holiday", _set("id name start_date end_date"), frozenset()),
)
"""Kind, members it has all of, and members it has one of; the most telling first."""


def kind_of(item: Any) -> str | None:
    """Which of Zendesk's objects a value is; HubSpot's tickets have ``properties``."""
    if not isinstance(item, dict) or "properties" in item:
        return None
    keys = item.keys()
    return next(
        (
            kind
            for kind, all_of, one_of in _KINDS
            if keys >= all_of and (not one_of or one_of & keys)
        ),
        None,
    )


def is_known(value: Any) -> bool:
    """Whether a value is a page of Zendesk's or one of its objects."""
    return any(streams_of(value))


def streams_of(value: Any) -> Iterator[str]:
    """Streams that a page or an object may give rows of."""
    if not isinstance(value, dict):
        return
    kinds = {kind_of(value)} - {
        "holiday"
    }  # four plain members prove nothing outside their list
    for name in LISTS.keys() & value.keys():
        items = value[name]
        if items == [] and _PAGING & value.keys() and name != "results":
            kinds.add(LISTS[name])
        elif isinstance(items, list):
            kinds |= {kind for item in items if (kind := _kind_in(name, item))}
    for name in _ONE.keys() & value.keys():
        kinds.add(kind_of(value[name]) if "id" not in value else None)
    for kind in sorted(kind for kind in kinds if kind):
        yield from _STREAMS[kind]


def _kind_in(name: str, item: Any) -> str | None:
    kind = kind_of(item)
    if name == "results":
        return kind if isinstance(item, dict) and "result_type" in item else None
    return kind if kind == LISTS[name] else None


class Reading:
    """Rows of pages and objects; what is none of Zendesk's is counted."""

    def __init__(self, name: str, rest: Remainder) -> None:
        """``name``: the file's, which may tell whose comments a page holds."""
        self._name = name
        self._rest = rest
        self._readers: Mapping[str, Callable[[Row, str | None], Iterator[tuple[str, Row]]]] = {
            "ticket": self._ticket,
            "deleted ticket": _deleted_ticket,
            "audit": self._audit,
            "ticket event": self._ticket_event,
            "comment": self._comment,
            "user": self._user,
            "organization": self._organization,
            "SLA policy": self._sla_policy,
            "schedule": self._schedule,
            "holiday": _holiday,
        }

    def rows(self, value: Any) -> Iterator[tuple[str, Row]]:
        """Pairs of a stream and its row."""
        lists = [name for name in LISTS if isinstance(pick(value, name), list)]
        one = next((name for name in _ONE if kind_of(pick(value, name)) == _ONE[name]), None)
        if kind_of(value) in (None, "holiday") and lists:
            place = self._place_of(value)
            for number, name in enumerate(lists):
                # lists beside these are counted once
                beside = frozenset(LISTS) if number == 0 else frozenset(value)
                items = items_of(value, name, self._rest, beside=beside)
                yield from self._rest.accounted(
                    items, lambda item: self._of(item, place), _what_it_is
                )
        elif kind_of(value) is None and one:
            yield from self._of(value[one], self._place_of(value))
        else:
            yield from self._rest.accounted(
                [value], lambda item: self._of(item, None), _what_it_is
            )

    def _place_of(self, page: Row) -> str | None:
        """The ticket of comments, or the schedule of holidays, that do not name it themselves."""
        told = [
            pick(page, "next_page"),
            pick(page, "previous_page"),
            pick(page, "links", "next"),
        ]
        told += [pick(page, "url"), self._name]
        found = (_PLACE.search(text) for text in told if isinstance(text, str))
        return next((match.group(1) for match in found if match), None)

    def _of(self, item: Any, place: str | None) -> Iterator[tuple[str, Row]]:
        kind = kind_of(item)
        if kind:
            yield from self._readers[kind](item, place)

    def _ticket(self, ticket: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
        via = self._rest.object_in(ticket, "via")
        row = _taken(ticket, _TICKET)
        row |= {"_raw": {key: v for key, v in ticket.items() if key not in _NESTED}}
        if "via" in ticket:
            row |= {"via_channel": via.get("channel"), "via_rel": pick(via, "source", "rel")}
        if "satisfaction_rating" in ticket:
            row["satisfaction_score"] = pick(ticket, "satisfaction_rating", "score")
        for person in ("requester", "submitter", "assignee"):
            known = ticket.get(person)
            if isinstance(known, dict) and "id" in known:
                row.setdefault(f"{person}_id", known["id"])
                yield from self._user(known, None)
        organization = ticket.get("organization")
        if isinstance(organization, dict) and "id" in organization:
            row.setdefault("organization_id", organization["id"])
            yield from self._organization(organization, None)
        row["_extra"] = self._rest.extra_of(ticket, ZENDESK_TICKET) or None
        yield "ticket", row
        for name, read in (("comments", self._comment), ("audits", self._audit)):
            for inner in self._rest.children_in(ticket, name, what=f"{name} of another kind"):
                yield from read({"ticket_id": ticket["id"], **inner}, None)

    def _audit(self, audit: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
        yield from self._events(audit, "events", audit.get("author_id"))

    def _ticket_event(self, event: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
        yield from self._events(event, "child_events", event.get("updater_id"))

    def _events(self, above: Row, name: str, author: Any) -> Iterator[tuple[str, Row]]:
        """Comments and changes of one update; notifications and the like are counted."""
        created = above.get("created_at") or above.get("timestamp")
        shared = {
            key: above[key]
            for key in ("ticket_id", "via", "metadata")
            if above.get(key) is not None
        }
        for event in self._rest.children_in(above, name, what="events of another kind"):
            kind = event.get("type") or event.get("event_type")
            if kind == "Comment" or {"body", "public"} <= event.keys():
                own = {k: v for k, v in event.items() if v is not None}
                whole = {"author_id": author, "created_at": created, **shared, **own}
                yield from self._comment(whole, None)
            elif kind in ("Create", "Change"):
                yield from self._changes(event, above, author, created)
            else:
                self._rest.leave_out("events of a ticket that are no comment or change")

    def _changes(
        self, event: Row, above: Row, author: Any, created: Any
    ) -> Iterator[tuple[str, Row]]:
        names = [event["field_name"]] if "field_name" in event else [
            field for field in _TOLD_FIELDS if field in event
        ]  # fmt: skip
        if not names:
            self._rest.leave_out("changes of fields that are not named")
        for field in names:
            yield (
                "change",
                {
                    "ticket_id": above.get("ticket_id"),
                    "field_name": field,
                    "value": event.get("value") if "field_name" in event else event.get(field),
                    "previous_value": event.get("previous_value"),
                    "created_at": created,
                    "author_id": author,
                    "_raw": event,
                },
            )

    def _comment(self, comment: Row, place: str | None) -> Iterator[tuple[str, Row]]:
        via = self._rest.object_in(comment, "via")
        row = _taken(comment, _COMMENT)
        if comment.get("body") is None and comment.get("plain_body") is not None:
            row["body"] = comment["plain_body"]
        row.setdefault("ticket_id", place)
        row |= {
            "via_channel": via.get("channel"),
            "via_rel": pick(via, "source", "rel"),
            "via_ticket_id": pick(via, "source", "from", "ticket_id"),
            "_raw": comment,
            "_extra": self._rest.extra_of(comment, ZENDESK_COMMENT) or None,
        }
        yield "comment", row

    def _user(self, user: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
        row = _taken(user, _USER)
        own = self._rest.object_in(user, "user_fields")
        extra = self._rest.extra_of(user, ZENDESK_USER)
        extra |= {name: value for name, value in own.items() if value not in (None, "", [])}
        for identity in self._rest.objects_in(user, "identities"):
            column = {"twitter": "twitter_handle", "facebook": "facebook_id"}.get(
                str(identity.get("type"))
            )
            if column:
                row[column] = identity.get("value")
        yield "user", row | {"_raw": user, "_extra": extra or None}

    def _organization(self, found: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
        row = _taken(found, _ORGANIZATION)
        domains = found.get("domain_names")
        if isinstance(domains, list):
            row["domain_names"] = ";".join(str(domain) for domain in domains)
        extra = self._rest.extra_of(found, ZENDESK_ORGANIZATION)
        extra |= self._rest.object_in(found, "organization_fields")
        yield "organization", row | {"_raw": found, "_extra": extra or None}

    def _sla_policy(self, policy: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
        for metric in self._rest.children_in(
            policy, "policy_metrics", what="targets of another kind"
        ):
            yield (
                "sla_policy",
                {
                    "sla_policy_id": policy.get("id"),
                    "title": policy.get("title"),
                    "filter": policy.get("filter"),
                    "metric": metric.get("metric"),
                    "priority": metric.get("priority"),
                    "target": metric.get("target"),
                    "business_hours": metric.get("business_hours"),
                    "updated_at": policy.get("updated_at"),
                    "_raw": metric,
                },
            )

    def _schedule(self, schedule: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
        for interval in self._rest.children_in(
            schedule, "intervals", what="intervals of another kind"
        ):
            yield (
                "schedule",
                _taken(schedule, _SCHEDULE)
                | {
                    "start_time": interval.get("start_time"),
                    "end_time": interval.get("end_time"),
                    "_raw": interval,
                },
            )


_PLACE = re.compile(r"(?:tickets?|schedules?)[/_-](\d+)")

_NESTED = _set("comments audits requester submitter assignee organization")

_TICKET = _set(
    "id external_id created_at updated_at type subject description priority status requester_id "
    "submitter_id assignee_id organization_id group_id brand_id is_public due_at solved_at tags "
    "merged_ticket_ids"
)
_COMMENT = _set("id ticket_id author_id created_at body html_body public metadata")
_USER = _set(
    "id name email phone role external_id organization_id active suspended verified time_zone "
    "locale tags created_at updated_at"
)
_ORGANIZATION = _set("id name external_id created_at updated_at deleted_at")
_SCHEDULE = _set("id name time_zone created_at updated_at")
_TOLD_FIELDS = ("status", "priority", "assignee_id", "group_id", "type", "subject", "tags")
"""Fields that an incremental export's changes have as members of their own."""


def _taken(item: Row, columns: frozenset[str]) -> Row:
    """The members that are columns; one that is not there says nothing of its column."""
    return {name: item[name] for name in item if name in columns}


def _deleted_ticket(ticket: Row, _place: str | None) -> Iterator[tuple[str, Row]]:
    yield (
        "ticket",
        {
            "id": ticket["id"],
            "status": "deleted",
            "updated_at": ticket.get("deleted_at"),
            "_raw": ticket,
        },
    )


def _holiday(holiday: Row, place: str | None) -> Iterator[tuple[str, Row]]:
    row = _taken(holiday, _set("id schedule_id name start_date end_date"))
    row.setdefault("schedule_id", place)
    yield "schedule_holiday", row | {"_raw": holiday}


def _what_it_is(item: Any) -> str:
    return "objects of Zendesk that are not read" if isinstance(item, dict) else OTHER_VALUES
