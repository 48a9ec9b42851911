"""Starting and stopping the loopback server: one thread, one ephemeral port, loopback only."""

import asyncio
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagster_project.demo.server.answers import Answer, json_answer
from dagster_project.demo.server.bluesky import BlueskyWorld
from dagster_project.demo.server.faults import Fault, FaultKind, FaultPlan
from dagster_project.demo.server.limits import Limiter, bluesky_headers, mastodon_headers
from dagster_project.demo.server.mastodon import MastodonWorld
from dagster_project.domain.errors import SourceError

TOKEN = "demo-token"  # noqa: S105 - opens invented people's posts on loopback, nothing else

_XRPC = "/xrpc/"
_JSON = "application/json"
_START_SECONDS = 30
_HTML = b"<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>"


class ServerHandle:
    """A running server; ``requests`` counts what was asked for, by path."""

    def __init__(
        self,
        mastodon: MastodonWorld,
        bluesky: BlueskyWorld,
        at: datetime,
        faults: FaultPlan,
        token: str,
    ) -> None:
        self.token = token
        self.faults = faults
        self.requests: Counter[str] = Counter()
        self._worlds = (mastodon, bluesky)
        self._passed = 0.0
        self._limiters = {
            False: Limiter(faults.mastodon_limit, self._seconds),
            True: Limiter(faults.bluesky_limit, self._seconds),
        }
        self.move_to(at)
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def mastodon_url(self) -> str:
        """Base address of the Mastodon side."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def bluesky_url(self) -> str:
        """Base address of the Bluesky side."""
        return f"http://127.0.0.1:{self._port}"

    def move_to(self, at: datetime) -> None:
        """Show the world as it looks at ``at``; call it between pulls."""
        self._at = at.astimezone(UTC)
        for world in self._worlds:
            world.show(self._at)

    def advance(self, seconds: float) -> None:
        """Let time pass for rate limits: a test's ``sleep``."""
        self._passed += seconds

    def stop(self) -> None:
        """End the server and wait for its thread."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=10)

    def _seconds(self) -> float:
        return time.monotonic() + self._passed

    def _start(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        self._port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            self._app(), log_config=None, access_log=False, lifespan="off",
            date_header=False, server_header=False, ws="none",
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        # A daemon: the server ends with its process, however that ends.
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise SourceError(
                    "the demo's API server does not start",
                    "127.0.0.1",
                    "see whether this machine lets a program listen on loopback",
                )
            time.sleep(0.005)

    def _app(self) -> "_Gatekeeper":
        mastodon, bluesky = self._worlds
        assert isinstance(mastodon, MastodonWorld)
        assert isinstance(bluesky, BlueskyWorld)
        endpoints: dict[str, Callable[[Request], Answer]] = {
            "/api/v1/notifications": mastodon.notifications,
            "/api/v1/accounts/lookup": mastodon.lookup,
            "/api/v1/accounts/{id}": mastodon.account,
            "/api/v1/accounts/{id}/statuses": mastodon.own_statuses,
            "/api/v1/statuses": mastodon.statuses,
            "/api/v1/statuses/{id}": mastodon.status,
            "/api/v1/statuses/{id}/context": mastodon.context,
            f"{_XRPC}app.bsky.actor.getProfile": bluesky.profile,
            f"{_XRPC}app.bsky.actor.getProfiles": bluesky.profiles,
            f"{_XRPC}app.bsky.feed.getPosts": bluesky.posts,
            f"{_XRPC}app.bsky.feed.getAuthorFeed": bluesky.author_feed,
            f"{_XRPC}app.bsky.feed.getPostThread": bluesky.thread,
            f"{_XRPC}app.bsky.feed.searchPosts": bluesky.search,
            f"{_XRPC}app.bsky.notification.listNotifications": bluesky.notifications,
        }
        routes = [
            Route(path, self._endpoint(path, answer)) for path, answer in endpoints.items()
        ]
        return _Gatekeeper(Starlette(routes=routes), self)

    def _endpoint(self, path: str, answer: Callable[[Request], Answer]) -> Callable[..., Any]:
        is_xrpc = path.startswith(_XRPC)
        world = self._worlds[is_xrpc]

        async def endpoint(request: Request) -> Response:
            given, allowance = self._allow(is_xrpc=is_xrpc)
            if given is None:
                self.requests[path] += 1
                given = world.authorise(request) or answer(request)
            headers = {**allowance, **given.headers, "date": self.date()}
            return Response(given.body, given.status, headers, given.content_type)

        return endpoint

    def _allow(self, *, is_xrpc: bool) -> tuple[Answer | None, dict[str, str]]:
        allowance = self._limiters[is_xrpc].take()
        headers = (bluesky_headers if is_xrpc else mastodon_headers)(allowance, self._at)
        if not allowance.is_exceeded:
            return None, headers
        if is_xrpc:
            body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
        else:
            body = {"error": "Too many requests"}
        return json_answer(body, 429), headers

    def date(self) -> str:
        """The world's time as an HTTP date: the same world answers the same on every day."""
        return format_datetime(self._at, usegmt=True)


