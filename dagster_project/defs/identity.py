"""Identity resolution as assets: contact records in, customers out."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import require_built
from dagster_project.defs.keys import IDENTITY, identity_key
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.resolution_figures import (
    MOVES,
    Facts,
    as_metadata,
    keep_figures,
    kept_figures,
    moves_check,
)
from dagster_project.defs.versions import resolved_version
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import mark_started
from dagster_project.engines.duckdb.row_counts import count_rows
from dagster_project.identity.ledger.naming import NOBODY_MOVED, Moves, TooManyMovesError

TABLES = {
    "customer_xref": "One row per record and the customer it belongs to, with validity times.",
    "record_status": "One row per contact record: resolved, withdrawn or not a customer, and why.",
    "record_identifiers": "One row per identifier of a record in canonical form.",
    "phone_numbers": "One row per telephone number as it was written and where, with its E.164 form.",
    "links": "One row per pair of records that speak for one customer, with the evidence.",
    "redirects": "One row per retired customer id and where it leads.",
    "events": "One row per event in the life of a customer id: create, absorb, merge, split, retire.",
    "guard_audit": "One row per act of a guard: a value retired, a link held back, a limit broken.",
    "groups": "One row per customer of a household or an account, and what all of it share.",
    "runs": "One row per run of identity resolution, with its figures.",
}

RESOLUTION = "resolve_identities"

_INPUTS = tuple(
    dg.AssetKey(["intermediate", name])
    for name in (
        "int_contact_records",
        "int_contact_identifiers",
        "int_contact_addresses",
        "int_as_of",
    )
)


class ResolutionConfig(dg.Config):
    """What may be asked of one resolution, also from the launchpad.

    ``retrain``: learn the matching model anew. ``accept_moves``: carry on even if more of the
    known records change their customer than config allows.
    """

    retrain: bool = False
    accept_moves: bool = False


def identity_assets() -> dg.AssetsDefinition:
    """All outputs of identity resolution, written in one transaction."""

    @dg.multi_asset(
        name=RESOLUTION,
        specs=[
            dg.AssetSpec(
                identity_key(table),
                deps=_INPUTS,
                group_name=IDENTITY,
                kinds={"duckdb", "python"},
                description=description,
            )
            for table, description in TABLES.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "every_record_has_one_place",
                asset=identity_key("record_status"),
                blocking=True,
                description="Passes when every contact record is in one customer, withdrawn or not a customer.",
            ),
            dg.AssetCheckSpec(
                MOVES,
                asset=identity_key("customer_xref"),
                blocking=True,
                description="Passes when no more of the known records change their customer in one run "
                "than moves.stop_above of config/identity.yml allows; a run that would stops.",
            ),
            dg.AssetCheckSpec(
                "model_can_be_trusted",
                asset=identity_key("links"),
                description="Passes when the matching model has converged and its figures are plausible.",
            ),
        ],
    )
    def resolve_identities(
        context: dg.AssetExecutionContext,
        config: ResolutionConfig,
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with guarded("resolving identities"):
            yield from _resolve(context, config, workbench)

    return resolve_identities


def _resolve(
    context: dg.AssetExecutionContext, config: ResolutionConfig, workbench: Workbench
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    started = time.monotonic()
    rebuild, _ = needs_rebuild(workbench, Phase.IDENTITY, chosen=False)
    if not rebuild and not config.retrain:
        workbench.journal.write("identity", unchanged=True, seconds=0)
        yield from _unchanged(workbench)
        return
    from dagster_project.config.identity import read_identity
    from dagster_project.identity.evidence.file import evidence_file
    from dagster_project.identity.resolve import resolve

    fingerprint = inputs_fingerprint(workbench, Phase.IDENTITY)
    spec = read_identity(workbench.settings.config_dir / "identity.yml")
    with workbench.warehouse() as connection:
        require_built(connection, "identity", _INPUTS)
        mark_started(connection, Phase.IDENTITY)
        as_of = connection.execute("select as_of from intermediate.int_as_of").fetchall()[0][0]
        try:
            report = resolve(
                connection,
                spec=spec,
                state_dir=workbench.root.state,
                run_id=workbench.run_id,
                as_of=as_of,
                retrain=config.retrain,
                accept_moves=config.accept_moves,
                evidence_to=evidence_file(workbench.root.warehouse),
                progress=lambda stage, rows, seconds: context.log.info(
                    f"{stage}: {rows:,} rows in {seconds:.1f} s"
                ),
            )
        except TooManyMovesError as error:
            yield moves_check("customer_xref", error.moves, passed=False)
            raise
        if not report.is_unchanged:
            for later in (Phase.VALUE, Phase.CLOCKS, Phase.MARTS, Phase.PUBLICATION):
                mark_started(connection, later)
        quality = _quality(connection, workbench, report)
        figures = keep_figures(connection, _plain(report), quality)
        unplaced = _unplaced(connection)
        seconds = round(time.monotonic() - started, 3)
        tables = _results(connection, figures, seconds=seconds)
    finish(workbench, Phase.IDENTITY, fingerprint)
    workbench.journal.write("identity", seconds=seconds, report=asdict(report), quality=quality)
    yield from tables
    yield from _checks(unplaced, report.moves, report.warnings)


def _checks(
    unplaced: int, moves: Moves, warnings: Sequence[str]
) -> Iterator[dg.AssetCheckResult]:
    yield moves_check("customer_xref", moves, passed=True)
    yield dg.AssetCheckResult(
        asset_key=identity_key("record_status"),
        check_name="every_record_has_one_place",
        passed=unplaced == 0,
        metadata={"records_without_one_place": unplaced},
    )
    yield dg.AssetCheckResult(
        asset_key=identity_key("links"),
        check_name="model_can_be_trusted",
        passed=not warnings,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "warnings": dg.MetadataValue.md("\n".join(f"- {w}" for w in warnings) or "none")
        },
    )


def _quality(connection: Any, workbench: Workbench, report: Any) -> dict[str, Any]:
    """Precision and recall against the truth where there is one, else the model's estimate."""
    from dagster_project.identity.measuring.evaluation import evaluate

    truth = workbench.root.path / "truth" / "records.parquet"
    if truth.exists():
        return evaluate(connection, truth).as_dict()
    return {
        "has_truth": False,
        "precision": report.expected_precision,
        "recall": report.expected_recall,
        "precision_range": report.precision_range,
        "recall_range": report.recall_range,
    }


