"""Dagster's record of runs in SQLite, with a place for runs that Dagster did not launch itself.

The home timeline and sensors on runs go by the origin that a run is stored with. Dagster gives one
to runs it launches; one that is executed in process has none, and would be seen on neither.
"""

from typing import Any

import dagster as dg
import orjson
from dagster._core.storage.runs import SqliteRunStorage

REPOSITORY_TAG = ".dagster/repository"
"""Dagster's tag of the place that a run's job is defined in: ``repository@code location``."""

CODE_LOCATION = "dagster_project.definitions"
"""What ``dagster dev`` calls the module it loads."""

HOME = f"__repository__@{CODE_LOCATION}"
"""Where ``dagster dev`` finds our jobs."""


class RootRuns(SqliteRunStorage):
    """Named in the instance's ``dagster.yaml``; Dagster makes it."""

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "RootRuns":
        """The storage that the configuration describes."""
        return cls.from_local(inst_data=inst_data, **config_value)

    def add_run(self, dagster_run: dg.DagsterRun) -> dg.DagsterRun:
        """Store a run; one whose tag alone names its place is stored with that as its origin."""
        home = dagster_run.tags.get(REPOSITORY_TAG)
        if home and dagster_run.remote_job_origin is None:
            dagster_run = dagster_run.with_job_origin(origin(home, dagster_run.job_name))
        return super().add_run(dagster_run)


def origin(home: str, job: str) -> Any:
    """An origin in the form that Dagster stores it in: it exports no class to make one of."""
    repository, _, location = home.partition("@")
    stored = {
        "__class__": "ExternalPipelineOrigin",
        "external_repository_origin": {
            "__class__": "ExternalRepositoryOrigin",
            "repository_location_origin": {
                "__class__": "RegisteredRepositoryLocationOrigin",
                "location_name": location,
            },
            "repository_name": repository,
        },
        "pipeline_name": job,
    }
    return dg.deserialize_value(orjson.dumps(stored).decode())
