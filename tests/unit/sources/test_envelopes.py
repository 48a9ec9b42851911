"""Answers in what queues, functions, buses and gateways wrap around them: read, or counted by name."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from dagster_project.sources import (
    bluesky_pages,
    facebook,
    hubspot,
    instagram,
    mailchimp,
    mastodon_pages,
    sendgrid,
    x,
)
from dagster_project.sources.envelopes import Known, items_of, opened
from dagster_project.sources.files import Unreadable
from dagster_project.sources.remainder import OTHER_VALUES, Remainder
from dagster_project.sources.salesforce_tree import Tree
from tests.unit.sources.inbox import Inbox, Reading, source_of

TREE = Tree(lambda record: "contact" if "MailingCity" in record else None, Remainder())

CORES: dict[str, tuple[Known, Any]] = {
    "salesforce": (
        TREE.is_known,
        {
            "totalSize": 1,
            "done": True,
            "records": [{"attributes": {"type": "Contact"}, "Id": "003000000000001AAA"}],
        },
    ),
    "hubspot": (
        hubspot._is_known,
        {"results": [{"id": "1", "properties": {"email": "ada@example.org"}}]},
    ),
    "hubspot-object": (
        hubspot._is_known,
        {"id": "1", "properties": {"email": "ada@example.org", "firstname": "Ada"}},
    ),
    "mailchimp": (
        mailchimp._is_known,
        {"list_id": "l", "members": [{"email_address": "a@example.org"}]},
    ),
    "sendgrid": (
        sendgrid._may_be_event,
        {"email": "ada@example.org", "event": "open", "timestamp": 1, "sg_event_id": "e"},
    ),
    "x": (
        x._is_known,
        {
            "data": [{"id": "1", "text": "hi", "author_id": "2"}],
            "includes": {"users": [{"id": "2", "username": "ada", "name": "Ada"}]},
            "meta": {"result_count": 1},
        },
    ),
    "facebook": (
        facebook._is_known,
        {"data": [{"id": "1_2", "created_time": "t", "message": "m", "updated_time": "t"}]},
    ),
    "facebook-webhook": (facebook._is_known, {"object": "page", "entry": [{"id": "1"}]}),
    "instagram": (
        instagram._is_known,
        {"data": [{"id": "1", "timestamp": "t", "caption": "c"}]},
    ),
    "mastodon": (
        mastodon_pages._is_known,
        {"id": "1", "username": "ada", "acct": "ada@example.org", "fields": [{"name": "n"}]},
    ),
    "bluesky": (bluesky_pages._is_known, {"actors": [{"did": "d", "handle": "ada.example"}]}),
}


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def zipped(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode())).decode()


Wrap = Callable[[Any], Any]

ENVELOPES: dict[str, Wrap] = {
    "result": lambda v: {"result": v, "success": True},
    "data-items": lambda v: {"data": {"items": [v]}},
    "response-list": lambda v: [{"status": 200, "response": [v]}],
    "lambda-proxy": lambda v: {"statusCode": 200, "headers": {}, "body": json.dumps(v)},
    "lambda-proxy-base64": lambda v: {
        "statusCode": 200,
        "isBase64Encoded": True,
        "body": b64(json.dumps(v)),
    },
    "gateway-request": lambda v: {
        "resource": "/hook",
        "httpMethod": "POST",
        "multiValueHeaders": {"accept": ["*/*"]},
        "requestContext": {"requestId": "r", "identity": {"sourceIp": "192.0.2.1"}},
        "body": json.dumps([v]),
    },
    "sqs-event": lambda v: {
        "Records": [{"messageId": "m", "body": json.dumps(v), "eventSource": "aws:sqs"}]
    },
    "sqs-messages": lambda v: {
        "Messages": [{"MessageId": "m", "ReceiptHandle": "h", "Body": json.dumps(v)}]
    },
    "sns": lambda v: {"Type": "Notification", "MessageId": "m", "Message": json.dumps(v)},
    "sns-through-sqs": lambda v: {
        "Messages": [{"Body": json.dumps({"Type": "Notification", "Message": json.dumps(v)})}]
    },
    "eventbridge": lambda v: {
        "version": "0",
        "id": "e",
        "detail-type": "hook",
        "resources": [],
        "detail": v,
    },
    "kinesis": lambda v: {
        "Records": [{"kinesis": {"partitionKey": "1", "data": b64(json.dumps(v))}}]
    },
    "firehose": lambda v: {"records": [{"recordId": "1", "data": b64(json.dumps(v) + "\n")}]},
    "cloudwatch": lambda v: {"awslogs": {"data": zipped(json.dumps({"logEvents": [
        {"id": "1", "timestamp": 1, "message": json.dumps(v)}]}))}},
    "pubsub": lambda v: {"message": {"data": b64(json.dumps(v)), "messageId": "1"}},
    "cloudevent": lambda v: {"specversion": "1.0", "id": "1", "source": "/s", "data": v},
    "kafka-connect": lambda v: {
        "schema": {"type": "struct", "fields": [{"field": "id", "type": "string"}]},
        "payload": v,
    },
    "debezium": lambda v: {"schema": {}, "payload": {"before": None, "after": v, "op": "c"}},
    "singer": lambda v: {"type": "RECORD", "stream": "s", "record": v},
    "airbyte": lambda v: {"type": "RECORD", "record": {"stream": "s", "data": v}},
    "graphql": lambda v: {"data": {"things": {"edges": [{"node": v}], "pageInfo": {}}}},
    "odata": lambda v: {"@odata.context": "c", "value": [v]},
    "odata-2": lambda v: {"d": {"results": [v]}},
    "elasticsearch": lambda v: {
        "took": 1,
        "hits": {"total": {"value": 1}, "hits": [{"_index": "i", "_id": "1", "_source": v}]},
    },
    "har": lambda v: {"log": {"entries": [{"response": {"content": {"text": json.dumps(v)}}}]}},
    "lines-in-a-body": lambda v: {"body": json.dumps(v) + "\n" + json.dumps(v) + "\n"},
    "texts-in-a-list": lambda v: {"messages": [json.dumps(v)]},
    "n8n": lambda v: {"headers": {}, "params": {}, "query": {}, "body": v},
}  # fmt: skip


@pytest.mark.parametrize("wrap", ENVELOPES.values(), ids=list(ENVELOPES))
@pytest.mark.parametrize(("is_known", "core"), CORES.values(), ids=list(CORES))
def test_what_a_vendor_knows_is_taken_out_of_every_envelope(
    is_known: Known, core: Any, wrap: Wrap
) -> None:
    rest = Remainder()

    found = list(opened(wrap(core), is_known, rest))

    assert found
    assert all(json.dumps(core) in json.dumps(value) for value in found)
    assert not rest.left_out


def test_a_value_that_is_known_is_never_opened() -> None:
    event = {"email": "a@example.org", "event": "open", "timestamp": 1, "data": [{"email": 1}]}

    assert list(opened(event, sendgrid._may_be_event, Remainder())) == [event]


PEOPLE = [{"id": "2", "username": "ada", "name": "Ada"}]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"id": 7, "name": "Bo", "items": PEOPLE}, id="id-and-name"),
        pytest.param({"email": "bo@example.org", "contacts": PEOPLE}, id="email"),
        pytest.param({"first_name": "Bo", "items": PEOPLE}, id="names"),
        pytest.param({"id": 7, "followers": PEOPLE}, id="id-and-a-list-of-its-own"),
        pytest.param({"text": "hello", "user": PEOPLE[0]}, id="an-attribute"),
    ],
)
def test_the_lists_of_one_record_are_not_taken_for_rows(record: Any) -> None:
    rest = Remainder()

    assert list(opened({"items": [record]}, x._is_known, rest)) == []
    assert rest.left_out == {OTHER_VALUES: 1}


def test_what_stands_beside_what_is_known_is_counted_by_its_name() -> None:
    rest = Remainder()
    answer = {"data": {"people": PEOPLE, "orders": [{"no": 1}, {"no": 2}], "errors": [{}]}}

    assert list(opened(answer, x._is_known, rest)) == PEOPLE
    assert rest.left_out == {"items of orders": 2}


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, "503"])
def test_the_body_of_an_error_is_no_data(status: Any) -> None:
    answer = {"statusCode": status, "body": json.dumps(PEOPLE)}

    assert list(opened(answer, x._is_known, Remainder())) == []


def test_a_body_that_unpacks_without_end_is_not_read() -> None:
    bomb = base64.b64encode(gzip.compress(b"[" + b" " * (1 << 27) + b"]")).decode()

    assert list(opened({"Records": [{"data": bomb}]}, lambda v: False, Remainder())) == []


def test_what_is_wrapped_too_deeply_is_counted() -> None:
    value: Any = PEOPLE[0]
    for _ in range(30):
        value = {"data": value}
    rest = Remainder()

    assert list(opened(value, x._is_known, rest)) == []
    assert rest.left_out == {OTHER_VALUES: 1}


@pytest.mark.parametrize(
    ("page", "items", "beside"),
    [
        pytest.param({"results": [1, 2], "paging": {}}, [1, 2], {}, id="page"),
        pytest.param({"results": {"id": 1}}, [{"id": 1}], {}, id="lone-object"),
        pytest.param({"other": 1}, [{"other": 1}], {}, id="no-page"),
        pytest.param({"results": [], "dropped": [{"a": 1}, 5]}, [], {"items of dropped": 1}, id="two-lists"),
        pytest.param({"results": [], "errors": [{"a": 1}]}, [], {}, id="errors"),
        pytest.param({"results": [], "a@example.org": [{}]}, [], {"items of another list": 1}, id="no-name"),
    ],
)  # fmt: skip
def test_a_pages_items_and_what_stands_beside_them(
    page: Any, items: list[Any], beside: dict[str, int]
) -> None:
    rest = Remainder()

    assert items_of(page, "results", rest) == items
    assert rest.left_out == beside


HUB = source_of("hubspot")
CONTACTS = [
    {"id": str(n), "properties": {"email": f"ada{n}@example.org", "lastname": "Quay"}}
    for n in range(3)
]


@pytest.mark.parametrize("lines", [False, True], ids=["document", "lines"])
@pytest.mark.parametrize("wrap", ENVELOPES.values(), ids=list(ENVELOPES))
def test_a_wrapped_file_lands_with_every_row(inbox: Inbox, wrap: Wrap, *, lines: bool) -> None:
    wrapped = [wrap({"results": [contact]}) for contact in CONTACTS]
    text = "\n".join(map(json.dumps, wrapped)) if lines else json.dumps(wrapped)
    inbox.put(HUB, "answer.json", text)

    reading = inbox.one()

    assert set(reading.column("record_id")) == {"0", "1", "2"}
    assert reading.batch.left_out == ()


def test_a_body_longer_than_the_beginning_is_read(inbox: Inbox) -> None:
    page = {"results": [{**c, "note": "x" * 200_000} for c in CONTACTS]}
    inbox.put(HUB, "answer.json", json.dumps({"statusCode": 200, "body": json.dumps(page)}))

    assert len(inbox.one().rows) == 3


def test_two_lists_of_one_answer_are_both_read(inbox: Inbox) -> None:
    deal = {"id": "9", "properties": {"dealname": "Quay", "dealstage": "won"}}
    answer = {"data": {"contacts": CONTACTS, "deals": [deal], "tickets": [{"subject": "s"}]}}
    inbox.put(HUB, "answer.json", json.dumps(answer))

    contacts, deals = (r for r in inbox.read() if isinstance(r, Reading))

    assert (len(contacts.rows), len(deals.rows)) == (3, 1)
    assert {left.what: left.rows for left in contacts.batch.left_out} == {"items of tickets": 1}


@pytest.mark.parametrize("wrap", [ENVELOPES["sns"], ENVELOPES["result"]], ids=["sns", "result"])
def test_a_wrapped_error_answer_stays_refused_by_its_name(inbox: Inbox, wrap: Wrap) -> None:
    error = {"status": "error", "message": "expired", "category": "EXPIRED_AUTHENTICATION"}
    inbox.put(HUB, "answer.json", json.dumps(wrap(error)))

    assert "error answer" in inbox.refusal().reason


def test_a_functions_error_is_refused_by_its_name(inbox: Inbox) -> None:
    inbox.put(HUB, "answer.json", json.dumps({"statusCode": 502, "body": json.dumps(CONTACTS)}))

    assert "error answer" in inbox.refusal().reason


def test_a_file_of_nothing_known_stays_unread(inbox: Inbox) -> None:
    inbox.put(HUB, "answer.json", json.dumps({"result": {"records": [{"a": 1}]}}))

    assert isinstance(inbox.refusal(), Unreadable)
