"""Models of customers' value as assets: won deals in, predictions out."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import require_built
from dagster_project.defs.keys import VALUE, identity_key, value_key
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.versions import resolved_version, value_version
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import mark_started
from dagster_project.engines.duckdb.row_counts import count_rows

TABLES = {
    "predictions": "One row per customer who ever bought: whether and for how much they will again.",
    "fits": "One row per model and currency: its parameters and how well it foretold what was held "
    "back, or why it was not fitted.",
}

_INPUTS = (
    dg.AssetKey(["intermediate", "int_opportunities"]),
    dg.AssetKey(["intermediate", "int_as_of"]),
    identity_key("customer_xref"),
)


def value_assets() -> dg.AssetsDefinition:
    """What the models of value say, written in one step."""

    @dg.multi_asset(
        name="fit_value_models",
        specs=[
            dg.AssetSpec(
                value_key(table),
                deps=_INPUTS,
                group_name=VALUE,
                kinds={"duckdb", "python"},
                description=description,
            )
            for table, description in TABLES.items()
        ],
    )
    def fit_value_models(
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None]]:
        with guarded("fitting models of value"):
            yield from _fit(workbench)

    return fit_value_models


def _fit(workbench: Workbench) -> Iterator[dg.MaterializeResult[None]]:
    started = time.monotonic()
    rebuild, _ = needs_rebuild(workbench, Phase.VALUE, chosen=False)
    if not rebuild:
        workbench.journal.write("value", unchanged=True, seconds=0)
        yield from _results(workbench, [], unchanged=True)
        return
    from dagster_project.value.purchases import write_value

    fingerprint = inputs_fingerprint(workbench, Phase.VALUE)
    with workbench.warehouse() as connection:
        require_built(connection, "value", _INPUTS)
        mark_started(connection, Phase.VALUE)
        as_of = connection.execute("select as_of::date from intermediate.int_as_of").fetchall()
        fits = write_value(connection, as_of[0][0])
    finish(workbench, Phase.VALUE, fingerprint)
    seconds = round(time.monotonic() - started, 3)
    facts = [asdict(fit) for fit in fits]
    workbench.journal.write("value", seconds=seconds, fits=facts)
    yield from _results(workbench, facts, seconds=seconds)


def _results(
    workbench: Workbench, fits: Sequence[dict[str, Any]], **more: float
) -> list[dg.MaterializeResult[None]]:
    with workbench.warehouse() as connection:
        rows = {table: n for (_, table), n in count_rows(connection, ["value"]).items()}
        version = value_version(workbench, resolved_version(connection))
    shown = {
        f"{fit['model']} {fit['currency'] or ''}".strip(): fit["not_fitted_because"]
        or str(fit["parameters"])
        for fit in fits
    }
    return [
        dg.MaterializeResult(
            asset_key=value_key(table),
            metadata={
                **more,
                "dagster/row_count": rows.get(table, 0),
                **(shown if table == "fits" else {}),
            },
            data_version=dg.DataVersion(version),
        )
        for table in TABLES
    ]
