"""Every reader, over any dress a vendor's file may come in: each row is accounted for, whole.

Columns and members in any number and order, flags in any language, encodings, separators, line ends,
quotes, layouts of JSON: what is written lands as it was written, and a column that a file does not
have is named as absent, so that nothing of what was known changes.
"""

import csv
import io
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.sources.archives import plain_member
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.files import file_vendors
from expectations.flags import NO, YES
from tests.unit.sources.inbox import Reading, rows_of, source_of

fast = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""The same examples in every run of `make test`; `make fuzz` looks for new ones."""

TIME = "2026-05-01 10:00"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
WORDS = st.text(
    st.sampled_from("aZ9 -_.@'/+=éüßÄ,;|\t\"\n#"), min_size=0, max_size=12
)  # what CSV, spreadsheets and one code page make hard
WIDE = WORDS | st.text(st.sampled_from("日本語Ωяł🙂\u200f "), max_size=6)
FLAGS = sorted({*YES, *NO})


@dataclass(frozen=True)
class Table:
    """One stream's table: labels it is told by, and others by their landing column."""

    vendor: str
    stream: str
    name: str
    told: Mapping[str, str]  # landing column → label, always there
    more: Mapping[str, str]
    flags: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()  # told by the file's name
    ident: Callable[[int], str] = field(default=str)


TABLES = {
    "salesforce-contact": Table(
        "salesforce", "contact", "Contact.csv",
        {"id": "Id", "last_name": "LastName"},
        {"first_name": "FirstName", "email": "Email", "phone": "Phone", "title": "Title",
         "mailing_city": "MailingCity", "has_opted_out_of_email": "HasOptedOutOfEmail",
         "is_deleted": "IsDeleted", "system_modstamp": "SystemModstamp"},
        frozenset({"has_opted_out_of_email", "is_deleted"}), frozenset({"system_modstamp"}),
        ident=lambda n: f"003{n:012d}AAA",
    ),
    "salesforce-opportunity": Table(
        "salesforce", "opportunity", "opps.csv",
        {"id": "ID", "stage_name": "STAGENAME"},
        {"name": "NAME", "close_date": "CLOSEDATE", "is_won": "ISWON", "is_closed": "ISCLOSED",
         "type": "TYPE"},
        frozenset({"is_won", "is_closed"}), frozenset({"close_date"}),
        ident=lambda n: f"006{n:012d}AAA",
    ),
    "hubspot-contact": Table(
        "hubspot", "contact", "all-contacts.csv",
        {"record_id": "Record ID", "email": "Email", "lifecycle_stage": "Lifecycle Stage"},
        {"first_name": "Prénom", "last_name": "Nom", "phone_number": "Phone Number",
         "unsubscribed_from_all_email": "Unsubscribed from all email", "city": "Ville",
         "last_modified_date": "Last Modified Date"},
        frozenset({"unsubscribed_from_all_email"}), frozenset({"last_modified_date"}),
    ),
    "hubspot-deal": Table(
        "hubspot", "deal", "deals.csv",
        {"record_id": "Record ID", "deal_name": "Deal Name", "deal_stage": "Deal Stage"},
        {"pipeline": "Pipeline", "is_won": "Is Closed Won", "deal_owner": "Deal owner",
         "associated_contact_ids": "Associated Contact IDs", "close_date": "Close Date"},
        frozenset({"is_won"}), frozenset({"close_date"}),
    ),
    "hubspot-company": Table(
        "hubspot", "company", "companies.csv",
        {"record_id": "Record ID", "name": "Company name", "company_owner": "Company owner"},
        {"domain": "Company Domain Name", "city": "City", "industry": "Industry"},
    ),
    "mailchimp-member": Table(
        "mailchimp", "member", "subscribed_email_audience_export_1a2b3c.csv",
        {"email_address": "Email Address", "member_rating": "MEMBER_RATING",
         "optin_time": "OPTIN_TIME", "leid": "LEID"},
        {"first_name": "First Name", "last_name": "Last Name", "notes": "NOTES", "cc": "CC",
         "last_changed": "LAST_CHANGED"},
        times=frozenset({"last_changed", "optin_time"}), given=frozenset({"status"}),
        ident=lambda n: f"ada{n}@example.org",
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
@fast
@given(data=st.data())
def test_a_table_in_any_dress_lands_whole(
    tmp_path_factory: pytest.TempPathFactory, table: Table, data: st.DataObject
) -> None:
    encoding = data.draw(st.sampled_from(ENCODINGS))
    more = data.draw(st.lists(st.sampled_from(sorted(table.more)), unique=True))
    labels = {**table.told, **{column: table.more[column] for column in more}}
    columns = data.draw(st.permutations(sorted(labels)))
    columns.insert(0, columns.pop(columns.index(next(iter(table.told)))))
    rows = _rows_of(table, columns, data, encoding)
    dialect = {
        "delimiter": data.draw(st.sampled_from(",;\t|")),
        "quoting": data.draw(st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))),
        "lineterminator": data.draw(st.sampled_from(("\n", "\r\n"))),
    }
    text = io.StringIO()
    writer = csv.writer(text, **dialect)
    writer.writerow([labels[column] for column in columns])
    writer.writerows([row[column] for column in columns] for row in rows)
    folder = tmp_path_factory.mktemp("table")

    reading = read(folder, table.vendor, table.name, text.getvalue().encode(encoding))

    assert reading.batch.rows_in == len(rows)
    assert reading.batch.left_out == ()
    assert [{c: row[c] for c in columns} for row in reading.rows] == [
        {column: value or None for column, value in row.items()} for row in rows
    ]
    spec = stream_of(table.vendor, table.stream)
    unsaid = set(spec.columns) - set(columns) - set(spec.key) - table.given
    assert {absent_of(row) for row in reading.rows} <= {frozenset(unsaid)}
    assert all(row[column] is None for row in reading.rows for column in unsaid)


