"""The one place where everything is wired: ``build_definitions(settings)`` and ``run()``."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import dagster as dg
import orjson

from dagster_project.config.access import keep_private
from dagster_project.config.consumers import Consumer, read_consumers
from dagster_project.config.roots import RootKind, kind_of
from dagster_project.config.sources import read_sources
from dagster_project.defs.accounts import ACCOUNT_RESOLUTION, account_assets
from dagster_project.defs.alerts import alert_sensors, close_and_tell, tell_of
from dagster_project.defs.code_references import with_code
from dagster_project.defs.compliance import desk_assets
from dagster_project.defs.dbt_nodes import MARTS, STAGE
from dagster_project.defs.described import (
    DbtCatalogue,
    described,
    given_tables,
    is_inlined,
)
from dagster_project.defs.gates import mart_gates
from dagster_project.defs.identity import RESOLUTION, identity_assets
from dagster_project.defs.inbox import landing_assets
from dagster_project.defs.instance import (
    StepSeen,
    from_the_command_line,
    prepare_instance,
    watching,
)
from dagster_project.defs.jobs import (
    MAIN_JOB,
    daily_schedule,
    main_job,
    repull_job,
)
from dagster_project.defs.killed_runs import killed_runs_sensor
from dagster_project.defs.listening import label_assets
from dagster_project.defs.manifest import prepare_manifest
from dagster_project.defs.new_files import new_files_sensor
from dagster_project.defs.privacy import erasure_job, erasure_schedule
from dagster_project.defs.publication import published_asset
from dagster_project.defs.service_levels import clock_assets
from dagster_project.defs.transform import dbt_step
from dagster_project.defs.value import value_assets
from dagster_project.defs.workbench import WorkbenchResource
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.storage import disk_full, is_disk_full, require_space
from dagster_project.settings import Settings, read_settings
from dagster_project.sources.catalogue import STREAMS, VENDORS


def build_definitions(settings: Settings) -> dg.Definitions:
    """All assets, checks, jobs, schedules and sensors of one root."""
    keep_private()
    settings.export()
    sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    consumers = read_consumers(settings.config_dir / "consumers.yml")
    manifest = prepare_manifest(settings)
    models = _models(manifest)
    vendors = [v for v in VENDORS if any(s.vendor == v for s in sources)]
    repull = repull_job(sources)
    catalogue = DbtCatalogue(manifest)
    steps = [
        *(landing_assets(vendor, sources) for vendor in vendors),
        dbt_step(STAGE, manifest, catalogue.reads),
        identity_assets(),
        value_assets(),
        account_assets(),
        label_assets(),
        clock_assets(),
        desk_assets(),
        dbt_step(MARTS, manifest, catalogue.reads),
        *(published_asset(c, _readable(c, models)) for c in consumers),
    ]
    made = [key for step in steps for key in step.keys]
    assets = [
        *(
            step.map_asset_specs(lambda spec: described(catalogue, spec, STREAMS))
            for step in steps
        ),
        dg.AssetsDefinition(specs=given_tables(catalogue, made, STREAMS)),
    ]
    return dg.Definitions(
        assets=with_code(assets, catalogue.made, settings),
        asset_checks=[mart_gates(tuple(n for s, n in models if s == "marts"))],
        jobs=[main_job(), *([repull] if repull else []), erasure_job],
        schedules=[daily_schedule(), erasure_schedule()],
        sensors=[
            new_files_sensor(settings.root),
            killed_runs_sensor(settings),
            *alert_sensors(settings),
        ],
        resources={"workbench": WorkbenchResource(root=str(settings.root.path))},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What ``dagster`` loads: the root that ``C360_ROOT`` names, else the demo's."""
    return build_definitions(read_settings())


LEAST_ROOM = 32 * 2**20
"""Bytes below which no run is begun: Dagster's own events would not fit beside the work."""


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended and where its journal lies."""

    run_id: str
    success: bool
    journal: Path
    seconds: float
    failures: tuple[str, ...] = ()
    undelivered: tuple[str, ...] = ()
    """What went wrong with alerts; it fails nothing."""


def run(
    settings: Settings,
    *,
    retrain: bool = False,
    accept_moves: bool = False,
    on_step: Callable[[StepSeen], None] = lambda seen: None,
) -> RunOutcome:
    """Run the main job in this process on the instance that ``make ui`` opens.

    ``retrain`` and ``accept_moves`` are what ``ResolutionConfig`` says of them.
    """
    started = time.monotonic()
    require_space(settings.root.path, LEAST_ROOM, doing="a run")
    prepare_instance(settings)
    definitions = build_definitions(settings)
    job = definitions.resolve_job_def(MAIN_JOB)
    run_id = str(uuid4())
    failures: list[str] = []

    def note(seen: StepSeen) -> None:
        if seen.event == "failure":
            failures.append(f"{seen.step}: {seen.message}")
        on_step(seen)

    with (
        _full_disk_of_dagster_explained(settings.root),
        dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance,
    ):
        undelivered = [*close_and_tell(instance, settings)]
        with watching(instance, run_id, note):
            result = job.execute_in_process(
                run_config={
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                    "ops": {
                        RESOLUTION: {
                            "config": {"retrain": retrain, "accept_moves": accept_moves}
                        },
                        ACCOUNT_RESOLUTION: {"config": {"accept_moves": accept_moves}},
                    },
                },
                instance=instance,
                run_id=run_id,
                raise_on_error=False,
                tags=from_the_command_line(
                    run_id, demo=kind_of(settings.root) is RootKind.DEMO
                ),
            )
        undelivered += tell_of(instance, run_id, settings)
    return RunOutcome(
        run_id=run_id,
        success=result.success,
        journal=settings.root.audit / "runs" / f"{run_id}.jsonl",
        seconds=time.monotonic() - started,
        failures=tuple(dict.fromkeys(failures)),
        undelivered=tuple(dict.fromkeys(undelivered)),
    )


@contextmanager
def _full_disk_of_dagster_explained(root: Root) -> Iterator[None]:
    """Dagster cannot go on when it cannot write its own events: say why, without its traceback."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        if not is_disk_full(str(error)) and shutil.disk_usage(root.path).free > LEAST_ROOM:
            raise
        raise disk_full(root.path) from None


def _models(manifest: Path) -> list[tuple[str, str]]:
    """Schema and name of every table that dbt's models make."""
    nodes = orjson.loads(manifest.read_bytes())["nodes"].values()
    return sorted(
        (node["schema"], node["alias"])
        for node in nodes
        if node["resource_type"] == "model" and not is_inlined(node)
    )


def _readable(consumer: Consumer, models: list[tuple[str, str]]) -> tuple[dg.AssetKey, ...]:
    return tuple(dg.AssetKey([s, n]) for s, n in models if consumer.may_read(f"{s}.{n}"))
