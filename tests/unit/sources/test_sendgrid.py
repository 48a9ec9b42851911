import json

import pytest

from tests.unit.sources.inbox import SAMPLES, Inbox, source_of

MAIL = source_of("sendgrid")


def sample(name: str) -> bytes:
    return (SAMPLES / "sendgrid" / name).read_bytes()


def test_events_land_flat_with_unknown_keys_kept(inbox: Inbox) -> None:
    inbox.put(MAIL, "log.json", sample("event_webhook_batch.json"))

    rows = inbox.one().rows

    assert [row["event"] for row in rows][:4] == ["processed", "delivered", "open", "click"]
    assert rows[0]["smtp_id"] == "<a@example.org>"
    assert rows[0]["timestamp"] == "1790000001"
    assert (rows[0]["category"], rows[1]["category"]) == ('["launch","paris"]', "launch")
    assert json.loads(rows[1]["_extra"]) == {"campaign_ref": "spring-26", "order": {"id": 42}}
    assert rows[0]["_extra"] is None
    assert rows[2]["sg_machine_open"] == "true"
    assert json.loads(rows[3]["url_offset"]) == {"index": 0, "type": "html"}


@pytest.mark.parametrize(
    "name", ["events.ndjson", "concatenated_arrays.json", "event_webhook_batch.json"]
)
def test_the_same_events_come_out_of_every_way_to_keep_them(inbox: Inbox, name: str) -> None:
    inbox.put(MAIL, name, sample(name))

    assert inbox.one().column("sg_event_id") == [f"sample-{i}" for i in range(1, 7)]


def test_repeated_deliveries_of_an_event_stay_two_rows(inbox: Inbox) -> None:
    inbox.put(MAIL, "log.txt", sample("arrays_per_line.log"))

    assert inbox.one().column("_native_id").count("sample-3") == 2


def test_a_node_console_log_is_read(inbox: Inbox) -> None:
    inbox.put(MAIL, "log.txt", sample("node_console.txt"))

    reading = inbox.one()

    assert reading.column("event") == ["processed", "deferred"]
    assert reading.column("attempt") == [None, "5"]


def test_events_without_an_id_are_told_apart_by_content(inbox: Inbox) -> None:
    events = [{"email": "a@example.org", "timestamp": i, "event": "open"} for i in (1, 2)]
    inbox.put(MAIL, "log.json", json.dumps(events))

    ids = inbox.one().column("_native_id")

    assert all(native_id.startswith("row:") for native_id in ids)
    assert len(set(ids)) == 2


def test_a_log_without_recipients_is_refused(inbox: Inbox) -> None:
    inbox.put(
        MAIL, "log.json", json.dumps([{"sg_event_id": "1", "timestamp": 1, "event": "open"}])
    )

    assert inbox.one().batch.missing_columns == ("email",)


def test_a_zipped_log_is_read(inbox: Inbox) -> None:
    import gzip

    inbox.put(MAIL, "log.ndjson.gz", gzip.compress(sample("events.ndjson")))

    reading = inbox.one()

    assert len(reading.rows) == 6
    assert reading.batch.origin == "log.ndjson.gz"


def test_a_broken_line_becomes_a_row_for_the_gate_to_hold_back(inbox: Inbox) -> None:
    lines = sample("events.ndjson").splitlines(keepends=True)
    lines[2] = lines[2][:40] + b"\n"
    inbox.put(MAIL, "events.ndjson", b"".join(lines))

    reading = inbox.one()

    assert reading.column("event").count(None) == 1
    assert json.loads(reading.rows[-1]["_raw"])["line"] == 3
    assert len(reading.rows) == 6
