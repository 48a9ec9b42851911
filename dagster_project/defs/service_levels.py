"""Service-level clocks as an asset: conversations, cases and policies in, clocks out."""

import time
from collections.abc import Iterator, Mapping

import dagster as dg

from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import require_built
from dagster_project.defs.keys import SERVICE_LEVELS, identity_key, service_level_key
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.versions import resolved_version, value_version
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import mark_started
from dagster_project.engines.duckdb.row_counts import count_rows

UNSEEN = "no_message_of_closing_hours_waits"

_INPUTS = (
    *(
        dg.AssetKey(["intermediate", name])
        for name in (
            "int_conversation_messages",
            "int_messages",
            "int_cases",
            "int_opportunities",
            "int_as_of",
        )
    ),
    dg.AssetKey(["staging", "stg_zendesk__changes"]),
    identity_key("customer_xref"),
    identity_key("record_identifiers"),
)


def clock_assets() -> dg.AssetsDefinition:
    """All clocks, written in one step."""

    @dg.multi_asset(
        name="run_service_levels",
        specs=[
            dg.AssetSpec(
                service_level_key("clocks"),
                deps=_INPUTS,
                group_name=SERVICE_LEVELS,
                kinds={"duckdb", "python"},
                description="One row per service-level clock: what was due when, and whether it came in time.",
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                UNSEEN,
                asset=service_level_key("clocks"),
                description="Passes when no message that came outside opening hours waits for the "
                "brand's first action.",
            )
        ],
    )
    def run_service_levels(
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with guarded("running service-level clocks"):
            yield from _run(workbench)

    return run_service_levels


def _run(
    workbench: Workbench,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    started = time.monotonic()
    rebuild, _ = needs_rebuild(workbench, Phase.CLOCKS, chosen=False)
    from dagster_project.service_levels.warehouse import standing

    if not rebuild:
        workbench.journal.write("clocks", unchanged=True, seconds=0)
        yield _result(workbench, {}, unchanged=True)
        with workbench.warehouse() as connection:
            yield _check(standing(connection))
        return
    from dagster_project.config.service_levels import read_service_levels
    from dagster_project.service_levels.warehouse import write_clocks

    fingerprint = inputs_fingerprint(workbench, Phase.CLOCKS)
    levels = read_service_levels(workbench.settings.config_dir / "service_levels.yml")
    with workbench.warehouse() as connection:
        require_built(connection, "clocks", _INPUTS)
        mark_started(connection, Phase.CLOCKS)
        written = write_clocks(connection, levels)
    finish(workbench, Phase.CLOCKS, fingerprint)
    seconds = round(time.monotonic() - started, 3)
    workbench.journal.write("clocks", seconds=seconds, by_status=dict(written.by_status))
    yield _result(workbench, written.by_status, seconds=seconds)
    yield _check((written.overdue, written.unseen, written.audience))


def _check(found: tuple[int, int, int]) -> dg.AssetCheckResult:
    """Raised in the first run after a message's arrival; `config/alerts.yml` says who hears of it."""
    overdue, unseen, audience = found
    return dg.AssetCheckResult(
        asset_key=service_level_key("clocks"),
        check_name=UNSEEN,
        passed=unseen == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "waiting_since_closing_hours": unseen,
            "overdue": overdue,
            "largest_audience": audience,
        },
    )


def _result(
    workbench: Workbench, by_status: Mapping[str, int], **more: float
) -> dg.MaterializeResult[None]:
    with workbench.warehouse() as connection:
        rows = count_rows(connection, ["service_levels"])
        version = value_version(workbench, resolved_version(connection))
    return dg.MaterializeResult(
        asset_key=service_level_key("clocks"),
        metadata={
            **more,
            "dagster/row_count": rows.get(("service_levels", "clocks"), 0),
            **by_status,
        },
        data_version=dg.DataVersion(version),
    )
