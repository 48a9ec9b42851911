"""From vendor file or API to landed, gated rows: one asset per source and stream, one step per vendor.

A source that cannot be read, and a load that its gate refuses, show as failed checks until that
is solved; the others go on, and the last good load stays in force.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from dagster_project.config.sources import SourceConfig
from dagster_project.defs.described import as_owner, expected_every
from dagster_project.defs.guard import MAX_RETRIES, guarded
from dagster_project.defs.intake import Intake
from dagster_project.defs.journal import write_intake
from dagster_project.defs.keys import INBOX, LANDING, WHOLE_INBOX, inbox_key, landing_key
from dagster_project.defs.versions import NOTHING_YET, changed, landed_versions
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.errors import ConfigError, Customer360Error, TransientError
from dagster_project.domain.held_back import (
    Held,
    HeldBack,
    News,
    Unread,
    group_alike,
    rows_in_use,
)
from dagster_project.domain.loads import Load, LoadState
from dagster_project.domain.streams import StreamSpec
from dagster_project.engines.duckdb.phases import fingerprint_of
from dagster_project.sources.catalogue import VENDORS, streams_of

GATE = "gate"
READABLE = "sources_readable"


class PullWindow(dg.Config):
    """Pull a window of an API again: ISO 8601 times, UTC where they name no zone."""

    since: str | None = None
    until: str | None = None


def landing_assets(vendor: str, sources: tuple[SourceConfig, ...]) -> dg.AssetsDefinition:
    """The sources of one vendor and its landed streams, read in one step.

    ``sources`` is the whole register: the step of its first vendor answers for the inbox as a
    whole, as ``read_inbox`` has it.
    """
    specs = streams_of(vendor)
    own = tuple(source for source in sources if source.vendor == vendor)
    first = next(v for v in VENDORS if v in {source.vendor for source in sources})
    speaks_for_strays = vendor == first
    upstream = [inbox_key(source.name) for source in own]
    owners = list(dict.fromkeys(as_owner(source.owner) for source in own))

    @dg.multi_asset(
        name=f"load_{vendor}",
        specs=[
            *([_inbox_spec()] if speaks_for_strays else []),
            *(_source_spec(source) for source in own),
            *(_landing_spec(spec, upstream, owners) for spec in specs),
        ],
        check_specs=[
            *([_strays_check()] if speaks_for_strays else []),
            *(check for source in own for check in _source_checks(source)),
            *(_stream_check(spec) for spec in specs),
        ],
    )
    def load(
        context: dg.AssetExecutionContext,
        config: PullWindow,
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from dagster_project.defs.ingest import settle

        started = time.monotonic()
        with guarded(f"loading {vendor}"):
            intake = _load(context, config, workbench, vendor)
            news = settle(workbench, vendor, intake)
        seconds = time.monotonic() - started
        write_intake(workbench.journal, vendor, intake, news, seconds)
        held = workbench.attention.held_back()
        if speaks_for_strays:
            yield from _of_nobody(context.instance, held)
        yield from _of_sources(context.instance, workbench, own, news, held)
        versions = landed_versions(workbench)
        for spec in specs:
            yield dg.MaterializeResult(
                asset_key=landing_key(spec),
                metadata={
                    **_landed(spec, intake, news, held),
                    "seconds": round(seconds, 2),
                    "dagster/row_count": workbench.ledger.accepted_rows(
                        spec.vendor, spec.stream
                    ),
                },
                data_version=dg.DataVersion(versions[landing_key(spec)]),
            )
            yield _gate_result(
                landing_key(spec),
                [h for h in held if (h.vendor, h.stream) == (vendor, spec.stream)],
            )

    return load


def _source_spec(source: SourceConfig) -> dg.AssetSpec:
    """A configured source: where its rows come from."""
    return dg.AssetSpec(
        inbox_key(source.name),
        group_name=INBOX,
        description=f"{'API' if source.api else 'Files'} of {source.vendor}, {source.brand} in "
        f"{source.region}. Collected for: {source.purpose}.",
        kinds={"api" if source.api else "file"},
        skippable=True,
        owners=[as_owner(source.owner)],
        freshness_policy=expected_every(source.expected_every_days),
        tags={"vendor": source.vendor},
        metadata={
            "vendor": source.vendor,
            "owner": source.owner,
            "brand": source.brand,
            "region": source.region,
            "lawful_basis": source.lawful_basis,
            "retention_days": source.retention_days,
            "disclosure": dg.MetadataValue.url(source.disclosure),
        },
    )


def _inbox_spec() -> dg.AssetSpec:
    return dg.AssetSpec(
        WHOLE_INBOX,
        group_name=INBOX,
        description="The inbox as a whole: files at its top, and in folders no source is named after.",
        kinds={"file"},
        skippable=True,
    )


def _landing_spec(
    spec: StreamSpec, upstream: list[dg.AssetKey], owners: list[str]
) -> dg.AssetSpec:
    return dg.AssetSpec(
        landing_key(spec),
        deps=upstream,
        group_name=LANDING,
        owners=owners,
        kinds={"parquet", "greatexpectations"},
        description=f"Rows of {spec.vendor}'s {spec.stream} as received: every load, every version.",
    )


def _strays_check() -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        READABLE,
        asset=WHOLE_INBOX,
        description="Passes when every file of the inbox belongs to a source of the register.",
    )


def _source_checks(source: SourceConfig) -> tuple[dg.AssetCheckSpec, ...]:
    what = "its API can be read to its end and no file" if source.api else "no file"
    return (
        dg.AssetCheckSpec(
            READABLE,
            asset=inbox_key(source.name),
            description=f"Passes when {what} lies unread in inbox/{source.name}/.",
        ),
        dg.AssetCheckSpec(
            GATE,
            asset=inbox_key(source.name),
            description="Passes when no load of this source is refused, none of its rows is "
            "quarantined, and what people agreed to could be read, or all that is solved.",
        ),
    )


def _stream_check(spec: StreamSpec) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        GATE,
        asset=landing_key(spec),
        description=f"Passes when no load of {spec.stream} is refused, no row of it is "
        "quarantined, and what people agreed to could be read, or all that is solved.",
    )


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
            intake.unread[source.name] = _unread(source, error)
        except Customer360Error as error:
            intake.unread[source.name] = _unread(source, error)
        intake.pulled.add(source.name)
    if waiting is not None:
        raise waiting
    return intake


def _unread(source: SourceConfig, error: Customer360Error) -> Unread:
    """An API that was not read to its end, and why on one line."""
    where = f" ({error.where})" if error.where and error.where != source.name else ""
    return Unread(
        place=source.name,
        source=source.name,
        vendor=source.vendor,
        reason=" ".join(f"{error.what}{where}".split()),
        remedy=" ".join(error.remedy.split()),
        is_api=True,
    )


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


def _landed(
    spec: StreamSpec, intake: Intake, news: Iterable[News], held: Iterable[HeldBack]
) -> dict[str, Any]:
    """What became of a stream's rows: ``rows_in`` is the sum of the four kinds below it."""
    own = [each for each in news if each.load.stream == spec.stream]
    first = [each.load for each in own if each.is_first]
    again = [each for each in own if not each.is_first]
    known = sum(x.stream == spec.stream and not x.is_new for x in intake.loads)
    waiting = [h for h in held if (h.vendor, h.stream) == (spec.vendor, spec.stream)]
    return {
        **_sums(first),
        "rows_let_in": sum(each.let_in for each in again),
        "loads_new": len(first),
        "loads_known": known,
        "loads_refused": sum(load.state is LoadState.REFUSED for load in first),
        "loads_judged_again": len(again),
        "loads_held_back": len({h.load_id for h in waiting}),
        "rows_held_back": sum(h.rows for h in waiting if h.how is not Held.CONSENT),
        "loads": dg.MetadataValue.md(_loads_table([each.load for each in own])),
    }


