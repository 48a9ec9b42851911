"""The sensor that closes runs whose process was killed, so that none is at work for ever."""

import dagster as dg

from dagster_project.defs.alerts import close_and_tell
from dagster_project.engines.duckdb.writer_lock import holder_of
from dagster_project.settings import Settings

INTERVAL_SECONDS = 30


def killed_runs_sensor(settings: Settings) -> dg.SensorDefinition:
    """Looks for the process of each run that is at work; runs by itself while a daemon does."""

    @dg.sensor(
        name="killed_runs",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Closes runs whose process is gone: they were killed, and are at work no more.",
    )
    def killed_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        # A process of another container cannot be seen from here, its lock can.
        if holder := holder_of(settings.root):
            return dg.SkipReason(f"the root is being written by {holder.name}")
        for problem in close_and_tell(context.instance, settings):
            context.log.warning(problem)
        return dg.SkipReason("no other run is at work")

    return killed_runs