def serve(
    world_dir: Path,
    *,
    at: datetime | None = None,
    faults: FaultPlan | None = None,
    mastodon_account: str = "quay",
    bluesky_account: str = "quay.example.org",
    token: str = TOKEN,
) -> ServerHandle:
    """Serve a world's ``api/`` folder (or its parent) until the handle is stopped.

    ``at`` is the moment the world shows, by default its last one. Accepts ``handle.token``.
    """
    folder = world_dir / "api" if (world_dir / "api").is_dir() else world_dir
    mastodon = MastodonWorld(folder / "mastodon", account=mastodon_account, token=token)
    bluesky = BlueskyWorld(folder / "bluesky", account=bluesky_account, token=token)
    moment = at or max(mastodon.newest(), bluesky.newest())
    return ServerHandle(mastodon, bluesky, moment, faults or FaultPlan(), token)


class _Gatekeeper:
    """Stands before the application and lets planned faults strike."""

    def __init__(self, app: Starlette, handle: ServerHandle) -> None:
        self._app = app
        self._handle = handle

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        fault = self._handle.faults.next_fault(scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._strike(fault, scope, receive, send)

    async def _strike(self, fault: Fault, scope: Any, receive: Any, send: Any) -> None:
        match fault.kind:
            case FaultKind.RESET:
                _reset(receive)
            case FaultKind.SLOW:
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case FaultKind.TRUNCATED | FaultKind.HALF_JSON:
                body = _Collected()
                await self._app(scope, receive, body.send)
                is_whole = fault.kind is FaultKind.HALF_JSON
                await body.send_half(send, receive, pretend_whole=is_whole)
            case _:
                await self._answer(fault, is_xrpc=scope["path"].startswith(_XRPC))(
                    scope, receive, send
                )

    def _answer(self, fault: Fault, *, is_xrpc: bool) -> Response:
        headers = {"date": self._handle.date()}
        if fault.retry_after is not None:
            headers["retry-after"] = fault.retry_after
        if fault.kind is FaultKind.HTML:
            return Response(_HTML, 200, headers, "text/html")
        if fault.kind is FaultKind.EMPTY:
            return Response(b'{"posts":[]}' if is_xrpc else b"[]", 200, headers, _JSON)
        return Response(b'{"error":"Planned"}', fault.status, headers, _JSON)


class _Collected:
    """An answer held back, to send half of it."""

    def __init__(self) -> None:
        self._start: MutableMapping[str, Any] = {}
        self._body = bytearray()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    async def send_half(self, send: Any, receive: Any, *, pretend_whole: bool) -> None:
        """Send half of the body; with its whole length announced, then the line goes dead."""
        half = bytes(self._body[: len(self._body) // 2])
        start = dict(self._start)
        if pretend_whole:
            kept = [(k, v) for k, v in start["headers"] if k != b"content-length"]
            start["headers"] = [*kept, (b"content-length", str(len(half)).encode())]
        await send(start)
        await send({"type": "http.response.body", "body": half, "more_body": not pretend_whole})
        if not pretend_whole:
            _transport(receive).close()


def _transport(receive: Any) -> Any:
    """The connection behind a request: ASGI has no word for hanging up."""
    return receive.__self__.transport


def _reset(receive: Any) -> None:
    transport = _transport(receive)
    connection = transport.get_extra_info("socket")
    # Linger of zero seconds: close sends RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
