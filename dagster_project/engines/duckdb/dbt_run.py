"""Runs dbt inside this process, so that it dies with it and holds no lock of its own.

Belongs here: starting dbt, its events as plain dictionaries, releasing the warehouse afterwards.
Does not belong here: what a dbt event means to Dagster; ``defs/transform.py`` knows that.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.storage import disk_full, is_disk_full

Event = dict[str, Any]

_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True)
class DbtProject:
    """Where a dbt project and its artefacts lie."""

    directory: Path
    target: Path

    @property
    def manifest(self) -> Path:
        """The parsed project."""
        return self.target / "manifest.json"

    @property
    def column_types(self) -> Path:
        """The types of the tables' columns, as the last run left them."""
        return self.target / "column_types.json"


class DbtError(Customer360Error):
    """At least one node failed; the message names nodes, never values."""


def run_dbt(
    project: DbtProject,
    arguments: list[str],
    *,
    variables: Mapping[str, object] | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    is_parsed: bool = False,
) -> None:
    """Run one dbt command; ``DbtError`` names the failed nodes. No session may be open.

    ``is_parsed``: the project has not changed since its last ``dbt parse``, whose result is
    taken instead of parsing again (seconds). dbt keeps the DuckDB file locked after it returns,
    so its connections are closed here.
    """
    from dbt.cli.main import dbtRunner
    from google.protobuf.json_format import MessageToDict

    failures: list[str] = []

    def receive(message: Any) -> None:
        if message.info.name in _INTERESTING:
            event = MessageToDict(message, preserving_proto_field_name=True)
            failures.extend(_failure(event))
            on_event(event)

    before = set(threading.enumerate())
    try:
        manifest = _parsed(project) if is_parsed else None
        outcome = dbtRunner(manifest=manifest, callbacks=[receive]).invoke(
            [
                "--log-level",
                "none",
                "--log-level-file",
                "none",
                "--no-use-colors",
                *arguments,
                "--project-dir",
                str(project.directory),
                "--profiles-dir",
                str(project.directory),
                "--target-path",
                str(project.target),
                "--log-path",
                str(project.target / "logs"),
                *(["--no-write-json"] if is_parsed else []),
                *(["--vars", orjson.dumps(dict(variables)).decode()] if variables else []),
            ]
        )
        is_interrupted = outcome.exception is not None and not isinstance(
            outcome.exception, Exception
        )  # Ctrl-C, Dagster's too
        if is_interrupted:
            _let_end(set(threading.enumerate()) - before)
    finally:
        _release()
    if is_interrupted:
        raise DbtError(
            "dbt was interrupted",
            f"dbt {arguments[0]}",
            "run again: it goes on from what has landed",
        )
    if not outcome.success:
        reasons = failures or [redacted(str(outcome.exception or "dbt stopped"))]
        if any(map(is_disk_full, reasons)):
            raise disk_full(project.target.parent)
        raise DbtError(
            f"dbt failed: {_told(reasons)}",
            f"dbt {arguments[0]}",
            "compiled SQL lies under warehouse/dbt/compiled; run `c360 doctor`, then run again",
        )


_PATIENCE = 20.0
"""Seconds that statements of an interrupted dbt are given to end."""


def _let_end(threads: set[threading.Thread]) -> None:
    """Wait for statements at work: a process that ends around one is aborted by the engine."""
    until = time.monotonic() + _PATIENCE
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


def redacted(message: str) -> str:
    """A database's message without the values it quotes; they may be personal."""
    return _ADDRESS.sub("…", _QUOTED.sub("'…'", message)).strip()


_INTERESTING = frozenset(
    {
        "LogSeedResult",
        "LogModelResult",
        "LogTestResult",
        "LogUnitTestResult",
        "MainEncounteredError",
        "RunResultError",
    }
)


def _failure(event: Event) -> list[str]:
    """What went wrong, with the node's name; an error's own words say more than its status."""
    data = event.get("data", {})
    if (
        event["info"]["name"] == "LogTestResult"
        and str(data.get("status", "")).lower() == "fail"
    ):
        failed = data.get("num_failures", "some")
        return [f"test {data.get('node_info', {}).get('node_name')}: {failed} rows"]
    if event["info"]["name"] in {"RunResultError", "MainEncounteredError"}:
        said = redacted(str(data.get("msg") or data.get("exc") or ""))
        return [" ".join(said.split())[:400]]
    return []


def _told(reasons: list[str], shown: int = 3) -> str:
    """The first reasons; where one model fails, all that read it are left out anyway."""
    more = [f"and {len(reasons) - shown} more"] if len(reasons) > shown else []
    return "; ".join([*reasons[:shown], *more])


def _parsed(project: DbtProject) -> Any:
    """The project as dbt parsed it last, or nothing: then dbt parses it again."""
    file = project.target / "partial_parse.msgpack"
    if not file.exists():
        return None
    stat = file.stat()
    manifest = _read_parsed(file, stat.st_mtime_ns, stat.st_size)
    _forget_compiled(manifest)
    return manifest


@lru_cache(maxsize=1)
def _read_parsed(file: Path, _changed_at: int, _size: int) -> Any:
    """Read once by the commands of a run: dbt lets one manifest serve several of them."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    return Manifest.from_msgpack(file.read_bytes(), decoder=extended_mashumuro_decoder)


def _forget_compiled(manifest: Any) -> None:
    """Let a command compile models anew that an earlier one of this process has compiled.

    dbt puts ephemeral models into a node's SQL once: into one it has seen, never again.
    """
    for node in manifest.nodes.values():
        if getattr(node, "extra_ctes_injected", False):
            node.compiled = node.extra_ctes_injected = False
            node.extra_ctes = []


def _release() -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    close: Callable[[], None] = DuckDBConnectionManager.close_all_connections
    close()
