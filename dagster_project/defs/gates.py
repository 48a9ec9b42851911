"""Gates on the marts: one blocking check per mart, judged by Great Expectations in the engine."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs.guard import guarded
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.loads import Verdict

GATE = "gate"


def mart_gates(marts: tuple[str, ...]) -> dg.AssetChecksDefinition:
    """One step that judges every mart; a refused mart stops everything that reads it."""

    @dg.multi_asset_check(
        name="gate_marts",
        specs=[
            dg.AssetCheckSpec(
                GATE,
                asset=dg.AssetKey(["marts", mart]),
                blocking=True,
                description=f"Great Expectations suite of {mart}.",
            )
            for mart in marts
        ],
        can_subset=True,
    )
    def gate_marts(
        context: dg.AssetCheckExecutionContext, workbench: dg.ResourceParam[Workbench]
    ) -> Iterator[dg.AssetCheckResult]:
        chosen = {key.asset_key.path[-1] for key in context.selected_asset_check_keys}
        with guarded("judging the marts"):
            verdicts = _judge(workbench, tuple(m for m in marts if m in chosen))
        for mart, verdict in verdicts.items():
            yield check_result(verdict, asset=dg.AssetKey(["marts", mart]), name=GATE)

    return gate_marts


def _judge(workbench: Workbench, marts: tuple[str, ...]) -> dict[str, Verdict]:
    from dagster_project.defs.verdicts import judge_marts

    return judge_marts(workbench, marts)


def check_result(verdict: Verdict, *, asset: dg.AssetKey, name: str) -> dg.AssetCheckResult:
    """A verdict as Dagster shows it: counts per rule, never values."""
    worst = dg.AssetCheckSeverity.ERROR if verdict.refusals else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=not (verdict.refusals or verdict.warnings or verdict.quarantines),
        severity=worst,
        metadata={
            "rules": len(verdict.outcomes),
            "rules_failed": sum(not o.passed for o in verdict.outcomes),
            "verdict": dg.MetadataValue.md(verdict_table(verdict)),
        },
    )


def verdict_table(verdict: Verdict) -> str:
    """Every rule of a verdict as a Markdown table, failed ones first."""
    rows = sorted(verdict.outcomes, key=lambda o: (o.passed, o.rule))
    return "\n".join(
        [
            "| rule | result | failed | of | what it does |",
            "|---|---|---|---|---|",
            *(
                f"| {o.rule} | {'passed' if o.passed else 'FAILED'} | {o.failed} | {o.evaluated} | {o.severity} |"
                for o in rows
            ),
        ]
    )
