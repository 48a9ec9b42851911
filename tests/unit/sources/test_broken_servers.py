"""A server's odd answer, or an odd secret, is one source's refusal and shows no token."""

import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from dagster_project.config.sources import ApiOptions
from dagster_project.domain.errors import ConfigError, Customer360Error, SourceError
from dagster_project.sources.border import pulled
from dagster_project.sources.http import ApiAccess, RetryPolicy, resolve_access
from dagster_project.sources.pull import PULLERS
from tests.unit.sources.inbox import source_of

CANARY = "canary-7f3a9c"
ANSWERS: list[Any] = [{}, [], None, 5, "x", [5], {"id": 5}, {"posts": 5}, [[]]]


def _pull(vendor: str, workdir: Path, token: str = CANARY) -> None:
    access = ApiAccess("http://127.0.0.1:9", "quay", token)
    source = source_of(vendor)
    batches = PULLERS[vendor](
        source,
        access=access,
        cursors={},
        known=lambda _since: [],
        workdir=workdir,
        sleep=lambda _seconds: None,
        policy=RetryPolicy(attempts=2, requests=50),
    )
    list(pulled(batches, source.name))


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every request be answered by a function, without a network."""

    def by(handler: Any) -> None:
        original = httpx.Client.__init__

        def init(client: httpx.Client, **options: Any) -> None:
            original(client, **options, transport=httpx.MockTransport(handler))

        monkeypatch.setattr(httpx.Client, "__init__", init)

    return by


@pytest.mark.parametrize("vendor", sorted(PULLERS))
@pytest.mark.parametrize("body", ANSWERS, ids=repr)
def test_an_answer_of_another_form_ends_the_source_alone(
    vendor: str, body: Any, answer: Any, tmp_path: Path
) -> None:
    answer(lambda _request: httpx.Response(200, json=body))

    with pytest.raises(Customer360Error) as refusal:
        _pull(vendor, tmp_path)

    assert CANARY not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.parametrize("vendor", sorted(PULLERS))
@pytest.mark.parametrize(
    "after", ["²", "9" * 400, "-5", "soon", "Fri, 99 Foo 9999 99:99:99 GMT"]
)
def test_an_odd_wait_ends_the_source_alone(
    vendor: str, after: str, answer: Any, tmp_path: Path
) -> None:
    headers = [(b"Retry-After", after.encode("utf-8"))]
    answer(lambda _request: httpx.Response(429, headers=headers))

    with pytest.raises(Customer360Error):
        _pull(vendor, tmp_path)


@pytest.mark.parametrize("vendor", sorted(PULLERS))
@pytest.mark.parametrize("odd", ["\r", "\n", "\r\nx: y", "é", "\x00"])
def test_an_odd_token_is_in_no_error(
    vendor: str, odd: str, answer: Any, tmp_path: Path
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        said = request.headers["authorization"]
        raise httpx.LocalProtocolError(f"Illegal header value {said!r}")

    answer(refuse)

    with pytest.raises(SourceError) as refusal:
        _pull(vendor, tmp_path, CANARY + odd)

    assert CANARY not in "".join(traceback.format_exception(refusal.value))


def test_a_line_end_behind_a_secret_is_left_off_and_one_inside_refused() -> None:
    api = ApiOptions(base_url="https://x.example", token="${TOKEN}", account="quay")
    source = source_of("mastodon", api=api)

    assert resolve_access(source, {"TOKEN": f"{CANARY}\r\n"}).token == CANARY
    for odd in (f"{CANARY}\r\nx", f"{CANARY}é", f"{CANARY}\x00y"):
        with pytest.raises(ConfigError, match="TOKEN") as refusal:
            resolve_access(source, {"TOKEN": odd})
        assert CANARY not in str(refusal.value)
