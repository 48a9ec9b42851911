"""Secrets of any characters, in every place one can stand: sent as they are, and told to nobody."""

import base64
import json
import logging
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.config.alerts import Alerts
from dagster_project.config.sources import ApiOptions
from dagster_project.consent.secret import VARIABLE, key_file, read_key
from dagster_project.defs.alert_delivery import deliver
from dagster_project.domain.errors import Customer360Error, TransientError
from dagster_project.domain.root import Root
from dagster_project.settings import Variables, read_settings
from dagster_project.sources.http import ApiClient, RetryPolicy, resolve_access
from tests.unit.sources.test_http import source_of

ODD = (
    "$", "%", "%s", "%2F", "'", '"', "\\", "`", "\n", "\r\n", "\t", "\0", " ", "ä", "密", "😀",
    "@", ":", "/", "//", "?", "#", "&", "=", "+", "[", "]", "(", ")", "{", "}", "{0}", "${HOME}",
    "|", "*", "^", ".", ";--", "<b>", "[red]", ":smile:", "\x1b[2J", "\ud800",
)  # fmt: skip
CANARY = "canary7f3a"
SECRETS = tuple(f"{CANARY}{odd}{CANARY}" for odd in ODD) + tuple(
    f"{odd}{CANARY}" for odd in ODD
)
TOKENS = tuple(s for s in SECRETS if s.isascii() and s.isprintable() and s == s.strip())
ADDRESSES = (
    "http://127.0.0.1:9/SECRET", "http://SECRET@127.0.0.1:9/", "http://u:SECRET@127.0.0.1:9/",
    "http://127.0.0.1:SECRET/", "http://127.0.0.1:9/?key=SECRET", "http://[SECRET]/",
    "https://SECRET/", "https://SECRET.invalid/", "https://[::1]SECRET/", "SECRET", "ftp://SECRET/",
)  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def cheap_tls() -> Iterator[None]:
    """Certificates are read for every client: that is all the time these tests would take."""
    context = ssl.create_default_context()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", lambda *args, **kwargs: context)
        yield


def pull(base_url: str, token: str | None, *, attempts: int = 2) -> None:
    options = ApiOptions(base_url="${URL}", token="${TOKEN}", account="quay")
    access = resolve_access(
        source_of("mastodon", api=options), {"URL": base_url, "TOKEN": token or ""}
    )
    policy = RetryPolicy(attempts=attempts)
    with ApiClient(access, source="m", sleep=lambda seconds: None, policy=policy) as client:
        client.get("/api/v1/accounts/lookup", {"acct": "quay"})


def all_told(act: Callable[[], object], caplog: pytest.LogCaptureFixture) -> str:
    """What an exception says, its causes and frames too, and what is logged at any level."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        try:
            said = str(act())
        except (Customer360Error, TransientError) as error:
            said = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    return said + caplog.text


@pytest.mark.parametrize("secret", TOKENS)
def test_a_token_is_told_to_nobody_when_a_server_is_not_reached(
    secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert CANARY not in all_told(lambda: pull("http://127.0.0.1:9", secret), caplog)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_secret_in_it_is_told_to_nobody(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    for secret in SECRETS:
        full = address.replace("SECRET", secret)

        assert CANARY not in all_told(lambda full=full: pull(full, "t", attempts=1), caplog)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_webhooks_address_is_told_to_nobody(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    for secret in SECRETS:
        hook = {"HOOK": address.replace("SECRET", secret)}

        def call(hook: dict[str, str] = hook) -> object:
            return deliver({}, Alerts(webhook_env="HOOK"), hook, sleep=lambda seconds: None)

        assert CANARY not in all_told(call, caplog).casefold()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(min_size=1, max_size=40))
def test_no_text_whatever_comes_out_of_a_failed_request(
    caplog: pytest.LogCaptureFixture, text: str
) -> None:
    secret = f"{CANARY}{text}"
    for address in (
        "http://127.0.0.1:9/",
        f"http://127.0.0.1:9/{secret}",
        f"https://u:{secret}@h/",
    ):
        assert CANARY not in all_told(
            lambda address=address: pull(address, secret, attempts=1), caplog
        )


@pytest.mark.parametrize("answer", [b"401 Unauthorized", b"500 Oops", b"302 Found", b"200 OK"])
def test_a_server_gets_the_token_as_it_is_and_nobody_else_does(
    answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the server says it back, in a header and in its body."""
    with echo(answer) as (url, got):
        for token in TOKENS:
            told = all_told(lambda token=token: pull(url, token), caplog)

            assert CANARY not in told
            assert got[-1] == f"Bearer {token}"


@contextmanager
def echo(answer: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server that answers with what it got as authorization."""
    got: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    head = connection.recv(65536).decode("latin-1")
                    line = next(x for x in head.split("\r\n") if x.lower().startswith("auth"))
                    got.append(line.partition(": ")[2])
                    body = json.dumps({"error": got[-1]}).encode()
                    connection.sendall(
                        b"HTTP/1.1 %s\r\ncontent-length: %d\r\nconnection: close\r\n"
                        b"location: https://%s.example/\r\n\r\n%s"
                        % (answer, len(body), base64.b16encode(got[-1].encode())[:40], body)
                    )

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", got


@pytest.mark.parametrize("secret", SECRETS)
def test_a_key_that_is_none_is_refused_without_being_shown(
    secret: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = all_told(lambda: read_key(Root(tmp_path), secret), caplog)

    assert "64 hexadecimal digits" in told
    assert CANARY not in told


def test_a_damaged_key_file_is_refused_without_being_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = Root(tmp_path)
    read_key(root)
    key_file(root).write_bytes(f"{CANARY}\xff".encode("latin-1"))

    assert CANARY not in all_told(lambda: read_key(root), caplog)


@pytest.mark.parametrize("secret", [s for s in SECRETS if "\0" not in s and "\ud800" not in s])
def test_a_secret_is_read_from_a_file_as_it_stands_there(secret: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(secret.encode() + b"\n")
    file.chmod(0o600)

    found = Variables({"TOKEN_FILE": str(file)})

    expected = secret.removesuffix("\n").removesuffix("\r")
    assert found.get("TOKEN") in {secret, expected}
    assert (found.get("OTHER"), "OTHER" in found) == (None, False)
    assert CANARY not in repr(found)


def test_a_file_of_a_secret_that_others_may_read_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / f"{CANARY}.txt"
    file.write_text(CANARY, encoding="utf-8")
    file.chmod(0o644)

    told = all_told(lambda: Variables({"TOKEN_FILE": str(file)})["TOKEN"], caplog)

    assert "others on this machine may read" in told
    assert CANARY not in told


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_of_a_secret_that_cannot_be_read_is_named_by_its_variable(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)

    with pytest.raises(Customer360Error, match="TOKEN_FILE"):
        Variables({"TOKEN_FILE": str(file)})["TOKEN"]


def test_the_environments_own_value_goes_before_the_file(tmp_path: Path) -> None:
    assert Variables({"TOKEN": "a", "TOKEN_FILE": str(tmp_path)})["TOKEN"] == "a"


def test_the_roots_secret_may_stand_in_a_file_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text("ab" * 32 + "\n", encoding="ascii")
    file.chmod(0o600)
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(file))

    found = read_settings(tmp_path / "root").variables.get(VARIABLE)

    assert read_key(Root(tmp_path / "root"), found) == bytes.fromhex("ab" * 32)
    assert not (tmp_path / "root").exists()
