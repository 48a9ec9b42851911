"""Roots that have some of the demo world's sources only, and what a run must make of them."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb
from ruamel.yaml import YAML

from dagster_project.config.consumers import read_consumers
from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT
from dagster_project.sources.catalogue import VENDORS

PEOPLE = 150
SEED = 11


def build_world(folder: Path) -> None:
    """The whole world, never run, with the dbt project parsed; subsets are cut from it."""
    from dagster_project.defs.manifest import prepare_manifest
    from dagster_project.demo.world import build_world as build
    from dagster_project.settings import read_settings

    folder.mkdir(parents=True)
    prepare_root(Root(folder), RootKind.DEMO)
    build(folder, people=PEOPLE, seed=SEED)
    settings = read_settings(folder)
    settings.export()
    prepare_manifest(settings)


def cut_subset(world: Path, target: Path, vendors: Iterable[str]) -> Root:
    """A root with the sources of these vendors: register, files and APIs of theirs alone."""
    root = Root(target)
    target.mkdir(parents=True)
    prepare_root(root, RootKind.DEMO)
    shutil.copytree(
        PROJECT / "config", root.config, ignore=shutil.ignore_patterns("sources.yml")
    )
    yaml = YAML(typ="safe", pure=True)
    register = yaml.load(PROJECT / "config" / "sources.yml")["sources"]
    chosen = {name: entry for name, entry in register.items() if entry["vendor"] in vendors}
    with (root.config / "sources.yml").open("w", encoding="utf-8") as file:
        yaml.dump({"sources": chosen}, file)
    shutil.copytree(world / "warehouse" / "dbt", root.warehouse / "dbt")
    for name in chosen:
        if (world / "inbox" / name).is_dir():
            shutil.copytree(world / "inbox" / name, root.inbox / name)
    if any("api" in entry for entry in chosen.values()):
        shutil.copytree(world / "api", target / "api")
    return root


def find_problems(root: Root, vendors: Iterable[str]) -> list[str]:
    """What is not there though it should be, or there though it should not."""
    consumers = read_consumers(root.config / "consumers.yml")
    problems = [
        f"nothing is published for {consumer.name}"
        for consumer in consumers
        if not (root.published / f"{consumer.name}.duckdb").exists()
    ]
    if problems:
        return problems
    with duckdb.connect(str(root.published / "crm.duckdb"), read_only=True) as connection:
        seen = {
            vendor
            for (vendor,) in connection.execute(
                "select distinct vendor from customer_xref"
            ).fetchall()
        }
        customers, records = connection.execute(
            "select (select count(*) from customer_360), "
            "(select count(distinct customer_id) from customer_xref where is_current)"
        ).fetchall()[0]
    wanted = set(vendors)
    if seen != wanted:
        problems.append(f"customers have records of {sorted(seen)}, not of {sorted(wanted)}")
    if customers != records or (wanted and not customers):
        problems.append(f"{customers} customers, {records} with a record")
    return problems


ALL = VENDORS
