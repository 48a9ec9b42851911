"""Gates on the marts: one blocking check per mart, judged by Great Expectations in the engine."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs.findings import keep_verdicts, kept_verdicts
from dagster_project.defs.guard import guarded
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.loads import Verdict
from dagster_project.domain.verdicts import CONSEQUENCE, how_many

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
                description=f"Passes when {mart} keeps every rule of its suite in expectations/marts.py.",
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
            told = _judge(workbench, tuple(m for m in marts if m in chosen), whole=len(marts))
        workbench.journal.write("gates", marts=len(told))
        for mart, (verdict, run_id) in told.items():
            found_by = "" if run_id == workbench.run_id else run_id
            asset = dg.AssetKey(["marts", mart])
            yield check_result(verdict, asset=asset, name=GATE, found_by=found_by)

    return gate_marts


def _judge(
    workbench: Workbench, marts: tuple[str, ...], *, whole: int
) -> dict[str, tuple[Verdict, str]]:
    """Verdict per mart and the run that gave it; marts that stand unchanged are not asked again."""
    kept = kept_verdicts(workbench)
    if set(marts) <= set(kept):
        told = {mart: kept[mart] for mart in marts}
        workbench.doors.update({mart: verdict for mart, (verdict, _) in told.items()})
        return told
    from dagster_project.defs.verdicts import judge_marts

    verdicts = judge_marts(workbench, marts)
    if len(verdicts) == whole:
        keep_verdicts(workbench, verdicts)
    return {mart: (verdict, workbench.run_id) for mart, verdict in verdicts.items()}


def check_result(
    verdict: Verdict, *, asset: dg.AssetKey, name: str, found_by: str = ""
) -> dg.AssetCheckResult:
    """A verdict as Dagster shows it: counts per rule, never values.

    ``found_by``: the earlier run that gave it, on a table that has not changed since.
    """
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
            **({"unchanged": True, "found_by_run": found_by} if found_by else {}),
        },
    )


def verdict_table(verdict: Verdict) -> str:
    """Every rule of a verdict as a sentence in a Markdown table, failed ones first."""
    rows = sorted(verdict.outcomes, key=lambda o: (o.passed, o.rule))
    return "\n".join(
        [
            "| what is asked for | result | what was found | what a failure does | rule |",
            "|---|---|---|---|---|",
            *(
                f"| {_cell(o.sentence or o.rule)} | {'passed' if o.passed else 'FAILED'} | "
                f"{_cell(how_many(o))} | {CONSEQUENCE[o.severity]} | {o.rule} |"
                for o in rows
            ),
        ]
    )


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
