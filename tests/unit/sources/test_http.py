"""The HTTP client against a real server on loopback that has bad days."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.config.sources import ApiOptions
from dagster_project.demo.server import Fault, FaultKind, FaultPlan, Limit, ServerHandle
from dagster_project.domain.errors import ConfigError, SourceError, TransientError
from dagster_project.sources.http import (
    ApiAccess,
    ApiClient,
    RetryPolicy,
    resolve_access,
)
from dagster_project.sources.http_answers import parse_json, parse_time
from tests.unit.sources.api_world import ApiWorld, at
from tests.unit.sources.inbox import source_of

LOOKUP = "/api/v1/accounts/lookup"
PROFILE = "/xrpc/app.bsky.actor.getProfile"
QUAY = {"acct": "quay"}

Ask = Callable[..., Any]


class Asked:
    """A client with a fake sleep, and the server it talks to."""

    def __init__(self, handle: ServerHandle, **options: Any) -> None:
        self.handle = handle
        self.slept: list[float] = []
        given = {"base_url": handle.mastodon_url, "account": "quay", "token": handle.token}
        policy = options.pop("policy", RetryPolicy(attempts=4))
        self.client = ApiClient(
            ApiAccess(**(given | options)),
            source="mastodon_quay",
            sleep=self._sleep,
            policy=policy,
        )

    def get(self, path: str = LOOKUP, **params: str) -> Any:
        return self.client.get(path, params or QUAY).body

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.handle.advance(seconds)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Start a server with faults, ask it through a client."""
    started: list[Asked] = []

    def start(*faults: Fault, limit: Limit | None = None, **options: Any) -> Asked:
        plan = FaultPlan(list(faults))
        if limit:
            plan.mastodon_limit = plan.bluesky_limit = limit
        handle = ApiWorld(tmp_path).serve(moment=at(60), faults=plan)
        started.append(Asked(handle, **options))
        return started[-1]

    yield start
    for asked in started:
        asked.client.__exit__()
        asked.handle.stop()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(FaultKind.STATUS, times=3, status=500), id="500"),
        pytest.param(Fault(FaultKind.STATUS, times=3, status=503), id="503"),
        pytest.param(Fault(FaultKind.STATUS, times=3, status=429), id="429-without-a-word"),
        pytest.param(Fault(FaultKind.TRUNCATED, times=3), id="half-a-page"),
        pytest.param(Fault(FaultKind.HALF_JSON, times=3), id="half-a-json-text"),
        pytest.param(Fault(FaultKind.RESET, times=3), id="connection-reset"),
    ],
)
def test_a_passing_failure_is_waited_out_with_growing_pauses(ask: Ask, fault: Fault) -> None:
    asked = ask(fault)

    body = asked.get()

    assert body["acct"] == "quay"
    assert [0.5 * 2**n <= pause <= 2**n for n, pause in enumerate(asked.slept)] == [True] * 3


def test_the_jitter_is_the_same_for_the_same_seed(ask: Ask) -> None:
    pauses = []
    for _ in range(2):
        asked = ask(Fault(FaultKind.STATUS, times=3))
        asked.get()
        pauses.append(asked.slept)

    assert pauses[0] == pauses[1]


def test_a_slow_server_is_asked_again(ask: Ask) -> None:
    asked = ask(Fault(FaultKind.SLOW, seconds=1.0), timeout_seconds=0.2)

    assert asked.get()["acct"] == "quay"
    assert len(asked.slept) == 1


def test_a_failure_that_stays_ends_in_a_transient_error(ask: Ask) -> None:
    asked = ask(Fault(FaultKind.STATUS, times=99, status=502))

    with pytest.raises(TransientError) as stop:
        asked.get()

    assert "502, 4 times in a row" in stop.value.what
    assert stop.value.where == f"mastodon_quay: GET {LOOKUP}"


def test_retry_after_in_seconds_is_obeyed(ask: Ask) -> None:
    asked = ask(Fault(FaultKind.STATUS, status=429, retry_after="17"))

    asked.get()

    assert asked.slept == [17]


def test_retry_after_as_a_date_counts_from_the_servers_own_clock(ask: Ask) -> None:
    until = format_datetime(at(60) + timedelta(seconds=90), usegmt=True)
    asked = ask(Fault(FaultKind.STATUS, status=503, retry_after=until))

    asked.get()

    assert asked.slept == [90]


def test_waiting_is_bounded_in_all(ask: Ask) -> None:
    asked = ask(
        Fault(FaultKind.STATUS, times=9, status=429, retry_after="40"),
        policy=RetryPolicy(attempts=10, total_wait=100),
    )

    with pytest.raises(TransientError, match="120 s of at most 100 s"):
        asked.get()

    assert asked.slept == [40, 40]


