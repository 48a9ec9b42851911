"""HTTP towards a vendor's API: limits obeyed, transient errors waited out, permanent ones reported.

Belongs here: everything that is the same for every vendor who speaks JSON over HTTP.
Does not belong here: endpoints, paging and entities (``mastodon.py``, ``bluesky.py``).

No error of this module holds the token, a query string or anything of an answer's body: a query
carries ids of people, and a body carries whatever they wrote.
"""

import logging
import random
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import httpx
import orjson
import tenacity

from dagster_project.config.sources import REFERENCE, SourceConfig
from dagster_project.domain.errors import ConfigError, SourceError, TransientError
from dagster_project.sources.http_answers import (
    asked_wait,
    first_of,
    parse_json,
    server_time,
    until_reset,
)
from dagster_project.sources.http_limits import (
    ACCEPTED,
    LARGEST_ANSWER,
    OddPackingError,
    TooLargeError,
    Watchdog,
    read_body,
)

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]
Params = Mapping[str, str | int | Sequence[str]]

_SLOWEST_ANSWER = 10  # times the timeout, for headers and body that arrive drop by drop
_GONE = frozenset({404, 410})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_VENDOR_CODE = re.compile(r"[A-Za-z]{1,40}")

_PERMANENT = {
    400: ("does not understand the request", "the token may have expired: make a new one"),
    401: ("refuses the access token", "make a new access token and set the one in api.token"),
    403: (
        "forbids this request",
        "give the token the right to read this, or ask for the right",
    ),
    404: ("knows no such address or account", "check api.base_url and api.account"),
    410: ("has given up this address", "check api.base_url: the service may have moved"),
}


@dataclass(frozen=True)
class ApiAccess:
    """How to reach one vendor's API, with every ``${NAME}`` already replaced by its value."""

    base_url: str
    account: str
    token: str | None = field(default=None, repr=False)
    look_back_days: int = 7
    page_limit: int = 100
    timeout_seconds: float = 30


@dataclass(frozen=True)
class RetryPolicy:
    """How long to be patient; all times in seconds.

    ``total_wait`` bounds all waiting of one pull together, for rate limits too. What has landed
    by then stays landed, and the next run goes on from there. ``requests`` and ``total_time``
    end a pull that never ends by itself: a year of a busy brand is 20,000 pages, and a longer
    pull would hold the writer lock beyond a night.
    """

    attempts: int = 6
    first_wait: float = 1
    longest_wait: float = 60
    total_wait: float = 1800
    requests: int = 200_000
    total_time: float = 6 * 3600
    seed: int = 0


@dataclass(frozen=True)
class Reply:
    """A good answer: its JSON, its headers, and the time by the server's own clock."""

    body: Any
    headers: Mapping[str, str]
    at: datetime