def _unplaced(connection: Any) -> int:
    rows = connection.execute(
        """
        select count(*)
        from intermediate.int_contact_records as r
        left join (
            select record_id, count(*) as places, any_value(status) as status
            from identity.record_status
            group by record_id
        ) as s on s.record_id = r.record_id
        left join (
            select record_id, count(*) as customers
            from identity.customer_xref
            where valid_to is null
            group by record_id
        ) as x on x.record_id = r.record_id
        where s.places is distinct from 1
            or (s.status = 'resolved') is distinct from (coalesce(x.customers, 0) = 1)
        """
    ).fetchall()
    return int(rows[0][0])


def _unchanged(
    workbench: Workbench,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Nobody moved; what the last run said of its records and model still holds."""
    with workbench.warehouse() as connection:
        tables = _results(connection, kept_figures(connection), unchanged=True)
        unplaced = _unplaced(connection)
        told = connection.execute(
            "select warnings from identity.runs order by ledger_run desc, occurred_at desc limit 1"
        ).fetchall()
    yield from tables
    warnings = str(told[0][0] or "").split("; ") if told else []
    yield from _checks(unplaced, NOBODY_MOVED, [warning for warning in warnings if warning])


def _results(
    connection: Any, figures: Mapping[str, Facts], **more: float
) -> list[dg.MaterializeResult[None]]:
    """Every table with its size and version; the figures stand on the one of customers."""
    rows = {table: n for (_, table), n in count_rows(connection, ["identity"]).items()}
    version = dg.DataVersion(resolved_version(connection))
    return [
        dg.MaterializeResult(
            asset_key=identity_key(table),
            metadata={
                **more,
                "dagster/row_count": rows.get(table, 0),
                **(as_metadata(figures) if table == "customer_xref" else {}),
            },
            data_version=version,
        )
        for table in TABLES
    ]


def _plain(report: Any) -> dict[str, Any]:
    """The report as facts that can be kept; seconds are the journal's."""
    facts = asdict(report)
    return {name: value for name, value in facts.items() if name != "seconds"}
