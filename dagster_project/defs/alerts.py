"""Who is told of a run that failed, and of what a run has newly found to be held back.

A run of the command line is told of by the command line, as there may be no daemon; every other
run by two sensors. An alert holds names of jobs, steps, assets and checks, and counts: no message
of an error and no name of a file, which may hold what a person wrote.

Belongs here: what an alert says, and when. Does not belong here: how it is delivered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import orjson

from dagster_project.config.alerts import Alerts, read_alerts
from dagster_project.defs.alert_delivery import deliver
from dagster_project.defs.instance import close_dead_runs, is_of_the_command_line
from dagster_project.defs.run_queue import STARTED_BY_TAG
from dagster_project.domain.counts import counted
from dagster_project.settings import Settings

MOST_CHECKS = 20
"""Checks that one alert names; the run's page has them all."""


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass, and the counts it gave."""

    asset: str
    check: str
    severity: str
    counts: Mapping[str, int]

    @property
    def name(self) -> str:
        """What it is called in an alert and in the memory of alerts."""
        return f"{self.asset}: {self.check}"


@dataclass(frozen=True)
class Findings:
    """What a run's events say: steps that failed, checks that did and did not pass."""

    steps: tuple[str, ...]
    failed: tuple[FailedCheck, ...]
    passed: frozenset[str]


def tell_of(instance: dg.DagsterInstance, run_id: str, settings: Settings) -> tuple[str, ...]:
    """Tell of a run that has ended, if there is something to tell; what went wrong, in words.

    A failed check is told of once, and again when its counts change, or when it fails again after
    it has passed. An alert that could not be delivered counts as not told.
    """
    alerts = _alerts(settings)
    run = instance.get_run_by_id(run_id)
    if not alerts.has_target or run is None:
        return ()
    memory = _Memory(settings.root.audit / "alerts.json")
    found = findings_of(instance, run_id)
    new = [check for check in found.failed if memory.is_new(check)]
    has_failed = run.status is dg.DagsterRunStatus.FAILURE
    told = list(found.failed) if has_failed else _wanted(new, alerts)
    problems: tuple[str, ...] = ()
    if has_failed or told:
        alert = alert_of(run, found.steps, told, alerts)
        problems = deliver(alert, alerts, settings.variables)
    memory.keep([] if problems else told, passed=found.passed)
    return problems


def close_and_tell(instance: dg.DagsterInstance, settings: Settings) -> tuple[str, ...]:
    """Close runs whose process is gone; those of the command line cannot tell of themselves."""
    problems: list[str] = []
    for run in close_dead_runs(instance):
        if is_of_the_command_line(run):
            problems += tell_of(instance, run.run_id, settings)
    return tuple(problems)


def findings_of(instance: dg.DagsterInstance, run_id: str) -> Findings:
    """Read a run's events; of a check that was asked twice, the last answer counts."""
    steps: list[str] = []
    failed: dict[str, FailedCheck] = {}
    passed: set[str] = set()
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    for entry in instance.all_logs(run_id, of_type=kinds):
        event = entry.dagster_event
        if event is None:
            continue
        if event.event_type is dg.DagsterEventType.STEP_FAILURE:
            steps.append(entry.step_key or "")
            continue
        data: Any = event.event_specific_data
        check = _check_of(data)
        if data.passed:
            passed.add(check.name)
            failed.pop(check.name, None)
        else:
            failed[check.name] = check
            passed.discard(check.name)
    worst = sorted(failed.values(), key=lambda c: (c.severity, c.name))
    return Findings(tuple(dict.fromkeys(steps)), tuple(worst), frozenset(passed))


def _check_of(data: Any) -> FailedCheck:
    values = {key: value.value for key, value in data.metadata.items()}
    return FailedCheck(
        asset="/".join(data.asset_key.path),
        check=data.check_name,
        severity=data.severity.value,
        counts={k: v for k, v in values.items() if type(v) is int},
    )