class _Passing(Exception):  # noqa: N818 - not an error until patience ends
    """A failure that may go away; ``wait`` is what the server asked for, in seconds."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.wait = wait


def utc_now() -> datetime:
    """The time, for waiting only: no row holds it."""
    return datetime.now(UTC)


def log_no_addresses() -> None:
    """Httpx logs whole addresses and httpcore hosts: secrets, and queries with ids of people."""
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)


def resolve_access(source: SourceConfig, secrets: Mapping[str, str]) -> ApiAccess:
    """Replace the ``${NAME}`` references of a source's ``api`` by ``secrets``.

    ``ConfigError`` names the source and the variable that is not set, never a value.
    """
    options = source.api
    if options is None:
        raise ConfigError(
            f"source {source.name} has no api entry",
            "config/sources.yml",
            "add api: with base_url, token and account, or drop files into its inbox folder",
        )

    def resolved(text: str) -> str:
        return REFERENCE.sub(lambda found: _secret(source, found[1], secrets), text)

    return ApiAccess(
        base_url=resolved(options.base_url),
        account=resolved(options.account),
        token=resolved(options.token) if options.token else None,
        look_back_days=options.look_back_days,
        page_limit=options.page_limit,
        timeout_seconds=options.timeout_seconds,
    )


def _secret(source: SourceConfig, name: str, secrets: Mapping[str, str]) -> str:
    value = secrets.get(name, "").strip()  # a file's last line end is no part of a secret
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(
            f"source {source.name} needs {name}, and its value holds characters that no "
            "address and no token has",
            "config/sources.yml",
            f"set the environment variable {name} anew: printable ASCII on one line",
        )
    if not value:
        raise ConfigError(
            f"source {source.name} needs {name}, which is not set",
            "config/sources.yml",
            f"set the environment variable {name}",
        )
    return value


class ApiClient:
    """GETs JSON of one source's API; use it as a context manager.

    ``clock`` and ``sleep`` serve waiting only and are passed in by tests; the jitter of the
    back-off is seeded.
    """

    def __init__(
        self,
        access: ApiAccess,
        *,
        source: str,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        policy: RetryPolicy | None = None,
    ) -> None:
        log_no_addresses()
        self._source = source
        self._clock = clock
        self._sleep = sleep
        self._policy = policy or RetryPolicy()
        self._random = random.Random(self._policy.seed)  # noqa: S311 - jitter, not a secret
        self._timeout = access.timeout_seconds
        self._watchdog = Watchdog()
        self._waited = 0.0
        self._ends = time.monotonic() + self._policy.total_time
        self._free_at: datetime | None = None
        self.requests = 0
        base_url = _checked_base_url(access, source)
        self._http = httpx.Client(
            base_url=base_url,
            headers=_headers(access),
            timeout=access.timeout_seconds,
            follow_redirects=False,
            trust_env=base_url.host not in _LOOPBACK,
            verify=base_url.scheme == "https",  # plain loopback needs no certificates
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, params: Params | None = None) -> Reply:
        """One answer; ``SourceError`` for what waiting cannot mend, else ``TransientError``."""
        reply = self._get(path, params, may_be_gone=False)
        assert reply is not None
        return reply

    def find(self, path: str, params: Params | None = None) -> Reply | None:
        """Like ``get``, but nothing where the vendor says that the thing asked for is gone."""
        return self._get(path, params, may_be_gone=True)

    def _get(self, path: str, params: Params | None, *, may_be_gone: bool) -> Reply | None:
        patience = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Passing),
            stop=tenacity.stop_after_attempt(self._policy.attempts),
            wait=self._pause_after,
            sleep=lambda seconds: self._wait(seconds, path),
            reraise=True,
        )
        try:
            return patience(self._ask, path, dict(params or {}), may_be_gone=may_be_gone)
        except _Passing as last:
            raise TransientError(
                f"{last.what}, {self._policy.attempts} times in a row",
                self._where(path),
                "run again later: what has landed is not pulled again",
            ) from None

    def _ask(self, path: str, params: Params, *, may_be_gone: bool) -> Reply | None:
        self._await_allowance(path)
        self.requests += 1
        if self.requests > self._policy.requests or time.monotonic() > self._ends:
            raise TransientError(
                f"{self._source} has no end: {self.requests:,} requests in one pull",
                self._where(path),
                "run again: it goes on from what has landed; if it stays so, ask the vendor",
            )
        status, headers, content = self._exchange(path, params)
        at = server_time(headers) or self._clock()
        self._note_allowance(headers, at)
        if may_be_gone and _is_gone(status, content):
            return None
        if status == 429 or status >= 500:
            raise _Passing(f"{self._source} answers {status}", asked_wait(headers, at, status))
        if status != 200:
            raise self._permanent(status, content, path)
        return Reply(self._json(headers, content, path), headers, at)

    def _exchange(self, path: str, params: Params) -> tuple[int, httpx.Headers, bytes]:
        request = self._http.build_request(
            "GET", _with_query(path, params), extensions={"trace": self._watchdog.trace}
        )
        with self._watchdog.watching(_SLOWEST_ANSWER * self._timeout):
            try:
                return self._send(request, path)
            except _Passing:
                if self._watchdog.has_bitten:
                    raise _Passing(f"{self._source} answers too slowly") from None
                raise

    def _send(self, request: httpx.Request, path: str) -> tuple[int, httpx.Headers, bytes]:
        try:
            response = self._http.send(request, stream=True)
            with closing(response):
                return response.status_code, response.headers, self._read(response, path)
        except httpx.TimeoutException:
            raise _Passing(f"{self._source} does not answer in time") from None
        except httpx.ConnectError as failure:
            raise self._no_connection(failure, path) from None
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError):
            raise _Passing(f"the connection to {self._source} broke") from None
        except (httpx.InvalidURL, httpx.TransportError, UnicodeError):
            raise SourceError(
                f"{self._source} cannot be reached at its address",
                self._where(path),
                "check api.base_url and the proxy settings",
            ) from None

    def _read(self, response: httpx.Response, path: str) -> bytes:
        try:
            return read_body(response)
        except zlib.error:
            raise _Passing(f"the connection to {self._source} broke") from None
        except TooLargeError:
            raise SourceError(
                f"{self._source} sends an answer of more than {LARGEST_ANSWER >> 20} MB",
                self._where(path),
                "lower api.page_limit",
            ) from None
        except OddPackingError:
            raise SourceError(
                f"{self._source} sends an answer packed in a way that was not asked for",
                self._where(path),
                "check api.base_url; a proxy may stand in between",
            ) from None

    def _json(self, headers: httpx.Headers, content: bytes, path: str) -> Any:
        if "html" in headers.get("content-type", "") or content.lstrip()[:1] == b"<":
            raise SourceError(
                f"{self._source} answers with a web page instead of JSON",
                self._where(path),
                "check api.base_url; a login page, a notice or a proxy may stand in between",
            )
        try:
            return parse_json(content)
        except ValueError:
            raise _Passing(f"{self._source} sends half an answer") from None

    def _permanent(self, status: int, content: bytes, path: str) -> SourceError:
        what, remedy = _PERMANENT.get(
            status, ("gives an answer that is no data", "check api.base_url")
        )
        code = _vendor_code(content)
        said = f"{status} {code}" if code else str(status)
        return SourceError(f"{self._source} {what} ({said})", self._where(path), remedy)

    def _no_connection(self, failure: httpx.ConnectError, path: str) -> Exception:
        causes = list(_causes(failure))
        if any(isinstance(c, ssl.SSLCertVerificationError) for c in causes):
            what, remedy = "shows a certificate that is not trusted", "check api.base_url"
        elif any(
            isinstance(c, socket.gaierror) and c.errno == socket.EAI_NONAME for c in causes
        ):
            what, remedy = "has an unknown host", "check api.base_url"
        else:
            return _Passing(f"no connection to {self._source}")
        return SourceError(f"{self._source} {what}", self._where(path), remedy)

    def _note_allowance(self, headers: httpx.Headers, at: datetime) -> None:
        if first_of(headers, "x-ratelimit-remaining", "ratelimit-remaining") == "0":
            wait = until_reset(headers, at)
            if wait is not None:
                self._free_at = self._clock() + timedelta(seconds=wait)

    def _await_allowance(self, path: str) -> None:
        if self._free_at is None:
            return
        pause = (self._free_at - self._clock()).total_seconds()
        self._free_at = None
        if pause > 0:
            self._wait(pause, path)

    def _pause_after(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, _Passing) and failure.wait is not None:
            self._free_at = None  # the server's own word is the wait
            return failure.wait
        backed_off = self._policy.first_wait * 2.0 ** (state.attempt_number - 1)
        return min(self._policy.longest_wait, backed_off) * self._random.uniform(0.5, 1)

    def _wait(self, seconds: float, path: str) -> None:
        if self._waited + seconds > self._policy.total_wait:
            raise TransientError(
                f"{self._source} asks for more patience than one pull has: "
                f"{self._waited + seconds:.0f} s of at most {self._policy.total_wait:.0f} s",
                self._where(path),
                "run again later: what has landed is not pulled again",
            )
        self._waited += seconds
        self._sleep(seconds)

    def _where(self, path: str) -> str:
        return f"{self._source}: GET {path}"


def _checked_base_url(access: ApiAccess, source: str) -> httpx.URL:
    """The address, parsed. Parsers say what they stumble over, which may be the secret in it."""
    try:
        url = httpx.URL(access.base_url)
        is_split_alike = urlsplit(access.base_url).hostname == url.raw_host.decode()
    except (httpx.InvalidURL, ValueError):
        url, is_split_alike = httpx.URL(), False
    if url.host and not is_split_alike:
        url = httpx.URL()
    is_safe = url.scheme == "https" or (url.scheme == "http" and url.host in _LOOPBACK)
    if not url.host or not (is_safe or (url.scheme == "http" and access.token is None)):
        raise SourceError(
            f"{source} needs an https address",
            f"{source}: api.base_url",
            "write https://… in config/sources.yml: a token never travels in clear text",
        )
    return url


def _headers(access: ApiAccess) -> dict[str, str]:
    headers = {
        "accept": "application/json",
        "accept-encoding": ACCEPTED,
        "user-agent": "customer360",
    }
    if access.token:
        headers["authorization"] = f"Bearer {access.token}"
    return headers


def _with_query(path: str, params: Params) -> str:
    """Path and query as text: httpx parses each address three times over if it encodes it."""
    values = {n: v if isinstance(v, str | int) else list(v) for n, v in params.items()}
    return f"{path}?{urlencode(values, doseq=True, safe=':/')}" if values else path


def _is_gone(status: int, content: bytes) -> bool:
    return status in _GONE or (status == 400 and _vendor_code(content) in _GONE_CODES)


_GONE_CODES = frozenset(
    {"NotFound", "AccountTakedown", "AccountDeactivated", "ProfileNotFound"}
)
"""What AT-proto services say, with status 400, of a post or an account that is no more."""


def _vendor_code(content: bytes) -> str | None:
    """The vendor's own word for an error, when it is one word: a sentence may hold anything."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) and _VENDOR_CODE.fullmatch(code) else None


def _causes(failure: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = failure
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
