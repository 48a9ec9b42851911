"""What an HTTP answer says beside its data: how long to wait, what time it is; and its JSON."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson


def parse_json(content: bytes) -> Any:
    """JSON of an answer; half a surrogate pair (a cut emoji) becomes U+FFFD. ``ValueError``."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        if b"\\ud" not in content.lower():
            raise
        text = json.dumps(json.loads(content), ensure_ascii=False)
        return orjson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def parse_time(text: str) -> datetime:
    """An ISO 8601 time as UTC; without a zone it is taken for UTC. ``ValueError``."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def asked_wait(headers: httpx.Headers, at: datetime, status: int) -> float | None:
    """Seconds an error answer asks to wait, if it does: ``Retry-After``, else the limit's reset."""
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return float(after)
    if after:
        try:
            return max(0.0, (_as_utc(parsedate_to_datetime(after)) - at).total_seconds())
        except ValueError:
            return None
    return until_reset(headers, at) if status == 429 else None


def until_reset(headers: httpx.Headers, at: datetime) -> float | None:
    """Seconds until the limit is lifted, by the server's clock: ours may be wrong."""
    reset = first_of(headers, "x-ratelimit-reset", "ratelimit-reset")
    if reset is None:
        return None
    try:
        if (
            reset.isascii() and reset.isdigit()
        ):  # epoch (whole seconds, rounded down), or seconds from now
            epoch = int(reset)
            return max(0.0, epoch + 1 - at.timestamp()) if epoch > 1_000_000_000 else epoch
        return max(0.0, (parse_time(reset) - at).total_seconds())
    except ValueError:
        return None


def first_of(headers: httpx.Headers, *names: str) -> str | None:
    """The first of these headers there is."""
    return next((headers[name] for name in names if name in headers), None)


def server_time(headers: httpx.Headers) -> datetime | None:
    """The ``Date`` of an answer."""
    try:
        return _as_utc(parsedate_to_datetime(headers["date"]))
    except (KeyError, ValueError):
        return None


def _as_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
