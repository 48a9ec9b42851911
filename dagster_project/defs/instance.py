"""The Dagster instance of a root: where runs are kept, closing dead ones, watching a live one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import dagster as dg
import orjson
import psutil

from dagster_project.defs.run_queue import STARTED_BY_TAG
from dagster_project.defs.run_storage import HOME, REPOSITORY_TAG
from dagster_project.domain.errors import Customer360Error
from dagster_project.settings import Settings

_INSTANCE = Template("""\
# Dagster's instance of this root. Nothing personal is kept here: counts, names and times only.
telemetry:
  enabled: false
nux:
  enabled: false
# A root takes one writer: a second run is queued, and says for whom it waits.
run_coordinator:
  module: dagster_project.defs.run_queue
  class: RootQueue
  config:
    max_concurrent_runs: 1
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days: {skipped: 7, started: 30, success: 30, failure: 30}
# What a library prints goes to the terminal alone: it may quote a row. The pages show the run's
# journal, and no process of Dagster's own stands between, which would answer Ctrl-C with a traceback.
compute_logs:
  module: dagster_project.defs.step_output
  class: JournalAsOutput
  config:
    journals: $journals
event_log_storage:
  module: dagster_project.defs.event_log
  class: OpenEventLog
  config:
    base_dir: $events
run_storage:
  module: dagster_project.defs.run_storage
  class: RootRuns
  config:
    base_dir: $runs
""")


@dataclass(frozen=True)
class StepSeen:
    """One event of a running step, as progress shows it. ``seconds`` since the step began."""

    step: str
    event: str
    seconds: float = 0.0
    message: str = ""


def prepare_instance(settings: Settings) -> None:
    """Write the instance's configuration; the same file for the command line and the UI."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    history = settings.dagster_home / "history"
    wanted = _INSTANCE.substitute(
        events=_quoted(history / "runs"),
        runs=_quoted(history),
        journals=_quoted(settings.root.audit / "runs"),
    )
    if not file.exists() or file.read_text(encoding="utf-8") != wanted:
        file.write_text(wanted, encoding="utf-8")


def _quoted(path: Path) -> str:
    return orjson.dumps(str(path)).decode()


PROCESS_TAG = ".dagster/c360_process"
"""Tag of a run: its own id, and the process it works in by id and the second it started in.

Its own id, since a run that is executed again takes the tags of the one before it along. The
prefix is the one of tags that the UI does not show.
"""


def this_process(run_id: str) -> dict[str, str]:
    """The tag of a run that works in this process."""
    started = psutil.Process().create_time()
    return {PROCESS_TAG: f"{run_id} {os.getpid()} {started:.0f}"}


COMMAND_LINE_TAG = ".dagster/c360_command_line"
"""Tag of a run of the command line: its own id, for the same reason."""


def from_the_command_line(run_id: str, *, demo: bool) -> dict[str, str]:
    """Tags of a run of the command line: where its job is defined, who began it, its process."""
    return {
        REPOSITORY_TAG: HOME,
        STARTED_BY_TAG: "c360 run --demo" if demo else "c360 run",
        COMMAND_LINE_TAG: run_id,
        **this_process(run_id),
    }


def is_of_the_command_line(run: dg.DagsterRun) -> bool:
    """Whether a run was started by ``c360 run``."""
    return run.tags.get(COMMAND_LINE_TAG) == run.run_id


def close_dead_runs(instance: dg.DagsterInstance) -> tuple[dg.DagsterRun, ...]:
    """Mark runs whose process is gone as failed; returns those.

    Only runs that have said which process they work in: one that waits for its turn has not.
    """
    dead = []
    unfinished = dg.RunsFilter(
        statuses=[
            dg.DagsterRunStatus.NOT_STARTED,
            dg.DagsterRunStatus.STARTED,
            dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.CANCELING,
        ]
    )
    for record in instance.get_run_records(unfinished):
        run = record.dagster_run
        run_id, *process = run.tags.get(PROCESS_TAG, "").split(" ")
        if run_id == run.run_id and not _is_alive(*process):
            instance.report_run_failed(run, message="The process of this run was killed.")
            dead.append(run)
    return tuple(dead)


def _is_alive(number: str, started: str) -> bool:
    """Whether it is still there: a later process may have been given the same id."""
    try:
        return abs(psutil.Process(int(number)).create_time() - float(started)) < 2
    except psutil.Error:
        return False


@contextmanager
def watching(
    instance: dg.DagsterInstance, run_id: str, on_step: Callable[[StepSeen], None]
) -> Iterator[None]:
    """Call ``on_step`` for each event of the steps of a run that works in this process."""
    started: dict[str, float] = {}
    is_watched = True

    def see(entry: dg.EventLogEntry) -> None:
        seen = _seen(entry, started) if is_watched else None
        if seen is not None:
            on_step(seen)

    instance.add_event_listener(run_id, see)
    try:
        yield
    finally:
        is_watched = False


_EVENTS = {
    dg.DagsterEventType.STEP_START: "start",
    dg.DagsterEventType.STEP_SUCCESS: "success",
    dg.DagsterEventType.STEP_FAILURE: "failure",
    dg.DagsterEventType.STEP_SKIPPED: "skipped",
    dg.DagsterEventType.STEP_UP_FOR_RETRY: "retry",
}


def _seen(entry: dg.EventLogEntry, started: dict[str, float]) -> StepSeen | None:
    """What progress shows of an event; ``started`` keeps when each step began."""
    event = entry.dagster_event
    kind = _EVENTS.get(event.event_type) if event else None
    if event is None or kind is None or entry.step_key is None:
        return None
    if kind == "start":
        started[entry.step_key] = entry.timestamp
    return StepSeen(
        entry.step_key,
        kind,
        entry.timestamp - started.get(entry.step_key, entry.timestamp),
        _reason(event) if kind in {"failure", "retry"} else "",
    )


def _reason(event: dg.DagsterEvent) -> str:
    """The message of our own error; a library's error is named by its class only."""
    error = getattr(event.event_specific_data, "error", None)
    if error is None:
        return ""
    if error.cls_name == "Failure":
        return _message(error)
    inner = error.cause or error
    if inner.cls_name in _own_errors():
        return _message(inner)
    if inner.cls_name in _INTERRUPTS:
        return "interrupted; run again: it goes on from what has landed"
    return f"{inner.cls_name} (details in the Dagster UI: make ui)"


_INTERRUPTS = frozenset({"DagsterExecutionInterruptedError", "KeyboardInterrupt"})


def _message(error: Any) -> str:
    """What an error says, without the class in front of it."""
    text = str(error.message)
    return text.partition(": ")[2].strip() or text.strip()


def _own_errors(kind: type[Customer360Error] = Customer360Error) -> set[str]:
    """Names of our errors, whose messages never hold a value."""
    return {kind.__name__}.union(*(_own_errors(sub) for sub in kind.__subclasses__()))
