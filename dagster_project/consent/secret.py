"""The root's own secret: what is kept of people who are gone is hashed with it.

Without the key a hash of an e-mail address is soon guessed: there are lists of addresses. The
file lies in ``state/`` and belongs into its backup; ``C360_PRIVACY_KEY`` takes its place where a
company keeps secrets elsewhere.
"""

import hmac
import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path

import duckdb

from dagster_project.domain.errors import StateError
from dagster_project.domain.root import Root
from dagster_project.engines.durable import sync_file, sync_folder

VARIABLE = "C360_PRIVACY_KEY"
"""Name of the environment variable that holds a key of 64 hexadecimal digits."""

_BYTES = 32


def key_file(root: Root) -> Path:
    """Where a root's own key lies."""
    return root.state / "privacy.key"


def read_key(root: Root, given: str | None = None) -> bytes:
    """The key of a root, made when it is first asked for. ``given``: the environment's, if any."""
    if given:
        return _parsed(given.strip(), VARIABLE, "set it to 64 hexadecimal digits")
    file = key_file(root)
    if not file.exists():
        _make(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise StateError(
            "others on this machine may read the key", str(file), f"chmod 600 {file.name}"
        )
    text = file.read_text(encoding="ascii", errors="replace").strip()
    return _parsed(text, str(file), "restore it from your copy of state/")


_BLOCK = 64
"""Block of SHA-256 in bytes."""


def write_pad(connection: duckdb.DuckDBPyConnection, pad: str, key: bytes) -> None:
    """Make the table ``pad``, with which ``hmac_sql`` hashes; no statement holds the key."""
    padded = key.ljust(_BLOCK, b"\0")
    connection.execute(
        f"create or replace {'temp ' * pad.startswith('temp.')}table {pad} as select ?::blob as i, ?::blob as o",
        [bytes(b ^ 0x36 for b in padded), bytes(b ^ 0x5C for b in padded)],
    )


def hmac_sql(text: str, pad: str) -> str:
    """SQL of 32 hexadecimal digits of HMAC-SHA256 over a text; of null, null."""
    return (
        f"left(sha256((select o from {pad}) || "
        f"unhex(sha256((select i from {pad}) || encode({text})))), 32)"
    )


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose alone, so that hashes of two purposes cannot be compared."""
    return hmac.digest(key, purpose.encode(), sha256)


def _make(file: Path) -> None:
    """Two processes that need a key at once get the same one: a link is made once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_hex(_BYTES) + "\n")
    sync_file(aside)
    try:
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    sync_folder(file.parent)


def _parsed(text: str, where: str, remedy: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise StateError("the key is not 64 hexadecimal digits", where, remedy)
    return key
