"""What a run says of itself."""

import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.features.statistics import count_values, empty_statistics
from dagster_project.identity.outputs.report import unseen_share
from dagster_project.identity.workspace import workspace


def test_names_that_came_after_training_are_counted_as_unseen() -> None:
    with session() as connection, workspace(connection) as work:
        empty_statistics(work)
        count_values(work, "family", "select hash(unnest(['kestrel', 'okafor', 'okafor']))")
        work.run("create table work.feature (family varchar, word_count tinyint)")
        work.run(
            "insert into work.feature values "
            "('kestrel', 2), ('okafor', 3), ('whitlock', 2), ('zamora', 2), ('solo', 1), (null, 2)"
        )

        assert unseen_share(work, "work.feature") == pytest.approx(0.5)
