"""The loopback server answers as the vendors document."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dagster_project.demo.server import Fault, FaultKind, FaultPlan, Limit, ServerHandle, serve
from tests.unit.sources.api_world import (
    QUAY_DID,
    ApiWorld,
    at,
    iso,
    post_key,
    status_id,
    talk,
)

Start = Callable[..., ServerHandle]


@pytest.fixture
def world(tmp_path: Path) -> ApiWorld:
    return ApiWorld(tmp_path)


@pytest.fixture
def start(world: ApiWorld) -> Iterator[Start]:
    started: list[ServerHandle] = []

    def serve_world(moment: float = 60, **plan: Any) -> ServerHandle:
        started.append(world.serve(moment=at(moment), faults=FaultPlan(**plan)))
        return started[-1]

    yield serve_world
    for handle in started:
        handle.stop()


def get(handle: ServerHandle, path: str, *, token: str | None = "", **params: Any) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token or handle.token}"}
    query = {name.replace("__", "[]"): value for name, value in params.items()}
    return httpx.get(handle.mastodon_url + path, params=query or None, headers=headers)


def xrpc(handle: ServerHandle, method: str, *, token: str | None = "", **params: Any) -> Any:
    return get(handle, f"/xrpc/app.bsky.{method}", token=token, **params)


def ids(answer: Any) -> list[int]:
    return [int(item.get("status", item)["id"]) - int(status_id(0)) for item in answer.json()]


def test_it_listens_on_loopback_only(start: Start) -> None:
    handle = start()
    port = int(handle.mastodon_url.rsplit(":", 1)[1])

    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port)}

    assert handle.mastodon_url.startswith("http://127.0.0.1:")
    for address in others - {"127.0.0.1", "::1"}:
        with socket.socket() as knocking:
            knocking.settimeout(1)
            assert knocking.connect_ex((address, port)) != 0 or address.startswith("127.")


def test_it_ends_with_its_process(world: ApiWorld) -> None:
    folder = world.write()
    script = (
        "from dagster_project.demo.server import serve; from pathlib import Path; "
        f"print(serve(Path({str(folder)!r})).mastodon_url)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True
    )

    with pytest.raises(httpx.ConnectError):
        httpx.get(ended.stdout.strip())


def test_no_private_key_is_served(world: ApiWorld, start: Start) -> None:
    talk(world, 6)
    for entity in (*world.statuses.values(), *world.posts.values(), *world.accounts.values()):
        entity["_c360_visible_from"] = iso(at(0))
    handle = start()

    answers = [
        get(handle, "/api/v1/notifications"),
        get(handle, "/api/v1/accounts/1/statuses"),
        get(handle, "/api/v1/accounts/1"),
        xrpc(handle, "notification.listNotifications"),
        xrpc(handle, "feed.getAuthorFeed", actor=QUAY_DID),
    ]

    assert all(a.status_code == 200 and "_c360_" not in a.text for a in answers)


def test_pages_go_both_ways_and_the_link_header_says_where(
    world: ApiWorld, start: Start
) -> None:
    talk(world, 30)
    handle = start()
    path = "/api/v1/accounts/1/statuses"

    newest = get(handle, path, limit=3)
    older = httpx.get(newest.links["next"]["url"])
    oldest = get(handle, path, limit=3, min_id="0")
    newer = httpx.get(oldest.links["prev"]["url"])
    since = get(handle, path, limit=3, since_id=status_id(3))

    assert ids(newest) == [30, 27, 24]
    assert ids(older) == [21, 18, 15]
    assert ids(oldest) == [9, 6, 3]
    assert ids(newer) == [18, 15, 12]
    assert ids(since) == [30, 27, 24]
    assert get(handle, path, min_id=status_id(30)).json() == []


def test_page_sizes_are_capped_as_documented(world: ApiWorld, start: Start) -> None:
    for number in range(1, 101):
        world.status(number)
    for number in range(101, 161):
        world.status(number, author="1")
    handle = start(moment=200)

    assert len(get(handle, "/api/v1/notifications", limit=500).json()) == 80
    assert len(get(handle, "/api/v1/notifications").json()) == 40
    assert len(get(handle, "/api/v1/accounts/1/statuses", limit=500).json()) == 40
    assert get(handle, "/api/v1/statuses", id__=[str(n) for n in range(21)]).status_code == 422


def test_mentions_come_with_status_and_account(world: ApiWorld, start: Start) -> None:
    world.status(1)
    handle = start()

    (mention,) = get(handle, "/api/v1/notifications", types__="mention").json()

    assert mention["type"] == "mention"
    assert mention["account"]["id"] == mention["status"]["account"]["id"] == "101"
    assert get(handle, "/api/v1/notifications", types__="follow").json() == []


def test_a_context_has_all_above_and_below(world: ApiWorld, start: Start) -> None:
    talk(world, 3)
    world.status(4, author="101", parent=3)
    world.status(5, author="1", parent=4)
    handle = start()

    context = get(handle, f"/api/v1/statuses/{status_id(3)}/context").json()

    assert [s["id"] for s in context["ancestors"]] == [status_id(1)]
    assert [s["id"] for s in context["descendants"]] == [status_id(4), status_id(5)]
    assert get(handle, f"/api/v1/statuses/{status_id(1)}").json()["replies_count"] == 1
    assert get(handle, "/api/v1/accounts/1").json()["statuses_count"] == 2


def test_tokens_are_asked_for_where_the_vendors_do(start: Start) -> None:
    handle = start()

    assert get(handle, "/api/v1/notifications", token=None).status_code == 401
    assert get(handle, "/api/v1/notifications", token="bad").json() == {
        "error": "The access token is invalid"
    }
    assert get(handle, "/api/v1/accounts/lookup", token=None, acct="quay").status_code == 200
    missing = xrpc(handle, "notification.listNotifications", token=None)
    assert (missing.status_code, missing.json()["error"]) == (401, "AuthMissing")
    assert xrpc(handle, "actor.getProfile", token=None, actor="quay.example.org").is_success


@pytest.mark.parametrize("mark", ["_c360_deleted_at", "_c360_hidden"])
def test_a_status_that_is_gone_answers_404(world: ApiWorld, start: Start, mark: str) -> None:
    talk(world, 3)
    world.statuses[status_id(1)][mark] = iso(at(50))
    handle = start(moment=40)
    one = f"/api/v1/statuses/{status_id(1)}"
    assert get(handle, one).status_code == 200

    handle.move_to(at(50))

    assert get(handle, one).status_code == 404
    assert get(handle, one).json() == {"error": "Record not found"}
    both = get(handle, "/api/v1/statuses", id__=[status_id(1), status_id(2)])
    assert [s["id"] for s in both.json()] == [status_id(2)]


def test_an_edit_shows_from_its_time_on(world: ApiWorld, start: Start) -> None:
    world.status(1)
    world.statuses[status_id(1)]["_c360_edits"] = [
        {"at": iso(at(50)), "entity": {"content": "second", "edited_at": iso(at(50))}},
        {"at": iso(at(55)), "entity": {"content": "third", "edited_at": iso(at(55))}},
    ]
    handle = start(moment=40)
    one = f"/api/v1/statuses/{status_id(1)}"

    shown = []
    for moment in (40, 52, 60):
        handle.move_to(at(moment))
        shown.append(get(handle, one).json()["content"])

    assert shown == ["<p>post 1</p>", "second", "third"]


def test_without_a_time_the_world_shows_its_last_moment(world: ApiWorld) -> None:
    talk(world, 3)
    world.statuses[status_id(1)]["_c360_edits"] = [
        {"at": iso(at(500)), "entity": {"content": "edited"}}
    ]

    with serve(world.write()) as handle:
        answer = get(handle, f"/api/v1/statuses/{status_id(1)}")

    assert answer.json()["content"] == "edited"
    assert answer.headers["date"] == "Thu, 01 Oct 2026 16:20:00 GMT"


def test_feeds_go_backward_with_a_cursor(world: ApiWorld, start: Start) -> None:
    talk(world, 15)
    handle = start()

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = xrpc(handle, "feed.getAuthorFeed", actor=QUAY_DID, limit=2, **cursor).json()
        seen += [item["post"]["uri"][-2:] for item in page["feed"]]
        if "cursor" not in page:
            break
        cursor = {"cursor": page["cursor"]}

    assert seen == ["15", "12", "09", "06", "03"]


def test_notifications_say_why(world: ApiWorld, start: Start) -> None:
    own = world.post(1, author="quay")
    world.post(2, author="ada1", parent=1)
    world.post(3, author="ada2")
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": own["uri"], "cid": "c"}}
    world.post(4, author="ada3", mentions=False, record={"embed": quote})
    handle = start()

    listed = xrpc(handle, "notification.listNotifications").json()["notifications"]
    replies = xrpc(handle, "notification.listNotifications", reasons="reply").json()

    assert [n["reason"] for n in listed] == ["quote", "mention", "reply"]
    assert len(replies["notifications"]) == 1


def test_posts_and_profiles_leave_out_what_is_gone(world: ApiWorld, start: Start) -> None:
    talk(world, 4)
    uris = list(world.posts)
    world.posts[uris[0]]["_c360_deleted_at"] = iso(at(10))
    handle = start()

    posts = xrpc(handle, "feed.getPosts", uris=uris).json()["posts"]
    profiles = xrpc(handle, "actor.getProfiles", actors=[QUAY_DID, "did:plc:none"]).json()
    gone = xrpc(handle, "feed.getPostThread", uri=uris[0])

    assert [p["uri"] for p in posts] == uris[1:]
    assert [p["did"] for p in profiles["profiles"]] == [QUAY_DID]
    assert profiles["profiles"][0]["postsCount"] == 1
    assert (gone.status_code, gone.json()["error"]) == (400, "NotFound")
    assert xrpc(handle, "actor.getProfile", actor="none.example.org").status_code == 400
    assert xrpc(handle, "feed.getPosts", uris=[str(n) for n in range(26)]).status_code == 400


def test_a_thread_shows_what_is_missing_above_and_all_below(
    world: ApiWorld, start: Start
) -> None:
    talk(world, 3)
    world.post(4, author="ada1", parent=3)
    root = next(uri for uri in world.posts if uri.endswith(post_key(1)))
    answer = next(uri for uri in world.posts if uri.endswith(post_key(3)))
    handle = start()

    whole = xrpc(handle, "feed.getPostThread", uri=answer).json()["thread"]
    world.posts[root]["_c360_deleted_at"] = iso(at(10))
    world.write()
    handle.move_to(at(60))
    cut = xrpc(handle, "feed.getPostThread", uri=answer).json()["thread"]

    assert whole["parent"]["post"]["uri"] == root
    assert whole["replies"][0]["post"]["uri"].endswith(post_key(4))
    assert cut["parent"]["notFound"] is True


def test_a_thousand_replies_deep_is_not_too_deep(world: ApiWorld, start: Start) -> None:
    world.post(1, author="ada1")
    for number in range(2, 1200):
        world.post(number, author="ada1", parent=number - 1)
    first = next(iter(world.posts))
    handle = start(moment=2000)

    thread = xrpc(handle, "feed.getPostThread", uri=first, depth=1000)

    assert thread.text.count('"post":') == 1001


@pytest.mark.parametrize(
    ("path", "prefix", "body"),
    [
        pytest.param(
            "/api/v1/accounts/1", "x-ratelimit", {"error": "Too many requests"}, id="mastodon"
        ),
        pytest.param(
            f"/xrpc/app.bsky.actor.getProfile?actor={QUAY_DID}",
            "ratelimit",
            {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"},
            id="bluesky",
        ),
    ],
)
def test_limits_are_counted_down_and_lifted(
    start: Start, path: str, prefix: str, body: dict[str, str]
) -> None:
    limit = Limit(requests=2, seconds=300)
    handle = start(mastodon_limit=limit, bluesky_limit=limit)

    answers = [get(handle, path) for _ in range(3)]
    handle.advance(301)
    later = get(handle, path)

    assert [a.headers[f"{prefix}-remaining"] for a in answers] == ["1", "0", "0"]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2].json() == body
    assert answers[0].headers[f"{prefix}-limit"] == "2"
    assert later.status_code == 200


def test_faults_strike_as_planned(start: Start) -> None:
    path = "/api/v1/accounts/1"
    handle = start(faults=[Fault(FaultKind.STATUS, path=path, after=1, times=2, status=503)])

    codes = [get(handle, path).status_code for _ in range(4)]

    assert codes == [200, 503, 503, 200]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.TRUNCATED, httpx.RemoteProtocolError),
        (FaultKind.RESET, (httpx.ReadError, httpx.RemoteProtocolError)),
    ],
)
def test_a_broken_connection_is_really_broken(
    start: Start, kind: FaultKind, error: type[Exception]
) -> None:
    handle = start(faults=[Fault(kind)])

    with pytest.raises(error):
        get(handle, "/api/v1/accounts/1")


def test_two_servers_of_one_world_give_the_same_bytes(world: ApiWorld, start: Start) -> None:
    talk(world, 12)
    first, second = start(), start()

    for path in ("/api/v1/notifications", "/xrpc/app.bsky.notification.listNotifications"):
        assert get(first, path).content == get(second, path).content
