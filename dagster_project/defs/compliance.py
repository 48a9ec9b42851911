"""The compliance desk as assets: labelled messages in, findings and exposure out, harm told of at once."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import require_built
from dagster_project.defs.keys import (
    COMPLIANCE,
    compliance_key,
    identity_key,
    listening_key,
    service_level_key,
)
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.versions import desk_version, resolved_version
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import mark_started
from dagster_project.engines.duckdb.row_counts import count_rows

if TYPE_CHECKING:
    from dagster_project.compliance.exposure import Standing

TABLES = {
    "findings": "One row per rule version and message version it found something in, and its state.",
    "rule_quality": "One row per rule version: what the desk made of its findings.",
    "exposure": "One row per harmful post and harm: how long it stood, before how many.",
}

STANDING = "no_harmful_post_stands"

_INPUTS = (
    *(
        dg.AssetKey(["intermediate", name])
        for name in (
            "int_messages",
            "int_conversation_messages",
            "int_contact_records",
            "int_as_of",
        )
    ),
    dg.AssetKey(["config", "sources"]),
    dg.AssetKey(["config", "employee_domains"]),
    listening_key("message_labels"),
    service_level_key("clocks"),
    identity_key("customer_xref"),
    identity_key("record_identifiers"),
)


def desk_assets() -> dg.AssetsDefinition:
    """What the desk keeps and what stands, written in one step."""

    @dg.multi_asset(
        name="ask_the_rules",
        specs=[
            dg.AssetSpec(
                compliance_key(table),
                deps=_INPUTS,
                group_name=COMPLIANCE,
                kinds={"duckdb", "python"},
                description=description,
            )
            for table, description in TABLES.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                STANDING,
                asset=compliance_key("exposure"),
                description="Passes when no harmful post stands in public without the brand's reply, "
                "hiding or deletion.",
            )
        ],
    )
    def ask_the_rules(
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with guarded("asking the rules of the compliance desk"):
            yield from _run(workbench)

    return ask_the_rules


def _run(
    workbench: Workbench,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    started = time.monotonic()
    from dagster_project.compliance.exposure import standing
    from dagster_project.config.compliance import read_compliance

    compliance = read_compliance(workbench.settings.config_dir / "compliance.yml")
    rebuild, _ = needs_rebuild(workbench, Phase.COMPLIANCE, chosen=False)
    if not rebuild:
        workbench.journal.write("compliance", unchanged=True, seconds=0)
        yield from _results(workbench, unchanged=True)
        with workbench.warehouse() as connection:
            yield _check(standing(connection, compliance.exposure.alert_on))
        return
    from dagster_project.compliance.desk import Desk
    from dagster_project.compliance.exposure import write_exposure
    from dagster_project.compliance.looking import draw_sample, look
    from dagster_project.compliance.warehouse import write_findings, write_rule_quality
    from dagster_project.compliance.whose import own_contacts
    from dagster_project.config.identity import read_identity

    desk = Desk(workbench.root.state)
    roles = read_identity(workbench.settings.config_dir / "identity.yml").emails.role_names
    domains = [d for source in workbench.sources for d in source.employee_domains]
    own = own_contacts(compliance.own_contacts, domains, roles)
    with workbench.warehouse() as connection:
        require_built(connection, "compliance", _INPUTS)
        mark_started(connection, Phase.COMPLIANCE)
        looked = asdict(look(connection, desk, compliance, own))
        draw_sample(connection, desk, compliance.review)
    # what the desk decides from here on may be in the tables already; the next run looks again
    fingerprint = inputs_fingerprint(workbench, Phase.COMPLIANCE)
    with workbench.warehouse() as connection:
        write_findings(connection, desk)
        write_rule_quality(connection, desk)
        write_exposure(connection, desk)
        stands = standing(connection, compliance.exposure.alert_on)
    finish(workbench, Phase.COMPLIANCE, fingerprint)
    seconds = round(time.monotonic() - started, 3)
    workbench.journal.write("compliance", seconds=seconds, **looked, standing=stands.standing)
    yield from _results(workbench, seconds=seconds, **looked)
    yield _check(stands)


def _check(stands: "Standing") -> dg.AssetCheckResult:
    """Raised in the first run after a post's arrival; `config/alerts.yml` says who hears of it."""
    return dg.AssetCheckResult(
        asset_key=compliance_key("exposure"),
        check_name=STANDING,
        passed=stands.standing == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "standing": stands.standing,
            "breaches_standing": stands.breaches,
            "since_closing_hours": stands.in_closing_hours,
            "largest_audience": stands.largest_audience,
            "harmful_so_far": stands.so_far,
        },
    )


def _results(workbench: Workbench, **more: float) -> Iterator[dg.MaterializeResult[None]]:
    with workbench.warehouse() as connection:
        rows = count_rows(connection, ["compliance"])
        version = desk_version(workbench, resolved_version(connection))
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=compliance_key(table),
            metadata={**more, "dagster/row_count": rows.get(("compliance", table), 0)},
            data_version=dg.DataVersion(version),
        )
