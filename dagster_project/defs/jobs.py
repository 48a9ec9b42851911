"""Jobs and the daily schedule."""

from typing import Any

import dagster as dg

from dagster_project.config.sources import SourceConfig
from dagster_project.defs.keys import landing_key
from dagster_project.sources.catalogue import streams_of

AssetJob = Any
"""What ``define_asset_job`` returns; Dagster does not export its type."""

MAIN_JOB = "customer_360"
REPULL_JOB = "repull_api_window"


def main_job() -> AssetJob:
    """Everything, from the inbox and the APIs to what is published."""
    return dg.define_asset_job(
        MAIN_JOB,
        selection=dg.AssetSelection.all(),
        description="Read all sources, resolve customers, build and check the marts, publish.",
    )


def repull_job(sources: tuple[SourceConfig, ...]) -> AssetJob | None:
    """Pull a window of the APIs again; set ``since`` and ``until`` in the launchpad."""
    vendors = sorted({s.vendor for s in sources if s.api})
    if not vendors:
        return None
    keys = [landing_key(spec) for vendor in vendors for spec in streams_of(vendor)]
    window = {"config": {"since": "2026-10-01T00:00:00Z", "until": "2026-10-08T00:00:00Z"}}
    return dg.define_asset_job(
        REPULL_JOB,
        selection=dg.AssetSelection.assets(*keys).downstream().required_multi_asset_neighbors(),
        config={"ops": {f"load_{vendor}": window for vendor in vendors}},
        description="Pull a window of the social networks again (edits, deletes, gaps) and go on.",
    )


def daily_schedule() -> dg.ScheduleDefinition:
    """Every morning at 05:00 UTC; switched on in the UI."""
    return dg.ScheduleDefinition(
        name="every_morning",
        job_name=MAIN_JOB,
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
        description="The whole job, daily at 05:00 UTC.",
    )
