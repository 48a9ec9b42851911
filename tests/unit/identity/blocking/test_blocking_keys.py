"""Values of blocking keys, of all records and of those that share some."""

from collections.abc import Iterator

import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.blocking.blocking_keys import (
    BLOCKING_KEYS,
    BlockingKey,
    has_mailboxes,
)
from dagster_project.identity.stages import cluster_records
from dagster_project.identity.workspace import Workspace
from tests.unit.identity.world import build, non_matches, spec


@pytest.fixture(scope="module")
def work() -> Iterator[Workspace]:
    """A workspace after a run over records with names, addresses and mailboxes."""
    with session() as connection:
        build(connection, non_matches(420))
        cluster_records(connection, spec=spec())
        yield Workspace(connection)


@pytest.mark.parametrize("key", BLOCKING_KEYS, ids=lambda key: key.name)
def test_values_looked_for_are_found_where_all_are_written_down(
    work: Workspace, key: BlockingKey
) -> None:
    """Asking for some values first gives what asking for all and choosing afterwards gives."""
    few = f"select value from ({key.sql}) order by value limit 40"

    asked = key.sql_of(among=few, has_mailboxes=has_mailboxes(work))
    chosen = f"select * from ({key.sql}) where value in ({few})"

    assert work.count(f"(({asked}) except all ({chosen}))") == 0
    assert work.count(f"(({chosen}) except all ({asked}))") == 0
