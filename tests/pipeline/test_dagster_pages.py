"""What Dagster's pages show of a run that was started on the command line."""

from collections.abc import Callable

import pytest

from dagster_project.defs.jobs import MAIN_JOB
from dagster_project.domain.root import Root
from tests.pipeline.dagster_web import dagster_web

pytestmark = pytest.mark.pipeline

TIMELINE = """
query CompletedRunTimelineQuery($filter: RunsFilter!) {
  completed: runsOrError(filter: $filter, limit: 10) {
    ... on Runs {
      results {
        id
        pipelineName
        startTime
        tags { key value }
        repositoryOrigin { repositoryName repositoryLocationName }
      }
    }
  }
}
"""
"""What the home page asks; it leaves out each run without an origin."""

WORKSPACE = """
query {
  workspaceOrError {
    ... on Workspace {
      locationEntries {
        name
        locationOrLoadError {
          ... on RepositoryLocation { repositories { name pipelines { name } } }
        }
      }
    }
  }
}
"""

JOB = """
query JobRuns($filter: RunsFilter!) {
  pipelineRunsOrError(filter: $filter, limit: 10) { ... on Runs { results { id } } }
}
"""


def test_a_run_of_the_command_line_is_on_the_timeline_and_on_its_jobs_page(
    copied_root: Callable[[], Root],
) -> None:
    root = copied_root()
    with dagster_web(root) as web:
        timeline = web.ask(TIMELINE, filter={"statuses": ["SUCCESS", "FAILURE", "CANCELED"]})
        (location,) = web.ask(WORKSPACE)["workspaceOrError"]["locationEntries"]
        (repository,) = location["locationOrLoadError"]["repositories"]
        home = f"{repository['name']}@{location['name']}"
        of_the_job = {
            "pipelineName": MAIN_JOB,
            "tags": [{"key": ".dagster/repository", "value": home}],
        }
        on_page = web.ask(JOB, filter=of_the_job)["pipelineRunsOrError"]["results"]

    (run,) = timeline["completed"]["results"]
    assert MAIN_JOB in {job["name"] for job in repository["pipelines"]}
    assert (run["pipelineName"], run["startTime"] is not None) == (MAIN_JOB, True)
    assert run["repositoryOrigin"] == {
        "repositoryName": repository["name"],
        "repositoryLocationName": location["name"],
    }
    assert {"key": "user", "value": "c360 run --demo"} in run["tags"]
    assert on_page == [{"id": run["id"]}]