def _wanted(checks: list[FailedCheck], alerts: Alerts) -> list[FailedCheck]:
    if alerts.checks == "none":
        return []
    error = dg.AssetCheckSeverity.ERROR.value
    return [c for c in checks if alerts.checks == "all" or c.severity == error]


def alert_of(
    run: dg.DagsterRun, steps: tuple[str, ...], checks: list[FailedCheck], alerts: Alerts
) -> dict[str, Any]:
    """What is delivered; ``text`` is one line, under the name that chat systems look for."""
    has_failed = run.status is dg.DagsterRunStatus.FAILURE
    link = f"{alerts.dagster_url.rstrip('/')}/runs/{run.run_id}"
    words = _failure(run, steps, checks) if has_failed else _held_back(run, checks)
    return {
        "event": "run_failed" if has_failed else "checks_failed",
        "text": f"Customer 360: {words} {link}",
        "run_id": run.run_id,
        "job": run.job_name,
        "started_by": _started_by(run.tags),
        "steps": list(steps),
        "checks": [
            {
                "asset": c.asset,
                "check": c.check,
                "severity": c.severity,
                "counts": dict(c.counts),
            }
            for c in checks[:MOST_CHECKS]
        ],
        "checks_failed": len(checks),
        "link": link,
    }


def _failure(run: dg.DagsterRun, steps: tuple[str, ...], checks: list[FailedCheck]) -> str:
    at = f" at {', '.join(steps)}" if steps else ""
    more = f"; {_in_words(checks)}" if checks else ""
    return f"a run of {run.job_name} failed{at}{more}."


def _held_back(run: dg.DagsterRun, checks: list[FailedCheck]) -> str:
    return f"{_in_words(checks)} in a run of {run.job_name}."


def _in_words(checks: list[FailedCheck]) -> str:
    names = ", ".join(c.name for c in checks[:3]) + (", …" if len(checks) > 3 else "")
    return f"{counted(len(checks), 'check')} failed ({names})"


def _started_by(tags: Mapping[str, str]) -> str:
    names = (STARTED_BY_TAG, "dagster/sensor_name", "dagster/schedule_name")
    return next((tags[name] for name in names if name in tags), "the UI")


@dataclass(frozen=True)
class _Memory:
    """Which failed checks have been told of, with which counts; nothing depends on the file."""

    file: Path

    def is_new(self, check: FailedCheck) -> bool:
        return self._told().get(check.name) != dict(check.counts)

    def keep(self, told: list[FailedCheck], *, passed: frozenset[str]) -> None:
        before = self._told()
        after = {name: counts for name, counts in before.items() if name not in passed}
        after |= {check.name: dict(check.counts) for check in told}
        if after != before:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            aside = self.file.with_suffix(".partial")
            aside.write_bytes(orjson.dumps(after))
            aside.replace(self.file)

    def _told(self) -> dict[str, dict[str, int]]:
        try:
            told = orjson.loads(self.file.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        return told if isinstance(told, dict) else {}


def _alerts(settings: Settings) -> Alerts:
    return read_alerts(settings.config_dir / "alerts.yml")


def alert_sensors(settings: Settings) -> Iterator[dg.SensorDefinition]:
    """One sensor for runs that fail and one for runs that end well; none without a target."""
    if not _alerts(settings).has_target:
        return

    def tell(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        if is_of_the_command_line(context.dagster_run):
            return dg.SkipReason("a run of the command line is told of by itself")
        for problem in tell_of(context.instance, context.dagster_run.run_id, settings):
            context.log.warning(problem)
        return None

    @dg.run_failure_sensor(
        name="alert_on_failed_runs",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells whom config/alerts.yml names of every run that fails.",
    )
    def alert_on_failed_runs(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        return tell(context)

    @dg.run_status_sensor(
        name="alert_on_failed_checks",
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells whom config/alerts.yml names of what a run has newly found held back.",
    )
    def alert_on_failed_checks(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        return tell(context)

    yield from (alert_on_failed_runs, alert_on_failed_checks)
