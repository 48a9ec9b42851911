import json

from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of

SOCIAL = source_of("x", brand_accounts=("99", "quaybrand"))


def sample(name: str) -> bytes:
    return (SAMPLES / "x" / name).read_bytes()


def readings_of(inbox: Inbox) -> list[Reading]:
    return [reading for reading in inbox.read() if isinstance(reading, Reading)]


def test_an_archive_names_its_owner_as_author_of_all_parts(inbox: Inbox) -> None:
    inbox.put(SOCIAL, "twitter.zip", sample("twitter-2026-11-01-sample.zip"))

    user, *parts = readings_of(inbox)

    assert [row["author_id"] for part in parts for row in part.rows] == ["4242"] * 3
    (owner,) = user.rows
    assert (owner["id"], owner["username"], owner["is_own_account"]) == (
        "4242",
        "quaysample",
        "true",
    )
    assert (owner["description"], owner["location"]) == ("Glasses by the sea", "Marseille")
    assert "owner@example.org" not in json.dumps(owner)


def test_deleted_posts_of_an_archive_are_not_posts(inbox: Inbox) -> None:
    inbox.put(SOCIAL, "twitter.zip", sample("twitter-2026-11-01-sample.zip"))

    texts = [row.get("text") for reading in readings_of(inbox) for row in reading.rows]

    assert "gone" not in texts


def test_archived_replies_keep_ids_and_times_as_text(inbox: Inbox) -> None:
    inbox.put(SOCIAL, "twitter.zip", sample("twitter-2026-11-01-sample.zip"))

    posts = next(r for r in readings_of(inbox) if r.stream == "post")

    row = posts.rows[0]
    assert row["id"] == "1790000000000000011"
    assert row["replied_to_id"] == "1790000000000000001"
    assert row["created_at"] == "Tue Oct 20 08:09:12 +0000 2026"
    assert posts.batch.as_of.isoformat() == "2026-11-01T06:30:00+00:00"


def test_a_loose_part_takes_the_owner_from_account_js_beside_it(inbox: Inbox) -> None:
    account = 'window.YTD.account.part0 = [{"account": {"accountId": "77", "username": "q"}}]'
    inbox.put(SOCIAL, "account.js", account)
    inbox.put(SOCIAL, "tweets.js", sample("tweets.js"))

    _, posts = readings_of(inbox)

    assert posts.column("author_id") == ["77"]


def test_a_loose_part_takes_the_owner_from_account_js_loaded_before(inbox: Inbox) -> None:
    account = 'window.YTD.account.part0 = [{"account": {"accountId": "77", "username": "q"}}]'
    loaded = inbox.root.inbox / "loaded" / SOCIAL.name / "account.js"
    loaded.parent.mkdir(parents=True)
    loaded.write_text(account)
    inbox.put(SOCIAL, "tweets.js", sample("tweets.js"))

    assert inbox.one().column("author_id") == ["77"]


def test_a_loose_part_alone_takes_the_configured_account(inbox: Inbox) -> None:
    inbox.put(SOCIAL, "tweets.js", sample("tweets.js"))

    assert inbox.one().column("author_id") == ["99"]


def test_posts_of_an_unknown_owner_are_noted(inbox: Inbox) -> None:
    inbox.put(source_of("x"), "tweets.js", sample("tweets.js"))

    reading = inbox.one()

    assert reading.column("author_id") == [None]
    assert reading.batch.notes[0].startswith("1 archived post has no author")


def test_a_page_gives_posts_and_users_with_what_it_includes(inbox: Inbox) -> None:
    inbox.put(SOCIAL, "page.json", sample("mentions_page.json"))

    posts, users = readings_of(inbox)

    assert posts.column("id") == ["1790000000000000001", "1780000000000000009"]
    assert (
        posts.rows[0]["text"] == "@quaysample the hinge broke again and this is the long text"
    )
    assert posts.rows[0]["quoted_id"] == "1780000000000000009"
    assert json.loads(posts.rows[0]["edit_history_ids"])[-1] == "1790000000000000001"
    assert users.column("username") == ["ida_t", "QuayBrand"]
    assert users.column("is_own_account") == ["false", "true"]
    assert users.rows[0]["expanded_url"] == "https://ida.example.org"
    assert users.batch.as_of == posts.batch.as_of
    assert posts.batch.notes == ("the API could not show 1 post or user of these pages",)


def test_an_empty_page_is_a_load_of_no_rows(inbox: Inbox) -> None:
    inbox.put(SOCIAL, "page.json", '{"meta": {"result_count": 0}}')

    assert inbox.one().rows == []


def test_several_pages_in_one_file_are_read(inbox: Inbox) -> None:
    page = json.dumps(json.loads(sample("mentions_page.json")))
    inbox.put(SOCIAL, "pages.ndjson", f"{page}\n{page}\n")

    posts, users = readings_of(inbox)

    assert (len(posts.rows), len(users.rows)) == (4, 4)


def test_compliance_rows_keep_who_and_why(inbox: Inbox) -> None:
    inbox.put(SOCIAL, "compliance.jsonl", sample("compliance_tweets.jsonl"))

    reading = inbox.one()

    assert reading.column("reason") == ["deleted", "protected"]
    assert reading.column("action") == ["delete", "delete"]
    assert len(set(reading.column("_native_id"))) == 2
