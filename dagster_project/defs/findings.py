"""What checks found out about tables, kept with the phase that made them and told again.

A run that leaves the tables as they are does not ask again: it repeats what was found when they
were made, and by which run. Counts and names only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import dagster as dg

from dagster_project.defs.phase import Phase, inputs_fingerprint
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.loads import Verdict, verdict_of
from dagster_project.engines.duckdb.phases import (
    fingerprint_of,
    fingerprint_of_files,
    finished_with,
    keep_findings,
    kept_findings,
    mark_finished,
)
from dagster_project.settings import PROJECT


def keep_results(
    workbench: Workbench, phase: Phase, results: Iterable[dg.AssetCheckResult]
) -> None:
    """Keep the checks' results of a phase that has just been built whole."""
    findings = [_finding(result, workbench.run_id) for result in results]
    with workbench.warehouse() as connection:
        keep_findings(connection, phase, findings)


def repeat_results(
    workbench: Workbench, phase: Phase, asked: Iterable[dg.AssetCheckKey]
) -> Iterator[dg.AssetCheckResult]:
    """The results of the checks that are ``asked`` for, as the run that built the phase found."""
    with workbench.warehouse() as connection:
        findings = kept_findings(connection, phase)
    wanted = set(asked)
    for finding in findings:
        if dg.AssetCheckKey(dg.AssetKey(finding["asset"]), finding["check"]) in wanted:
            yield _result(finding)


def keep_verdicts(workbench: Workbench, verdicts: Mapping[str, Verdict]) -> None:
    """Keep the gates' verdicts on all marts, true as long as the marts are."""
    findings = [
        {"mart": mart, "run_id": workbench.run_id, "verdict": asdict(verdict)}
        for mart, verdict in verdicts.items()
    ]
    with workbench.warehouse() as connection:
        keep_findings(connection, Phase.GATES, findings)
        mark_finished(connection, Phase.GATES, _rules_fingerprint(workbench))


def kept_verdicts(workbench: Workbench) -> dict[str, tuple[Verdict, str]]:
    """Verdict per mart and the run that gave it; nothing where a mart may have changed since."""
    built_from = {
        Phase.MARTS: inputs_fingerprint(workbench, Phase.MARTS),
        Phase.GATES: _rules_fingerprint(workbench),
    }
    with workbench.warehouse() as connection:
        for phase, fingerprint in built_from.items():
            if finished_with(connection, phase) != fingerprint:
                return {}
        findings = kept_findings(connection, Phase.GATES)
    return {f["mart"]: (verdict_of(f["verdict"]), f["run_id"]) for f in findings}


def _rules_fingerprint(workbench: Workbench) -> str:
    """The marts' inputs and the rules they are held to; other rules are asked anew."""
    rules = fingerprint_of_files((PROJECT / "expectations",), frozenset({".py"}))
    return fingerprint_of(inputs_fingerprint(workbench, Phase.GATES), rules)


def _finding(result: dg.AssetCheckResult, run_id: str) -> dict[str, Any]:
    values = {key: value.value for key, value in result.metadata.items()}
    return {
        "asset": list(result.asset_key.path) if result.asset_key else [],
        "check": result.check_name,
        "passed": result.passed,
        "severity": result.severity.value,
        "counts": {key: value for key, value in values.items() if isinstance(value, int)},
        "run_id": run_id,
    }


def _result(finding: Mapping[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(finding["asset"]),
        check_name=finding["check"],
        passed=finding["passed"],
        severity=dg.AssetCheckSeverity(finding["severity"]),
        metadata={**finding["counts"], "unchanged": True, "found_by_run": finding["run_id"]},
    )
