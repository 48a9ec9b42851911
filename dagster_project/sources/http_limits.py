"""Bounds of one HTTP answer that the client library does not set: its whole time, its unpacked size.

httpx bounds each read, so that a server which sends a byte of its headers now and then is waited for
without end; and it unpacks as often as a server says it has packed. Does not belong here: what is
asked, and when it is asked again (``http``).
"""

import socket
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import httpx

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer, unpacked; a page of 100 posts is under one megabyte."""

ACCEPTED = "gzip, deflate"
"""Packings asked for; one that is none of these is refused."""


class TooLargeError(Exception):
    """An answer is, or unpacks to, more than ``LARGEST_ANSWER``."""


class OddPackingError(Exception):
    """An answer is packed in a way that was not asked for."""


class Watchdog:
    """Cuts an exchange off when its time is up, be it in headers or body.

    ``trace`` goes with the request (httpx's extension of that name) and tells of the connection.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self.has_bitten = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection that is opened, its TLS included."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            self._socket = found if isinstance(found, socket.socket) else None

    @contextmanager
    def watching(self, seconds: float) -> Iterator[None]:
        """End what is read inside after so many seconds."""
        self.has_bitten = False
        timer = threading.Timer(seconds, self._bite)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _bite(self) -> None:
        self.has_bitten = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def read_body(response: httpx.Response) -> bytes:
    """The body, unpacked once at most. ``TooLargeError``, ``OddPackingError``, ``zlib.error``."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise OddPackingError
    unpack = None if packing in ("identity", "") else _unpacker(packing)
    content = bytearray()
    for part in response.iter_raw():
        room = LARGEST_ANSWER - len(content) + 1
        content += unpack.decompress(part, room) if unpack else part
        if len(content) > LARGEST_ANSWER:
            raise TooLargeError
    return bytes(content)


def _unpacker(packing: str) -> Any:
    return zlib.decompressobj(zlib.MAX_WBITS | (32 if packing == "deflate" else 16))