def _rows_of(
    table: Table, columns: list[str], data: st.DataObject, encoding: str
) -> list[dict[str, str]]:
    cells = WORDS if encoding == "cp1252" else WIDE
    flags = [word for word in FLAGS if _fits(word, encoding)]
    first = next(iter(table.told))

    def cell(column: str, number: int) -> str:
        if column == first:
            return table.ident(number)
        if column in table.times:
            return TIME
        if column in table.flags:
            return data.draw(st.sampled_from([*flags, ""]))
        drawn = data.draw(cells)
        return drawn or "x" if column in table.told else drawn

    count = data.draw(st.integers(1, 4))
    return [{column: cell(column, number) for column in columns} for number in range(1, count)]


def _fits(word: str, encoding: str) -> bool:
    try:
        return bool(word.encode(encoding))
    except UnicodeEncodeError:
        return False


@dataclass(frozen=True)
class Entities:
    """One stream's JSON: what each entity has, and members it may lack, with their column."""

    vendor: str
    stream: str
    told: Callable[[int], dict[str, Any]]
    more: Mapping[str, tuple[str, Any]]  # member → landing column and value
    page: Callable[[list[Any]], Any]
    key: str = "id"


ENTITIES = {
    "salesforce": Entities(
        "salesforce", "contact",
        lambda n: {"attributes": {"type": "Contact"}, "Id": f"003{n:012d}AAA", "LastName": "Quay"},
        {"Email": ("email", "ada@example.org"), "FirstName": ("first_name", "Zoë"),
         "HasOptedOutOfEmail": ("has_opted_out_of_email", True)},
        lambda items: {"totalSize": len(items), "done": True, "records": items},
    ),
    "hubspot": Entities(
        "hubspot", "contact",
        lambda n: {"id": str(n), "properties": {"email": f"ada{n}@example.org"}},
        {"archived": ("archived", False), "createdAt": ("create_date", TIME)},
        lambda items: {"results": items},
        key="record_id",
    ),
    "hubspot-event": Entities(
        "hubspot", "email_event",
        lambda n: {"id": str(n), "type": "OPEN", "created": 1, "recipient": "a@example.org"},
        {"appId": ("app_id", 7), "url": ("url", "https://example.org")},
        lambda items: {"hasMore": False, "events": items},
    ),
    "mailchimp": Entities(
        "mailchimp", "member",
        lambda n: {"id": f"h{n}", "email_address": f"a{n}@example.org", "status": "subscribed",
                   "unique_email_id": str(n)},
        {"member_rating": ("member_rating", 3), "last_changed": ("last_changed", TIME)},
        lambda items: {"list_id": "l", "members": items},
        key="subscriber_hash",
    ),
    "sendgrid": Entities(
        "sendgrid", "event",
        lambda n: {"sg_event_id": f"e{n}", "email": "a@example.org", "timestamp": n, "event": "open"},
        {"useragent": ("useragent", "Mail"), "url": ("url", "https://example.org")},
        lambda items: items,
        key="sg_event_id",
    ),
    "x": Entities(
        "x", "post",
        lambda n: {"id": str(2**60 + n), "text": "hi", "author_id": "2", "created_at": TIME},
        {"lang": ("lang", "fr"), "conversation_id": ("conversation_id", "9")},
        lambda items: {"data": items, "meta": {"result_count": len(items)}},
    ),
    "facebook": Entities(
        "facebook", "post",
        lambda n: {"id": f"1_{n}", "created_time": TIME, "updated_time": TIME, "message": "hi"},
        {"story": ("story", "s"), "permalink_url": ("permalink_url", "https://example.org")},
        lambda items: {"data": items},
    ),
    "instagram": Entities(
        "instagram", "media",
        lambda n: {"id": str(n), "timestamp": TIME, "media_type": "IMAGE"},
        {"caption": ("caption", "c"), "permalink": ("permalink", "https://example.org")},
        lambda items: {"data": items},
    ),
    "mastodon": Entities(
        "mastodon", "account",
        lambda n: {"id": str(n), "username": "ada", "acct": "ada@example.org"},
        {"note": ("note", "n"), "display_name": ("display_name", "Ada")},
        lambda items: items,
    ),
    "bluesky": Entities(
        "bluesky", "profile",
        lambda n: {"did": f"did:plc:{n}", "handle": "ada.example.org"},
        {"displayName": ("display_name", "Ada"), "description": ("description", "d")},
        lambda items: {"profiles": items},
        key="did",
    ),
}  # fmt: skip

