"""Compiles the marts once and builds them over hand-made worlds, in memory."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.engines.duckdb.dbt_run import DbtProject, run_dbt
from tests.parsed_project import CATALOG, parsed_project
from tests.unit.dbt_marts.world import World

BEFORE_IDENTITY = frozenset({"int_conversation_messages", "int_attack_posts"})
"""Models that are built before identity and read what worlds hold."""

SELECTION = (
    "path:models/marts", "path:models/insights", "path:tests/marts", *sorted(BEFORE_IDENTITY)
)  # fmt: skip


@dataclass(frozen=True)
class Compiled:
    """Compiled SQL of models and singular tests, models in the order they are built.

    A model without a relation is a part of others' SQL and only leads to what it is made of.
    """

    models: dict[str, str]
    relations: dict[str, str]
    parents: dict[str, list[str]]
    tests: dict[str, str]

    def needed_for(self, models: tuple[str, ...]) -> list[str]:
        """The models themselves and what they are made of, in order; all without any."""
        wanted = set(models or self.models)
        for name in reversed(self.models):
            if name in wanted:
                wanted.update(self.parents[name])
        return [name for name in self.models if name in wanted and name in self.relations]


class Built:
    """Marts built over one world."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, compiled: Compiled) -> None:
        self.connection = connection
        self.compiled = compiled

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Result of a query, one dictionary per row."""
        result = self.connection.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, sql: str) -> dict[str, Any]:
        """The only row of a query."""
        (row,) = self.rows(sql)
        return row

    def values(self, sql: str) -> list[Any]:
        """The first column of a query."""
        return [row[0] for row in self.connection.execute(sql).fetchall()]

    def failures(self, test: str) -> int:
        """Rows that a singular dbt test finds."""
        return len(self.connection.execute(self.compiled.tests[test]).fetchall())


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    return parsed_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def manifest(project: DbtProject) -> dict[str, Any]:
    """dbt's manifest, without compiled SQL."""
    parsed: dict[str, Any] = json.loads(project.manifest.read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="session")
def compiled(project: DbtProject, manifest: dict[str, Any]) -> Compiled:
    """SQL of the marts, of the insight views and of their singular tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("C360_DATABASE", str(project.target / f"{CATALOG}.duckdb"))
        run_dbt(project, ["compile", "--select", *SELECTION], is_parsed=True)
    return _read(manifest, project.target / "compiled" / manifest["metadata"]["project_name"])


def _read(manifest: dict[str, Any], folder: Path) -> Compiled:
    nodes = manifest["nodes"]

    def sql(node: dict[str, Any]) -> str:
        return (folder / str(node["original_file_path"])).read_text(encoding="utf-8")

    ours = {
        key: node
        for key, node in nodes.items()
        if node["resource_type"] == "model"
        and (node["fqn"][1] in {"marts", "insights"} or node["name"] in BEFORE_IDENTITY)
    }
    order: list[str] = []

    def visit(key: str) -> None:
        if key in ours and key not in order:
            for parent in nodes[key]["depends_on"]["nodes"]:
                visit(parent)
            order.append(key)

    for key in sorted(ours):
        visit(key)
    return Compiled(
        models={
            ours[key]["name"]: sql(ours[key]) if ours[key]["relation_name"] else ""
            for key in order
        },
        relations={
            ours[key]["name"]: ours[key]["relation_name"]
            for key in order
            if ours[key]["relation_name"]
        },
        parents={
            ours[key]["name"]: [
                ours[parent]["name"]
                for parent in ours[key]["depends_on"]["nodes"]
                if parent in ours
            ]
            for key in order
        },
        tests={
            node["name"]: sql(node)
            for node in nodes.values()
            if node["resource_type"] == "test"
            and node["original_file_path"].startswith("tests/marts")
        },
    )


@pytest.fixture
def build(compiled: Compiled) -> Iterator[Callable[..., Built]]:
    connections: list[duckdb.DuckDBPyConnection] = []

    def build_marts(world: World, *models: str) -> Built:
        connection = duckdb.connect(":memory:", config={"threads": 1})
        connections.append(connection)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach ':memory:' as {CATALOG}; use {CATALOG}")
        world.write(connection, CATALOG)
        connection.execute("create schema marts; create schema insights")
        for name in compiled.needed_for(models):
            connection.execute(
                f"create table {compiled.relations[name]} as {compiled.models[name]}"
            )
        return Built(connection, compiled)

    yield build_marts
    for connection in connections:
        connection.close()
