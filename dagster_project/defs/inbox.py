"""From vendor file or API to landed, gated rows: one asset per stream, one step per vendor.

A source that cannot be read, and a load that its gate refuses, show as failed checks; the
others go on, and the last good load stays in force.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from dagster_project.config.sources import SourceConfig
from dagster_project.defs.guard import MAX_RETRIES, guarded
from dagster_project.defs.intake import Intake
from dagster_project.defs.keys import INBOX, LANDING, inbox_key, landing_key
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.errors import ConfigError, Customer360Error, TransientError
from dagster_project.domain.loads import Load, LoadState
from dagster_project.domain.streams import StreamSpec
from dagster_project.sources.catalogue import streams_of

GATE = "gate"
READABLE = "sources_readable"


class PullWindow(dg.Config):
    """Pull a window of an API again: ISO 8601 times, UTC where they name no zone."""

    since: str | None = None
    until: str | None = None


def inbox_assets(sources: tuple[SourceConfig, ...]) -> list[dg.AssetSpec]:
    """One external asset per configured source: where its rows come from."""
    return [
        dg.AssetSpec(
            inbox_key(source.name),
            group_name=INBOX,
            description=f"{source.vendor}: {source.purpose}.",
            kinds={"api" if source.api else "file"},
            metadata={
                "vendor": source.vendor,
                "brand": source.brand,
                "region": source.region,
                "lawful_basis": source.lawful_basis,
                "retention_days": source.retention_days,
                "disclosure": dg.MetadataValue.url(source.disclosure),
            },
        )
        for source in sources
    ]


def landing_assets(vendor: str, sources: tuple[SourceConfig, ...]) -> dg.AssetsDefinition:
    """The landed streams of one vendor, read from all its sources in one step."""
    specs = streams_of(vendor)
    upstream = [inbox_key(source.name) for source in sources]

    @dg.multi_asset(
        name=f"load_{vendor}",
        specs=[
            dg.AssetSpec(
                landing_key(spec),
                deps=upstream,
                group_name=LANDING,
                kinds={"parquet", "greatexpectations"},
                description=f"Rows of {vendor}'s {spec.stream} as received: every load, every version.",
                skippable=True,
            )
            for spec in specs
        ],
        check_specs=[
            *(
                dg.AssetCheckSpec(
                    GATE,
                    asset=landing_key(spec),
                    description="No load of this run was refused, no row quarantined.",
                )
                for spec in specs
            ),
            dg.AssetCheckSpec(
                READABLE,
                asset=landing_key(specs[0]),
                description="Every file and API of this vendor could be read.",
            ),
        ],
    )
    def load(
        context: dg.AssetExecutionContext,
        config: PullWindow,
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        started = time.monotonic()
        with guarded(f"loading {vendor}"):
            intake = _load(context, config, workbench, vendor)
        seconds = time.monotonic() - started
        _write_journal(workbench, vendor, intake, seconds)
        by_stream = defaultdict(list)
        for load in intake.loads:
            if load.vendor == vendor:
                by_stream[load.stream].append(load)
        for spec in specs:
            yield dg.MaterializeResult(
                asset_key=landing_key(spec),
                metadata=_metadata(by_stream[spec.stream], workbench, spec, seconds),
            )
            yield _gate_result(spec, by_stream[spec.stream])
        yield dg.AssetCheckResult(
            asset_key=landing_key(specs[0]),
            check_name=READABLE,
            passed=not intake.problems,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"problems": _list(intake.problems), "notes": _list(intake.notes)},
        )

    return load


def _load(
    context: dg.AssetExecutionContext, config: PullWindow, workbench: Workbench, vendor: str
) -> Intake:
    """Files, then each API; an API that may answer later keeps no other one waiting."""
    from dagster_project.defs.ingest import load_files, pull_api

    since, until = _instant("since", config.since), _instant("until", config.until)
    intake = workbench.intakes.setdefault(vendor, Intake())
    load_files(workbench, vendor, intake)
    waiting: TransientError | None = None
    for source in workbench.sources_of(vendor):
        if source.api is None or source.name in intake.pulled:
            continue
        try:
            pull_api(workbench, source, intake, since=since, until=until)
        except TransientError as error:
            if context.retry_number < MAX_RETRIES:
                waiting = error
                continue
            intake.problems.append(_told(source, error))
        except Customer360Error as error:
            intake.problems.append(_told(source, error))
        intake.pulled.add(source.name)
    if waiting is not None:
        raise waiting
    return intake


def _told(source: SourceConfig, error: Customer360Error) -> str:
    """An error on one line; most of them name their source already."""
    text = " ".join(str(error).replace("\n  → ", "; ").split())
    return text if text.startswith(source.name) else f"{source.name}: {text}"


def _instant(field: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{field} is not an ISO 8601 time",
            "the launchpad's configuration",
            "write it like 2026-10-01T00:00:00Z",
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _metadata(
    loads: list[Load], workbench: Workbench, spec: StreamSpec, seconds: float
) -> dict[str, Any]:
    new = [load for load in loads if load.is_new]
    return {
        "rows_in": sum(load.rows for load in new),
        "rows_out": sum(
            load.rows - load.quarantined for load in new if load.state is LoadState.ACCEPTED
        ),
        "rows_quarantined": sum(load.quarantined for load in new),
        "loads_new": len(new),
        "loads_known": len(loads) - len(new),
        "loads_refused": sum(load.state is LoadState.REFUSED for load in new),
        "seconds": round(seconds, 2),
        "dagster/row_count": workbench.ledger.accepted_rows(spec.vendor, spec.stream),
        "loads": dg.MetadataValue.md(_loads_table(new)),
    }


def _loads_table(loads: list[Load]) -> str:
    if not loads:
        return "no new load"
    rows = [
        f"| {load.source} | {load.origin} | {load.rows} | {load.quarantined} | {load.state} | "
        f"{'; '.join(load.reasons)} |"
        for load in loads[:50]
    ]
    return "\n".join(
        [
            "| source | file or request | rows | quarantined | state | why |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _list(lines: list[str]) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "none")


def _gate_result(spec: StreamSpec, loads: list[Load]) -> dg.AssetCheckResult:
    refused = [load for load in loads if load.state is LoadState.REFUSED]
    quarantined = sum(load.quarantined for load in loads)
    return dg.AssetCheckResult(
        asset_key=landing_key(spec),
        check_name=GATE,
        passed=not refused and not quarantined,
        severity=dg.AssetCheckSeverity.ERROR if refused else dg.AssetCheckSeverity.WARN,
        metadata={
            "loads_refused": len(refused),
            "rows_quarantined": quarantined,
            "why": dg.MetadataValue.md(
                "\n".join(
                    f"- {load.origin}: {reason}" for load in loads for reason in load.reasons
                )
                or "nothing held back"
            ),
        },
    )


def _write_journal(workbench: Workbench, vendor: str, intake: Intake, seconds: float) -> None:
    for load in intake.loads:
        workbench.journal.write(
            "load",
            vendor=load.vendor,
            source=load.source,
            stream=load.stream,
            origin=load.origin,
            rows_in=load.rows_in,
            rows=load.rows,
            left_out=[[left.what, left.rows] for left in load.left_out],
            quarantined=load.quarantined,
            state=str(load.state),
            reasons=list(load.reasons),
            is_new=load.is_new,
        )
    for problem in dict.fromkeys(intake.problems):
        workbench.journal.write("problem", vendor=vendor, problem=problem)
    for note in dict.fromkeys(intake.notes):
        workbench.journal.write("note", vendor=vendor, note=note)
    workbench.journal.write("loaded", vendor=vendor, seconds=round(seconds, 3))
