"""What Dagster's pages show as a run's output: the run's own journal, and why steps failed.

What a library prints may quote a row, so none of it is kept. The journal holds counts and names
by construction, the messages of failures are those of the event log: ``stdout`` and ``stderr`` of
a run are read from these two when somebody looks.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager

from dagster_project.defs.journal import Journal


class JournalAsOutput(NoOpComputeLogManager):
    """Named in the instance's ``dagster.yaml``; Dagster makes it. ``journals``: their folder."""

    def __init__(self, journals: str, inst_data: Any = None) -> None:
        self._journals = Path(journals)
        super().__init__(inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """What stands below ``config`` in ``dagster.yaml``."""
        return {"journals": str}

    @classmethod
    def from_config_value(
        cls, inst_data: Any, config_value: Mapping[str, Any]
    ) -> "JournalAsOutput":
        """The output of one root's runs."""
        return cls(inst_data=inst_data, **config_value)

    def get_log_data_for_type(
        self,
        log_key: Sequence[str],
        io_type: ComputeIOType,
        offset: int,
        max_bytes: int | None,
    ) -> tuple[bytes | None, int]:
        """A part of what a run has to say; its id is the first part of the key."""
        run_id = Path(log_key[0]).name
        is_output = io_type is ComputeIOType.STDOUT
        text = self._journal(run_id) if is_output else self._failures(run_id)
        end = len(text) if max_bytes is None else offset + max_bytes
        part = text[offset:end]
        return part or None, offset + len(part)

    def _journal(self, run_id: str) -> bytes:
        entries = Journal(self._journals / f"{run_id}.jsonl").entries()
        return "".join(f"{_line(entry)}\n" for entry in entries).encode()

    def _failures(self, run_id: str) -> bytes:
        if not (self.has_instance and self._instance.has_run(run_id)):
            return b""  # a sensor's tick, say; asking for its events would make a file for them
        records = self._instance.get_records_for_run(
            run_id, of_type=dg.DagsterEventType.STEP_FAILURE
        ).records
        return "".join(f"{_failure(record.event_log_entry)}\n" for record in records).encode()


def _line(entry: Mapping[str, Any]) -> str:
    """``step: name value, name value``, as a person reads it."""
    facts = [
        f"{name} {value if isinstance(value, str) else orjson.dumps(value).decode()}"
        for name, value in entry.items()
        if name != "step"
    ]
    return f"{entry['step']}: {', '.join(facts)}"


def _failure(entry: dg.EventLogEntry) -> str:
    event = entry.dagster_event
    error = getattr(event.event_specific_data, "error", None) if event else None
    return f"{entry.step_key}: {error.message.strip() if error else 'failed'}"
