import json

from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of

PAGE = source_of("facebook", brand_accounts=("7001",))
ACCOUNT = source_of("instagram")


def readings_of(inbox: Inbox) -> dict[str, Reading]:
    return {r.stream: r for r in inbox.read() if isinstance(r, Reading)}


def put_sample(inbox: Inbox, vendor: str, name: str) -> None:
    source = PAGE if vendor == "facebook" else ACCOUNT
    inbox.put(source, name, (SAMPLES / vendor / name).read_bytes())


def test_comments_and_replies_of_a_feed_know_their_post_and_parent(inbox: Inbox) -> None:
    put_sample(inbox, "facebook", "page_feed.json")

    comments = readings_of(inbox)["comment"]

    assert comments.column("id") == ["501_1", "501_2", "501_3"]
    assert comments.column("post_id") == ["7001_501"] * 3
    assert comments.column("page_id") == ["7001"] * 3
    assert comments.column("parent_id") == [None, "501_1", None]
    assert comments.column("from_id") == ["10158", "7001", None]


def test_a_feed_says_when_comments_go_on_elsewhere(inbox: Inbox) -> None:
    put_sample(inbox, "facebook", "page_feed.json")

    assert readings_of(inbox)["comment"].batch.notes == (
        "1 list of comments goes on in pages this file does not hold",
    )


def test_posts_of_a_feed_land_without_their_comments(inbox: Inbox) -> None:
    put_sample(inbox, "facebook", "page_feed.json")

    first, second = readings_of(inbox)["post"].rows

    assert (first["id"], first["shares_count"], first["is_hidden"]) == (
        "7001_501",
        "3",
        "false",
    )
    assert "comments" not in json.loads(first["_raw"])
    assert (second["message"], second["story"]) == (None, "Quay updated their cover photo.")


def test_a_page_of_comments_finds_its_post_by_the_ids(inbox: Inbox) -> None:
    put_sample(inbox, "facebook", "comments_page.json")

    comments = readings_of(inbox)["comment"]

    assert comments.column("post_id") == ["7001_501", "7001_501"]
    assert comments.column("parent_id") == [None, "501_4"]


def test_webhook_changes_come_in_their_order(inbox: Inbox) -> None:
    put_sample(inbox, "facebook", "webhook_changes.ndjson")

    comments = readings_of(inbox)["comment"]

    assert comments.column("verb") == ["add", "edited", "hide", "remove"]
    assert comments.column("message") == ["First", "First, edited", None, None]
    assert comments.column("parent_id") == [None] * 4
    assert comments.column("changed_time") == ["1790001000"] * 4
    assert comments.column("is_hidden") == [None, None, "true", None]
    assert comments.batch.as_of.timestamp() == 1790001000


def test_text_of_a_download_is_repaired(inbox: Inbox) -> None:
    put_sample(inbox, "facebook", "download_comments.json")

    reading = readings_of(inbox)["comment"]

    assert reading.rows[0]["from_name"] == "Zoé Lefèvre"
    assert reading.rows[0]["message"] == "C’est cassé 😀"
    assert "repaired" in reading.batch.notes[0]


def test_an_empty_page_is_a_load_of_no_rows(inbox: Inbox) -> None:
    inbox.put(PAGE, "page.json", '{"data": [], "paging": {}}')

    assert readings_of(inbox)["comment"].rows == []


def test_instagram_comments_and_replies_know_their_media_and_parent(inbox: Inbox) -> None:
    put_sample(inbox, "instagram", "media_comments.json")

    readings = readings_of(inbox)

    assert readings["media"].column("owner_id") == ["17841400000000001"]
    assert readings["comment"].column("media_id") == ["17890000000000001"] * 2
    assert readings["comment"].column("parent_id") == [None, "17870000000000001"]
    assert readings["comment"].column("from_id") == ["17841400000000002", None]


def test_an_instagram_webhook_lends_its_time_to_the_comment(inbox: Inbox) -> None:
    put_sample(inbox, "instagram", "webhook_comments.ndjson")

    (row,) = readings_of(inbox)["comment"].rows

    assert (row["timestamp"], row["username"]) == ("1790000000", "bo.lind")
    assert row["media_id"] == "17890000000000001"


def test_a_page_object_with_its_feed_inside_is_read(inbox: Inbox) -> None:
    feed = json.loads((SAMPLES / "facebook/page_feed.json").read_text())
    inbox.put(PAGE, "page.json", json.dumps({"id": "7001", "name": "Quay", "feed": feed}))

    readings = readings_of(inbox)

    assert (len(readings["post"].rows), len(readings["comment"].rows)) == (2, 3)


def test_an_account_object_with_its_media_inside_is_read(inbox: Inbox) -> None:
    media = json.loads((SAMPLES / "instagram/media_comments.json").read_text())
    inbox.put(ACCOUNT, "account.json", json.dumps({"id": "1784", "media": media}))

    readings = readings_of(inbox)

    assert (len(readings["media"].rows), len(readings["comment"].rows)) == (1, 2)
