"""Resolution of accounts as assets: records of organisations in, accounts out."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg

from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import require_built
from dagster_project.defs.keys import IDENTITY, identity_key
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.resolution_figures import MOVES, facts_table, moves_check
from dagster_project.defs.versions import accounts_version
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import (
    keep_findings,
    kept_findings,
    mark_started,
)
from dagster_project.engines.duckdb.row_counts import count_rows
from dagster_project.identity.ledger.naming import NOBODY_MOVED, Moves, TooManyMovesError
from dagster_project.identity.ledger.state import accounts_state

ACCOUNT_TABLES = {
    "account_xref": "One row per record of an organisation and the account it belongs to, with validity times.",
    "account_links": "One row per pair of records that speak for one account, with the evidence.",
    "account_relations": "One row per pair of accounts that are related and not one: parent, site, group, successor.",
    "account_domains": "One row per domain that one account alone has.",
    "account_redirects": "One row per retired account id and where it leads.",
    "account_events": "One row per event in the life of an account id: create, absorb, merge, split, retire.",
    "account_runs": "One row per run of the resolution of accounts, with its figures.",
}

ACCOUNT_RESOLUTION = "resolve_accounts"
EVERY_RECORD = "every_record_has_one_account"

_INPUTS = tuple(
    dg.AssetKey(["intermediate", name]) for name in ("int_account_records", "int_as_of")
)


class AccountsConfig(dg.Config):
    """``accept_moves``: carry on even if more records change their account than config allows."""

    accept_moves: bool = False


def account_assets() -> dg.AssetsDefinition:
    """All outputs of the resolution of accounts, written in one transaction."""

    @dg.multi_asset(
        name=ACCOUNT_RESOLUTION,
        specs=[
            dg.AssetSpec(
                identity_key(table),
                deps=_INPUTS,
                group_name=IDENTITY,
                kinds={"duckdb", "python"},
                description=description,
            )
            for table, description in ACCOUNT_TABLES.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                EVERY_RECORD,
                asset=identity_key("account_xref"),
                blocking=True,
                description="Passes when every record of an organisation is in one account.",
            ),
            dg.AssetCheckSpec(
                MOVES,
                asset=identity_key("account_xref"),
                blocking=True,
                description="Passes when no more of the known records change their account in one run "
                "than moves.stop_above of config/identity.yml allows; a run that would stops.",
            ),
        ],
    )
    def resolve_accounts(
        context: dg.AssetExecutionContext,
        config: AccountsConfig,
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with guarded("resolving accounts"):
            yield from _resolve(context, config, workbench)

    return resolve_accounts


def _resolve(
    context: dg.AssetExecutionContext, config: AccountsConfig, workbench: Workbench
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    started = time.monotonic()
    rebuild, _ = needs_rebuild(workbench, Phase.ACCOUNTS, chosen=False)
    if not rebuild:
        workbench.journal.write("accounts", unchanged=True, seconds=0)
        yield from _results(workbench, unchanged=True)
        return
    from dagster_project.config.identity import read_identity
    from dagster_project.config.works import read_works
    from dagster_project.identity.accounts.evidence import accounts_evidence
    from dagster_project.identity.accounts.resolve import resolve_accounts

    fingerprint = inputs_fingerprint(workbench, Phase.ACCOUNTS)
    people = read_identity(workbench.settings.config_dir / "identity.yml")
    spec = read_works(workbench.settings.config_dir / "organisations.yml")
    with workbench.warehouse() as connection:
        require_built(connection, "accounts", _INPUTS)
        mark_started(connection, Phase.ACCOUNTS)
        as_of = connection.execute("select as_of from intermediate.int_as_of").fetchall()[0][0]
        try:
            report = resolve_accounts(
                connection,
                spec=spec,
                mail_providers=people.emails.public_domains,
                moves=people.moves,
                state_dir=accounts_state(workbench.root.state),
                run_id=workbench.run_id,
                as_of=as_of,
                accept_moves=config.accept_moves,
                evidence_to=accounts_evidence(workbench.root.warehouse),
                progress=lambda stage, rows, seconds: context.log.info(
                    f"{stage}: {rows:,} rows in {seconds:.1f} s"
                ),
            )
        except TooManyMovesError as error:
            yield moves_check("account_xref", error.moves, passed=False)
            raise
        if not report.is_unchanged:
            for later in (Phase.MARTS, Phase.PUBLICATION):
                mark_started(connection, later)
        quality = _quality(connection, workbench)
        figures = asdict(report)
        figures.pop("seconds")
        if report.is_unchanged and (before := kept_findings(connection, Phase.ACCOUNTS)):
            figures = {**before[0]["report"], **dict.fromkeys(_HAPPENED, 0)}
        keep_findings(connection, Phase.ACCOUNTS, [{"report": figures, "quality": quality}])
    finish(workbench, Phase.ACCOUNTS, fingerprint)
    seconds = round(time.monotonic() - started, 3)
    workbench.journal.write("accounts", seconds=seconds, report=figures, quality=quality)
    yield from _results(workbench, seconds=seconds)


_HAPPENED = ("created", "absorbed", "merged", "split", "retired")


def _quality(connection: Any, workbench: Workbench) -> dict[str, Any]:
    """Precision and recall against the demo world's truth; nothing where there is none."""
    from dagster_project.identity.measuring.accounts import judge_accounts

    truth = workbench.root.path / "truth" / "accounts.parquet"
    return judge_accounts(connection, truth) if truth.exists() else {"has_truth": False}


def _results(
    workbench: Workbench, **more: float
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Every table with its size and version; the figures stand on the one of accounts."""
    with workbench.warehouse() as connection:
        rows = {table: n for (_, table), n in count_rows(connection, ["identity"]).items()}
        found = kept_findings(connection, Phase.ACCOUNTS)
        version = dg.DataVersion(accounts_version(connection))
        unplaced = connection.execute(_UNPLACED).fetchall()[0][0]
    for table in ACCOUNT_TABLES:
        yield dg.MaterializeResult(
            asset_key=identity_key(table),
            metadata={
                **more,
                "dagster/row_count": rows.get(table, 0),
                **(_as_metadata(found[0]) if found and table == "account_xref" else {}),
            },
            data_version=version,
        )
    yield dg.AssetCheckResult(
        asset_key=identity_key("account_xref"),
        check_name=EVERY_RECORD,
        passed=unplaced == 0,
        metadata={"records_without_one_account": unplaced},
    )
    moves = found[0]["report"].get("moves") if found else None
    yield moves_check("account_xref", Moves(**moves) if moves else NOBODY_MOVED, passed=True)


_UNPLACED = """
select count(*)
from (
    select record.record_id, count(xref.account_id) as accounts
    from intermediate.int_account_records as record
    left join identity.account_xref as xref
        on record.record_id = xref.record_id and xref.valid_to is null
    group by record.record_id
    having count(xref.account_id) <> 1
)
"""


def _as_metadata(finding: dict[str, Any]) -> dict[str, Any]:
    """Numbers first, since they plot; then all figures as tables."""
    report, quality = finding["report"], finding["quality"]
    numbers = {
        name: value
        for name, value in {**report, **quality}.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return {
        **numbers,
        "report": dg.MetadataValue.md(facts_table(report)),
        "quality": dg.MetadataValue.md(facts_table(quality)),
    }