def _sums(loads: Iterable[Load]) -> dict[str, int]:
    """Rows of some loads: those that came in are the sum of the four kinds below."""
    loads = list(loads)
    return {
        "rows_in": sum(load.rows_in for load in loads),
        "rows_out": sum(rows_in_use(load) for load in loads),
        "rows_quarantined": sum(
            load.quarantined for load in loads if load.state is LoadState.ACCEPTED
        ),
        "rows_refused": sum(
            load.rows for load in loads if load.state is not LoadState.ACCEPTED
        ),
        "rows_left_out": sum(load.rows_in - load.rows for load in loads),
    }


def _of_sources(
    instance: dg.DagsterInstance,
    workbench: Workbench,
    sources: Iterable[SourceConfig],
    news: Iterable[News],
    held: Iterable[HeldBack],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """The sources as this run found them, and whether anybody has to look at them.

    One is materialised when something has come from it (and by the first run that looks for it),
    so that one that is late can be told.
    """
    deliveries = workbench.ledger.deliveries()
    names = [source.name for source in sources]
    came = {inbox_key(name): deliveries.get(name, NOTHING_YET) for name in names}
    new = changed(instance, came)
    for name in names:
        key = inbox_key(name)
        own = [h for h in held if h.source == name]
        unread = [h for h in own if h.how is Held.UNREAD]
        waiting = [h for h in own if h.how is not Held.UNREAD]
        if key in new:
            yield dg.MaterializeResult(
                asset_key=key,
                metadata=_delivered(name, news, own),
                data_version=dg.DataVersion(came[key]),
            )
        yield _readable_result(key, unread)
        yield _gate_result(key, waiting)


def _delivered(source: str, news: Iterable[News], held: Iterable[HeldBack]) -> dict[str, int]:
    """What has come from a source in this run, and what of it and before waits for somebody."""
    first = [each.load for each in news if each.is_first and each.load.source == source]
    waiting = [h for h in held if h.how is not Held.UNREAD]
    return {
        "loads_new": len(first),
        **_sums(first),
        "unread": sum(h.how is Held.UNREAD for h in held),
        "loads_held_back": len({h.load_id for h in waiting}),
        "rows_held_back": sum(h.rows for h in waiting if h.how is not Held.CONSENT),
    }


def _of_nobody(
    instance: dg.DagsterInstance, held: Iterable[HeldBack]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What lies in the inbox and belongs to no source; materialised when that has changed."""
    strays = [h for h in held if h.how is Held.UNREAD and h.source is None]
    newest = max((h.since for h in strays if h.since), default=None)
    version = fingerprint_of(str(len(strays)), str(newest))
    if changed(instance, {WHOLE_INBOX: version}):
        yield dg.MaterializeResult(
            asset_key=WHOLE_INBOX,
            metadata={"unread": len(strays)},
            data_version=dg.DataVersion(version),
        )
    yield _readable_result(WHOLE_INBOX, strays)


def _loads_table(loads: list[Load]) -> str:
    if not loads:
        return "no new load"
    rows = [
        f"| {load.source} | {load.origin} | {load.rows_in} | {rows_in_use(load)} | "
        f"{load.quarantined} | {load.rows_in - load.rows} | {load.state} | "
        f"{'; '.join(load.reasons)} |"
        for load in loads[:50]
    ]
    return "\n".join(
        [
            "| source | file or request | in | landed | quarantined | left out | state | why |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _readable_result(asset: dg.AssetKey, unread: list[HeldBack]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=READABLE,
        passed=not unread,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"unread": len(unread), "what": _list(unread)},
    )


def _gate_result(asset: dg.AssetKey, held: list[HeldBack]) -> dg.AssetCheckResult:
    """Red as long as a load is refused, amber as long as anything else waits for somebody."""
    refused = [h for h in held if h.how is Held.REFUSED]
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=GATE,
        passed=not held,
        severity=dg.AssetCheckSeverity.ERROR if refused else dg.AssetCheckSeverity.WARN,
        metadata={
            "loads_refused": len(refused),
            "rows_quarantined": sum(h.rows for h in held if h.how is Held.QUARANTINED),
            "loads_with_unclear_consent": sum(h.how is Held.CONSENT for h in held),
            "why": _list(held),
        },
    )


MOST_LISTED = 50


def _list(each: list[HeldBack]) -> dg.MarkdownMetadataValue:
    """What waits, each with since when and why; counts and names only."""
    held = group_alike(each)
    lines = [
        f"- {h.source or 'no source'}{f' · {h.stream}' if h.stream else ''}: {h.what}, {h.how} "
        f"since {h.since:%Y-%m-%d}: {'; '.join(h.reasons)}"
        for h in held[:MOST_LISTED]
    ]
    more = len(held) - MOST_LISTED
    lines += [f"- … and {more} more in audit/verdicts.html"] if more > 0 else []
    return dg.MetadataValue.md("\n".join(lines) or "nothing")
