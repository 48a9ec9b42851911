"""One run at a time, in the order they came; a run that waits says for whom.

Dagster's own queue with its documented hook for what is to happen when a run is handed in.
"""

from typing import Any

import dagster as dg

WAITS_FOR_TAG = "c360/waits_for"
"""Tag of a queued run: the runs that were before it when it was handed in."""

STARTED_BY_TAG = "user"
"""Tag that Dagster shows as "launched by"."""

_BEFORE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class RootQueue(dg.QueuedRunCoordinator):
    """Named in the instance's ``dagster.yaml``; Dagster makes it."""

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "RootQueue":
        """The queue of one root: a DuckDB file takes one writer."""
        return cls(inst_data=inst_data, **config_value)

    def submit_run(self, context: dg.SubmitRunContext) -> dg.DagsterRun:
        """Queue a run, and write down for whom it has to wait."""
        run = super().submit_run(context)
        instance = self._instance
        before = [
            other
            for other in instance.get_runs(dg.RunsFilter(statuses=_BEFORE))
            if other.run_id != run.run_id
        ]
        if before:
            instance.add_run_tags(
                run.run_id, {WAITS_FOR_TAG: ", ".join(o.run_id[:8] for o in before)}
            )
            instance.report_engine_event(
                f"Waiting: {_named(before)}. One run writes the root at a time.", run
            )
        return run


def _named(runs: list[dg.DagsterRun]) -> str:
    return "; ".join(
        f"run {run.run_id[:8]} of {run.job_name} "
        f"(started by {run.tags.get(STARTED_BY_TAG, 'the UI or a sensor')}) is before it"
        for run in runs
    )
