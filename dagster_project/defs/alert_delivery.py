"""Handing an alert to the command and the webhook that ``config/alerts.yml`` names.

A target that fails fails nothing: what went wrong comes back in words, without the webhook's
address, which is a secret, and without what a command prints or a server answers.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import httpx
import orjson
import tenacity

from dagster_project.config.alerts import Alerts
from dagster_project.sources.http import log_no_addresses

COMMAND_SECONDS = 20
"""How long a command may take. With the webhook's tries it stays below the minute that Dagster
gives a sensor."""

WEBHOOK_SECONDS = 5
WEBHOOK_TRIES = 3

Sleep = Callable[[float], None]


def deliver(
    alert: Mapping[str, Any],
    alerts: Alerts,
    variables: Mapping[str, str],
    *,
    sleep: Sleep = time.sleep,
    command_seconds: float = COMMAND_SECONDS,
) -> tuple[str, ...]:
    """Hand ``alert`` to every target; returns what went wrong, in words."""
    body = orjson.dumps(alert)
    return (
        *_to_command(alerts.command, body, command_seconds),
        *_to_webhook(alerts.webhook_env, variables, body, sleep),
    )


def _to_command(command: tuple[str, ...], body: bytes, seconds: float) -> Iterator[str]:
    if not command:
        return
    try:
        process = subprocess.Popen(  # noqa: S603 — what the company configured
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        yield f"the alert's command cannot be started: {error.strerror}"
        return
    try:
        process.communicate(body, timeout=seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        yield f"the alert's command took more than {seconds:g} s and was ended"
        return
    if process.returncode:
        yield f"the alert's command ended with status {process.returncode}"


def _to_webhook(
    name: str | None, variables: Mapping[str, str], body: bytes, sleep: Sleep
) -> Iterator[str]:
    if name is None:
        return
    address = variables.get(name)
    if not address:
        yield f"the alert's webhook is not known: the environment variable {name} is not set"
        return
    log_no_addresses()
    patient = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_TryAgainError),
        stop=tenacity.stop_after_attempt(WEBHOOK_TRIES),
        wait=tenacity.wait_exponential(multiplier=1),
        sleep=sleep,
        reraise=True,
    )
    try:
        status = patient(_post, address, body)
    except _TryAgainError as error:
        yield f"the alert's webhook ({name}) {error}"
    except (
        httpx.InvalidURL,
        httpx.UnsupportedProtocol,
        ValueError,
    ):  # with what is wrong in it
        yield f"the alert's webhook ({name}) is no web address"
    else:
        if not 200 <= status < 300:
            yield f"the alert's webhook ({name}) answered {status}"


class _TryAgainError(Exception):
    """A server that may take the alert in a moment; the message names no address."""


def _post(address: str, body: bytes) -> int:
    try:
        answer = httpx.post(
            address,
            content=body,
            headers={"content-type": "application/json"},
            timeout=WEBHOOK_SECONDS,
        )
    except httpx.UnsupportedProtocol:
        raise
    except httpx.TransportError as error:
        raise _TryAgainError(f"was not reached: {type(error).__name__}") from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _TryAgainError(f"answered {answer.status_code}")
    return answer.status_code
