"""Rate limits as vendors count them: so many requests in a window of so many seconds."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """How many requests one window of ``seconds`` allows."""

    requests: int
    seconds: float = 300


GENEROUS = Limit(1_000_000)
"""The vendors' own limits (300 and 3,000 in five minutes) would make a demo wait."""


@dataclass(frozen=True)
class Allowance:
    """Where a caller stands after one request."""

    limit: Limit
    remaining: int
    resets_in: float
    is_exceeded: bool


class Limiter:
    """Counts requests in fixed windows; ``seconds`` is a monotonic clock."""

    def __init__(self, limit: Limit, seconds: Callable[[], float]) -> None:
        self._limit = limit
        self._seconds = seconds
        self._started = seconds()
        self._used = 0

    def take(self) -> Allowance:
        """Count one request."""
        now = self._seconds()
        if now - self._started >= self._limit.seconds:
            self._started, self._used = now, 0
        self._used += 1
        left = self._limit.requests - self._used
        resets_in = self._limit.seconds - (now - self._started)
        return Allowance(self._limit, max(0, left), resets_in, is_exceeded=left < 0)


def mastodon_headers(allowance: Allowance, now: datetime) -> dict[str, str]:
    """``X-RateLimit-*``; the reset is an ISO time."""
    reset = now + timedelta(seconds=allowance.resets_in)
    return {
        "x-ratelimit-limit": str(allowance.limit.requests),
        "x-ratelimit-remaining": str(allowance.remaining),
        "x-ratelimit-reset": reset.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


def bluesky_headers(allowance: Allowance, now: datetime) -> dict[str, str]:
    """``ratelimit-*``; the reset is in whole seconds since the epoch, rounded down."""
    reset = math.floor(now.timestamp() + allowance.resets_in)
    seconds = round(allowance.limit.seconds)
    return {
        "ratelimit-limit": str(allowance.limit.requests),
        "ratelimit-remaining": str(allowance.remaining),
        "ratelimit-reset": str(reset),
        "ratelimit-policy": f"{allowance.limit.requests};w={seconds}",
    }
