"""Answers of the loopback server, ready to send."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


def json_answer(body: object, status: int = 200) -> Answer:
    """An answer from plain Python values."""
    return Answer(orjson.dumps(body), status)


def dumped(value: object) -> bytes:
    """JSON to keep: orjson's own answer holds on to a buffer several times its size."""
    body = orjson.dumps(value)
    return body[:1] + body[1:]


def array(items: Iterable[bytes]) -> bytes:
    """A JSON array of values that are JSON already."""
    return b"[" + b",".join(items) + b"]"


def object_of(pairs: Iterable[tuple[str, bytes]]) -> bytes:
    """A JSON object of values that are JSON already."""
    return b"{" + b",".join(orjson.dumps(name) + b":" + value for name, value in pairs) + b"}"


def splice(entity: bytes, name: str, value: bytes) -> bytes:
    """``entity`` with one more key in front; both are JSON, the entity an object with keys."""
    return b"{" + orjson.dumps(name) + b":" + value + b"," + entity[1:]


def limit_of(asked: str | None, default: int, largest: int) -> int:
    """A page size as asked for, within what the vendor allows."""
    return min(int(asked), largest) if asked and asked.isdigit() and int(asked) else default
