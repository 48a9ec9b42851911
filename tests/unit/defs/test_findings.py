"""What checks found out about tables is told again as long as nothing changed, and no longer."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.defs.findings import (
    keep_results,
    keep_verdicts,
    kept_verdicts,
    repeat_results,
)
from dagster_project.defs.journal import Journal
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.loads import RuleOutcome, Severity, Verdict
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.phases import mark_started
from dagster_project.landing.store import LandingZone
from dagster_project.settings import Settings, read_settings

DIM = dg.AssetKey(["marts", "dim_customer"])
VERDICT = Verdict("dim_customer", (RuleOutcome("key", Severity.WARN, False, 20, 3, "looked"),))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    prepare_root(Root(tmp_path), RootKind.COMPANY)
    return read_settings(tmp_path, variables={})


@pytest.fixture
def workbench(settings: Settings, tmp_path: Path) -> Iterator[Workbench]:
    zone = LandingZone(settings.root)
    journal = Journal(tmp_path / "journal.jsonl")
    yield Workbench(settings, (), zone, journal, "run-1", tmp_path / "work")
    zone.close()


def test_results_are_told_again_with_their_counts_and_the_run_that_found_them(
    workbench: Workbench,
) -> None:
    found = dg.AssetCheckResult(
        asset_key=DIM,
        check_name="unique",
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"failed_rows": 3, "sql": "select 'a value'"},
    )
    keep_results(workbench, Phase.MARTS, [found])

    told = list(repeat_results(workbench, Phase.MARTS, [dg.AssetCheckKey(DIM, "unique")]))

    assert len(told) == 1
    assert (told[0].asset_key, told[0].check_name, told[0].passed) == (DIM, "unique", False)
    assert told[0].severity is dg.AssetCheckSeverity.WARN
    assert {key: value.value for key, value in told[0].metadata.items()} == {
        "failed_rows": 3,
        "unchanged": True,
        "found_by_run": "run-1",
    }


def test_a_check_that_is_not_asked_for_is_not_told(workbench: Workbench) -> None:
    keep_results(
        workbench,
        Phase.MARTS,
        [dg.AssetCheckResult(asset_key=DIM, check_name="unique", passed=True)],
    )

    assert list(repeat_results(workbench, Phase.MARTS, [])) == []
    assert (
        list(repeat_results(workbench, Phase.STAGING, [dg.AssetCheckKey(DIM, "unique")])) == []
    )


def test_verdicts_hold_while_the_marts_stand(workbench: Workbench) -> None:
    finish(workbench, Phase.MARTS, inputs_fingerprint(workbench, Phase.MARTS))
    keep_verdicts(workbench, {"dim_customer": VERDICT})

    assert kept_verdicts(workbench) == {"dim_customer": (VERDICT, "run-1")}


@pytest.mark.parametrize("phase", [Phase.MARTS, Phase.GATES])
def test_verdicts_fall_when_the_marts_or_their_gates_are_started_anew(
    workbench: Workbench, phase: Phase
) -> None:
    finish(workbench, Phase.MARTS, inputs_fingerprint(workbench, Phase.MARTS))
    keep_verdicts(workbench, {"dim_customer": VERDICT})
    with workbench.warehouse() as connection:
        mark_started(connection, phase)

    assert kept_verdicts(workbench) == {}
