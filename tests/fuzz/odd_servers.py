"""A server on loopback that answers as a real one did, but for one answer that is odd."""

import random
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from hypothesis import strategies as st

from dagster_project.sources.http import ApiAccess
from dagster_project.sources.pull import PULLERS
from tests.fuzz.odd_files import CHANGES
from tests.unit.sources.api_world import ApiWorld, at, talk
from tests.unit.sources.inbox import source_of

ACCOUNTS = {"mastodon": "quay", "bluesky": "quay.example.org"}
_BY_NAME = {change.__name__: change for change in CHANGES}

HEADERS = (
    b"", b"content-type: text/html\r\n", b"content-encoding: br\r\n",
    b"content-encoding: gzip\r\n", b"content-length: 5\r\n", b"content-length: -1\r\n",
    b"date: Fri, 99 Foo 9999 99:99:99 GMT\r\n", b"retry-after: \xc2\xb2\r\n",
    b"x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 99999999999999\r\n",
    b"x-ratelimit-remaining: 0\r\nx-ratelimit-reset: soon\r\n",
    b"link: <>; rel=\"next\", <http://evil.example/?max_id=1>; rel=\"next\"\r\n",
    b"location: http://evil.example/\r\n", b"x: " + b"y" * 70_000 + b"\r\n", b"no header\r\n",
)  # fmt: skip
STATUSES = (200, 200, 200, 200, 204, 206, 301, 400, 401, 403, 404, 418, 429, 500, 503, 99, 999)


@dataclass(frozen=True)
class OddServer:
    """Which answer of a pull is odd, and how: a failing example prints as this."""

    vendor: str
    number: int  # of the request
    changes: tuple[str, ...]
    status: int
    headers: bytes
    lasts: bool  # whether every later answer is odd too
    seed: int


odd_servers = st.builds(
    OddServer,
    vendor=st.sampled_from(sorted(PULLERS)),
    number=st.integers(0, 12),
    # Types first: what is nested or cut has none any more.
    changes=st.tuples(
        st.sampled_from([(), ("retype",)]),
        st.sampled_from([(), ("nest",), ("cut",), ("flip",)]),
    ).map(lambda both: both[0] + both[1]),
    status=st.sampled_from(STATUSES),
    headers=st.sampled_from(HEADERS),
    lasts=st.booleans(),
    seed=st.integers(0, 2**32),
)


def record(vendor: str, folder: Path) -> dict[str, bytes]:
    """Bodies that a pull from the demo world's server gets, by path with query."""
    world = ApiWorld(folder)
    talk(world, 20)
    recorded: dict[str, bytes] = {}
    with world.serve(moment=at(60)) as server:
        url = server.mastodon_url

        def answer(request: str, token: str) -> bytes:
            given = httpx.get(url + request, headers={"authorization": token})
            recorded[request] = given.content
            return given.content

        with serving(lambda request, token: _http(200, b"", answer(request, token))) as proxy:
            access = ApiAccess(proxy, ACCOUNTS[vendor], server.token)
            pull = PULLERS[vendor](
                source_of(vendor),
                access=access,
                cursors={},
                known=lambda _since: [],
                workdir=folder / "work",
            )
            for _ in pull:
                pass
    return recorded


class Replay:
    """Answers as recorded, the odd ones changed."""

    def __init__(self, odd: OddServer, recorded: dict[str, bytes]) -> None:
        self._odd = odd
        self._recorded = recorded
        self._chance = random.Random(odd.seed)
        self._asked = 0

    def __call__(self, request: str, token: str) -> bytes:
        """One answer, headers and all."""
        del token
        number, self._asked = self._asked, self._asked + 1
        body = self._recorded.get(request) or self._like(request)
        odd = self._odd
        if number < odd.number or (number > odd.number and not odd.lasts):
            return _http(200, b"", body)
        for name in odd.changes:
            body = _BY_NAME[name](body, self._chance)
        return _http(odd.status, odd.headers, body)

    def _like(self, request: str) -> bytes:
        """What was said to a request of the same path: odd answers lead to others."""
        path = request.partition("?")[0]
        same = (body for asked, body in self._recorded.items() if asked.startswith(path))
        return next(same, b"[]")


def _http(status: int, headers: bytes, body: bytes) -> bytes:
    length = b"" if b"content-length" in headers else b"content-length: %d\r\n" % len(body)
    return (
        b"HTTP/1.1 %d Odd\r\n" % status
        + b"content-type: application/json\r\n" * (b"content-type" not in headers)
        + headers
        + length
        + b"\r\n"
        + body
    )


@contextmanager
def serving(answer) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Serve ``answer(request, token)``, bytes or an iterator of them; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(
                    target=_converse, args=(connection, answer, stopped), daemon=True
                ).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(1)


def _converse(connection: socket.socket, answer, stopped: threading.Event) -> None:  # type: ignore[no-untyped-def]
    with connection, suppress(OSError):
        connection.settimeout(10)
        said = b""
        while not stopped.is_set():
            while b"\r\n\r\n" not in said:
                more = connection.recv(65536)
                if not more:
                    return
                said += more
            head, said = said.split(b"\r\n\r\n", 1)
            line = head.split(b"\r\n")[0].decode().split(" ")[1]
            token = re.search(rb"(?i)authorization: (.*?)\r?$", head, re.MULTILINE)
            given = answer(line, token.group(1).decode() if token else "")
            for part in [given] if isinstance(given, bytes) else given:
                connection.sendall(part)
                if stopped.is_set():
                    return