LAYOUTS: dict[str, Callable[[Entities, list[Any]], str]] = {
    "page": lambda kind, items: json.dumps(kind.page(items), indent=1),
    "array": lambda _, items: json.dumps(items),
    "lines": lambda _, items: "\n".join(map(json.dumps, items)) + "\n",
    "pages-per-line": lambda kind, items: "".join(
        json.dumps(kind.page([item])) + "\n" for item in items
    ),
    "wrapped": lambda kind, items: json.dumps(
        {"Records": [{"messageId": "m", "body": json.dumps(kind.page([i]))} for i in items]}
    ),
}


@pytest.mark.parametrize("kind", ENTITIES.values(), ids=list(ENTITIES))
@fast
@given(data=st.data())
def test_json_in_any_layout_lands_whole(
    tmp_path_factory: pytest.TempPathFactory, kind: Entities, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, 4))
    lacking = [data.draw(st.sets(st.sampled_from(sorted(kind.more)))) for _ in range(count)]
    chance = random.Random(data.draw(st.integers(0, 99)))
    items = [_entity(kind, n, lacks, chance) for n, lacks in enumerate(lacking, start=1)]
    odd = data.draw(st.lists(st.sampled_from((5, "x", None, [], {"odd": 1})), max_size=2))
    layout = data.draw(st.sampled_from(sorted(LAYOUTS)))
    encoding = data.draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16")))
    values = items if layout == "lines" else items + odd
    folder = tmp_path_factory.mktemp("json")

    text = LAYOUTS[layout](kind, values)
    reading = read(folder, kind.vendor, "answer.json", text.encode(encoding), kind.stream)

    by_key = {row[kind.key]: row for row in reading.rows}
    assert len(by_key) == len(reading.rows) == count
    left_out = sum(left.rows for left in reading.batch.left_out)
    said = len([value for value in values[count:] if value != []])
    assert said <= left_out <= len(values) - count  # an empty list says nothing
    for item, lacks in zip(items, lacking, strict=True):
        row = by_key[
            str(item.get("id") or item.get("Id") or item.get("did") or item.get("sg_event_id"))
        ]
        for member, (column, value) in kind.more.items():
            if member in lacks:
                assert row[column] is None
            else:
                assert row[column] == (value if isinstance(value, str) else json.dumps(value))
            if absent_of(row):
                assert (column in absent_of(row)) is (member in lacks)


def _entity(
    kind: Entities, number: int, lacks: set[str], chance: random.Random
) -> dict[str, Any]:
    more = {name: value for name, (_, value) in kind.more.items() if name not in lacks}
    members = list((kind.told(number) | more).items())
    chance.shuffle(members)
    return dict(members)


def read(
    folder: Path, vendor: str, name: str, content: bytes, stream: str | None = None
) -> Reading:
    """The batch of a file, or that of one of its streams."""
    file = folder / name
    file.write_bytes(content)
    module = file_vendors()[vendor]
    batches = list(module.read(plain_member(file), source_of(vendor), folder / "work"))
    (batch,) = [b for b in batches if stream in (None, b.spec.stream)]
    return Reading(batch, rows_of(batch))


def absent_of(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset((row.get("_absent") or "").strip(",").split(",")) - {""}
