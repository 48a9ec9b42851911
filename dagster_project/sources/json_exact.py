"""JSON texts to values with every digit of a number.

Belongs here: one text to its value. Does not belong here: files of many (``json_rows``).
"""

import json
from decimal import Decimal
from math import isfinite
from typing import Any

import orjson

_DIGITS = bytes(48 if 48 <= byte <= 57 else byte for byte in range(256))
_TOO_LONG = (b"0" * 20, b"-" + b"0" * 19, b"0" * 14 + b".0")
"""Digits that may leave 64 bits: up to 2^64 - 1 upwards, and down to -2^63 only; and fractions of
which a double, with its 15 digits, may not keep the second decimal."""


def loads(text: bytes) -> Any:
    """Parse exactly: beyond 64 bits orjson would make floats of numbers. ``ValueError``."""
    digits = text.translate(_DIGITS)
    if any(long in digits for long in _TOO_LONG):
        return _loads_slowly(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # Lone surrogates, NaN, 1e400 and control characters, which Python's parser takes.
        return _loads_slowly(text)


def exact(digits: str) -> int | str:
    """A whole number, as text where it is too long for 64 bits."""
    return int(digits) if len(digits) < 19 else digits


def exact_fraction(digits: str) -> float | str:
    """A fraction, as text where a float is another number: 99999999999999.99, 1e400."""
    number = float(digits)
    is_same = repr(number) == digits or (
        isfinite(number) and Decimal(repr(number)) == Decimal(digits)
    )
    return number if is_same else digits


def _loads_slowly(text: bytes) -> Any:
    try:
        return json.loads(text, strict=False, parse_int=exact, parse_float=exact_fraction)
    except RecursionError:
        raise ValueError("nested too deeply") from None