@pytest.mark.parametrize("path", [LOOKUP, PROFILE], ids=["iso-reset", "epoch-reset"])
def test_a_used_up_allowance_is_waited_for_before_asking(ask: Ask, path: str) -> None:
    asked = ask(limit=Limit(requests=3, seconds=60))

    for _ in range(7):
        asked.get(path, acct="quay", actor="quay.example.org")

    assert len(asked.slept) == 2
    assert all(58 < pause <= 61 for pause in asked.slept)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(Fault(FaultKind.HTML), "a web page instead of JSON", id="html"),
        pytest.param(Fault(FaultKind.STATUS, status=401), "refuses the access token", id="401"),
        pytest.param(Fault(FaultKind.STATUS, status=403), "forbids this request", id="403"),
        pytest.param(Fault(FaultKind.STATUS, status=404), "no such address", id="404"),
        pytest.param(Fault(FaultKind.STATUS, status=410), "given up this address", id="410"),
        pytest.param(Fault(FaultKind.STATUS, status=302), "no data (302", id="redirect"),
    ],
)
def test_a_lasting_failure_stops_at_once_and_says_what_to_do(
    ask: Ask, fault: Fault, said: str
) -> None:
    asked = ask(fault)

    with pytest.raises(SourceError) as stop:
        asked.get()

    assert said in stop.value.what
    assert stop.value.where
    assert stop.value.remedy
    assert asked.slept == []


def test_no_error_shows_the_token_the_query_or_the_answer(ask: Ask) -> None:
    for kind, status in ((FaultKind.HTML, 200), (FaultKind.STATUS, 401)):
        asked = ask(Fault(kind, status=status), token="canary-token")

        with pytest.raises(SourceError) as stop:
            asked.get(acct="canary@example.org")

        assert "canary" not in str(stop.value)
        assert "Sign in" not in str(stop.value)
        assert "canary" not in repr(asked.client.__dict__["_source"])


def test_access_does_not_show_its_token() -> None:
    assert "secret" not in repr(ApiAccess("https://social.example.org", "quay", "secret"))


def test_a_wrong_token_is_refused_by_name_of_the_setting(ask: Ask) -> None:
    asked = ask(token="wrong")

    with pytest.raises(SourceError) as stop:
        asked.get("/api/v1/notifications", limit="1")

    assert "api.token" in stop.value.remedy


def test_what_is_gone_is_no_error_when_it_may_be(ask: Ask) -> None:
    asked = ask()

    assert asked.client.find("/api/v1/statuses/404") is None
    assert asked.client.find("/xrpc/app.bsky.feed.getPostThread", {"uri": "at://x"}) is None


def test_a_closed_port_may_open_again() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(TransientError, match="no connection"):
        _get(f"http://127.0.0.1:{port}")


def test_a_truncated_chunked_answer_is_asked_for_again() -> None:
    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n[1,2,"
    with _raw_server(answer) as url, pytest.raises(TransientError, match="broke"):
        _get(url)


def test_a_token_never_travels_in_clear_text() -> None:
    with pytest.raises(SourceError, match="https"):
        ApiClient(ApiAccess("http://social.example.org", "quay", "token"), source="m")


def test_references_are_resolved_and_a_missing_one_is_named() -> None:
    source = source_of(
        "mastodon",
        api=ApiOptions(base_url="${M_URL}", token="${M_TOKEN}", account="quay", page_limit=7),
    )

    access = resolve_access(source, {"M_URL": "https://social.example.org", "M_TOKEN": "t"})
    with pytest.raises(ConfigError, match="M_TOKEN") as stop:
        resolve_access(source, {"M_URL": "https://social.example.org"})

    assert (access.base_url, access.token, access.page_limit) == (
        "https://social.example.org",
        "t",
        7,
    )
    assert "set the environment variable M_TOKEN" in stop.value.remedy


def test_half_an_emoji_does_not_stop_a_page() -> None:
    assert parse_json(b'{"text": "cut \\ud83d", "whole": "\\ud83d\\ude00"}') == {
        "text": "cut �",
        "whole": "😀",
    }
    with pytest.raises(ValueError, match=r".*"):
        parse_json(b'{"text": "\\ud83d')


def _get(url: str) -> None:
    access = ApiAccess(url, "quay", timeout_seconds=2)
    policy = RetryPolicy(attempts=2)
    with ApiClient(access, source="m", sleep=lambda _s: None, policy=policy) as client:
        client.get("/api")


class _raw_server:  # noqa: N801 - reads as a function
    """Answers every connection with the same bytes and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        threading.Thread(target=self._run, daemon=True).start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self._answer)


def test_times_without_a_zone_are_utc() -> None:
    assert parse_time("2026-10-01T08:00:00") == datetime(2026, 10, 1, 8, tzinfo=UTC)
