"""Whatever an API's server answers: its source is refused or read, in bounds, and shows no secret."""

import gzip
import json
import logging
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from dagster_project.domain.errors import Customer360Error, SourceError, TransientError
from dagster_project.domain.loads import Batch
from dagster_project.sources import http
from dagster_project.sources.border import pulled
from dagster_project.sources.http import ApiAccess, ApiClient, RetryPolicy
from dagster_project.sources.pull import PULLERS
from tests.fuzz.odd_servers import ACCOUNTS, OddServer, Replay, odd_servers, record, serving
from tests.unit.sources.inbox import source_of

CANARY = "canary-7f3a9c"
LONGEST = 10.0
"""Seconds for one pull of some dozen small answers, far above what any takes."""
HASTY = RetryPolicy(attempts=2, requests=300, total_wait=60)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    return {vendor: record(vendor, tmp_path_factory.mktemp(vendor)) for vendor in PULLERS}


def pull(vendor: str, url: str, workdir: Path) -> list[Batch]:
    source = source_of(vendor)
    batches = PULLERS[vendor](
        source,
        access=ApiAccess(url, ACCOUNTS[vendor], CANARY, timeout_seconds=2),
        cursors={},
        known=lambda _since: [],
        workdir=workdir,
        sleep=lambda _seconds: None,
        policy=HASTY,
    )
    return list(pulled(batches, source.name))


@given(odd=odd_servers)
@settings(
    max_examples=settings.get_profile("fuzz").max_examples
    if settings.get_current_profile_name() == "fuzz"
    else 60,
    deadline=None,
    derandomize=settings.get_current_profile_name() != "fuzz",
    suppress_health_check=list(HealthCheck),
)
def test_an_odd_answer_ends_its_source_alone_or_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
    recorded: dict[str, dict[str, bytes]],
    odd: OddServer,
) -> None:
    caplog.set_level(logging.DEBUG)
    said = ""
    started = time.perf_counter()

    with serving(Replay(odd, recorded[odd.vendor])) as url:
        try:
            batches = pull(odd.vendor, url, tmp_path_factory.mktemp("pull"))
            said = repr([(b.origin, b.notes, b.problems, b.content_id) for b in batches])
        except Customer360Error as refusal:
            said = "".join(traceback.format_exception(refusal))

    assert time.perf_counter() - started < LONGEST
    assert CANARY not in said
    assert CANARY not in "".join(r.getMessage() for r in caplog.records if r.name[:4] != "http")


def test_a_whole_answer_is_read(tmp_path: Path, recorded: dict[str, dict[str, bytes]]) -> None:
    for vendor in PULLERS:
        fine = OddServer(vendor, 99, (), 200, b"", lasts=False, seed=0)
        with serving(Replay(fine, recorded[vendor])) as url:
            assert sum(batch.expected_rows for batch in pull(vendor, url, tmp_path)) > 20


def head(*lines: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", b"content-type: application/json", *lines))


def dripping_headers() -> Iterator[bytes]:
    yield head()
    while True:
        time.sleep(0.05)
        yield b"\r\nx-drip: 1"


def dripping_body() -> Iterator[bytes]:
    yield head(b"content-length: 1000000", b"", b"[")
    while True:
        time.sleep(0.05)
        yield b" "


def silence() -> Iterator[bytes]:
    yield b""
    time.sleep(1)


@pytest.mark.parametrize(
    "drip", [dripping_headers, dripping_body, silence], ids=lambda drip: drip.__name__
)
def test_a_server_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch, drip) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(http, "_SLOWEST_ANSWER", 2)
    started = time.perf_counter()

    with (
        serving(lambda _request, _token: drip()) as url,
        client(url, timeout_seconds=0.2) as api,
        pytest.raises(TransientError) as refusal,
    ):
        api.get("/")

    assert "too slowly" in str(refusal.value) or "in time" in str(refusal.value)

    assert time.perf_counter() - started < 3


def client(url: str, **options: float) -> ApiClient:
    access = ApiAccess(url, "quay", CANARY, **options)  # type: ignore[arg-type]
    return ApiClient(access, source="quay", sleep=lambda _s: None, policy=HASTY)


def packed(times: int) -> bytes:
    content = b" " * (1 << 27)
    for _ in range(times):
        content = gzip.compress(content)
    encoding = b"content-encoding: " + b", ".join([b"gzip"] * times)
    return head(encoding, b"content-length: %d" % len(content), b"", b"") + content


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(packed(1), "more than 64 MB", id="bomb"),
        pytest.param(packed(2), "packed in a way", id="bomb-in-a-bomb"),
        pytest.param(head(b"content-encoding: zstd", b"content-length: 2", b"", b"[]"), "packed in a way", id="unasked"),
    ],
)  # fmt: skip
def test_an_answer_that_unpacks_without_end_is_refused(answer: bytes, reason: str) -> None:
    with (
        serving(lambda _request, _token: answer) as url,
        client(url) as api,
        pytest.raises(SourceError) as refusal,
    ):
        api.get("/")

    assert reason in str(refusal.value)


def test_a_packed_answer_is_read() -> None:
    body = gzip.compress(b'["x"]')
    answer = head(b"content-encoding: gzip", b"content-length: %d" % len(body), b"", b"") + body

    with serving(lambda _request, _token: answer) as url, client(url) as api:
        assert api.get("/").body == ["x"]


@pytest.mark.parametrize("brings", ["nothing", "the same", "something new"])
@pytest.mark.parametrize("vendor", sorted(PULLERS))
def test_pages_without_end_end(
    tmp_path: Path, recorded: dict[str, dict[str, bytes]], vendor: str, brings: str
) -> None:
    pages = Endless(recorded[vendor], brings)

    with (
        serving(pages) as url,
        pytest.raises(Customer360Error, match=r"again and again|no end"),
    ):
        pull(vendor, url, tmp_path)

    assert pages.asked <= HASTY.requests + 1


def path_of(request: str) -> str:
    return request.partition("?")[0]


class Endless:
    """Lists that say of every page that another follows."""

    def __init__(self, recorded: dict[str, bytes], brings: str) -> None:
        self._recorded = recorded
        self._brings = brings
        self.asked = 0

    def __call__(self, request: str, token: str) -> bytes:
        del token
        self.asked += 1
        path = path_of(request)
        known = (body for asked, body in self._recorded.items() if asked.startswith(path))
        page = json.loads(next(known, b"[]"))
        body = json.dumps(self._page(page, request)).encode()
        link = b'link: <http://x/?min_id=%d>; rel="prev"' % (10**15 + self.asked)
        return head(link, b"content-length: %d" % len(body), b"", b"") + body

    def _page(self, page, request: str):  # type: ignore[no-untyped-def]
        key = next((k for k in ("notifications", "feed") if k in page), None)
        if key is not None:
            items = [] if self._brings == "nothing" else page[key][:1]
            if self._brings == "something new":
                items = json.loads(json.dumps(items).replace("at://", f"at://{self.asked}"))
            return {key: items, "cursor": str(self.asked)}
        if path_of(request).endswith("/context"):
            return {"ancestors": [], "descendants": []}
        is_list = "statuses?" in request or "notifications" in request
        if isinstance(page, list) and is_list:
            # Mastodon's lists end with an empty page: one that brings nothing is an end.
            items = page[:1] if page else [self._an_item()]
            if self._brings == "something new":
                items[0]["id"] = str(10**15 + self.asked)
            return items
        return page

    def _an_item(self):  # type: ignore[no-untyped-def]
        lists = (json.loads(b) for r, b in self._recorded.items() if "statuses?" in r)
        return next(items[0] for items in lists if items)
