"""Runs contestants on labelled sets, each in its own process, and scores what they wrote."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.benchmark.contestants import Contestant, command
from dagster_project.identity.benchmark.sets import LabelledSet, Prepared, prepare
from dagster_project.identity.measuring.scorecard import Scorecard, score


@dataclass(frozen=True)
class Limits:
    """What every contestant may use; ``memory`` in DuckDB's notation."""

    threads: int = 2
    memory: str = "4GB"


@dataclass(frozen=True)
class Outcome:
    """One contestant on one shuffled copy. ``cards``: variant → scores, the natural one first."""

    contestant: str
    labelled: str
    seed: int
    rows: int
    seconds: float
    imports: float
    cpu: float
    peak_mb: float
    cards: Mapping[str, Scorecard]
    candidate_pairs: int | None
    stages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """Where labelled sets are and work files go; ``interpreters`` by contestant."""

    data: Path
    workdir: Path
    config: Path
    limits: Limits = Limits()
    interpreters: Mapping[str, Path] = field(default_factory=dict)


def run_set(
    bench: Bench,
    labelled: LabelledSet,
    contestants: list[Contestant],
    *,
    seeds: int,
    tell: Callable[[Outcome | Customer360Error], None],
) -> list[Outcome]:
    """All contestants on ``seeds`` shuffled copies of one set."""
    outcomes = []
    for seed in range(1, seeds + 1):
        folder = bench.workdir / labelled.name / str(seed)
        prepared = prepare(labelled, bench.data, seed=seed, workdir=folder)
        outcomes += run_prepared(bench, labelled, contestants, prepared, seed=seed, tell=tell)
    return outcomes


def run_prepared(
    bench: Bench,
    labelled: LabelledSet,
    contestants: list[Contestant],
    prepared: Prepared,
    *,
    seed: int,
    tell: Callable[[Outcome | Customer360Error], None],
) -> list[Outcome]:
    """All contestants, one after the other, on one copy; a rival that fails is left out."""
    outcomes = []
    for contestant in contestants:
        try:
            outcome = run_one(bench, labelled, contestant, prepared, seed=seed)
        except Customer360Error as failed:
            if contestant.is_ours:
                raise
            tell(failed)
        else:
            outcomes.append(outcome)
            tell(outcome)
    return outcomes


def run_one(
    bench: Bench,
    labelled: LabelledSet,
    contestant: Contestant,
    prepared: Prepared,
    *,
    seed: int,
) -> Outcome:
    """One process: its result, its cost as the system accounts it, its scores."""
    out = prepared.table.parent / contestant.name
    out.mkdir(parents=True, exist_ok=True)
    settings = contestant.settings_for(labelled.settings_name)
    job = out / "job.json"
    job.write_text(
        json.dumps(
            {
                "table": str(prepared.table),
                "out": str(out),
                "kind": labelled.kind,
                "threads": bench.limits.threads,
                "memory": bench.limits.memory,
                "settings": str(settings) if settings else None,
                "config": str(bench.config),
            }
        ),
        encoding="utf-8",
    )
    interpreter = bench.interpreters.get(contestant.name)
    cpu, peak = _measure(command(contestant, job, interpreter), out)
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    cards = _score(result, prepared)
    first = next(iter(cards.values()))
    return Outcome(
        contestant=contestant.name,
        labelled=labelled.name,
        seed=seed,
        rows=prepared.rows,
        seconds=result["seconds"],
        imports=result["imports"],
        cpu=cpu,
        peak_mb=peak,
        cards=cards,
        candidate_pairs=first.candidates.pairs if first.candidates else None,
        stages=result.get("stages", {}),
    )


def _measure(arguments: list[str], out: Path) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of a process of its own; an error when it fails."""
    for name in ("result.json", "usage.json"):
        (out / name).unlink(missing_ok=True)
    launched = subprocess.run(  # noqa: S603 — our own scripts and interpreters
        [sys.executable, _LAUNCH, str(out / "usage.json"), str(out / "log.txt"), *arguments],
        check=False,
    )
    if launched.returncode != 0:
        raise Customer360Error(
            f"the contestant {out.name} ended with status {launched.returncode}",
            str(out / "log.txt"),
            "read what it printed there",
        )
    usage = json.loads((out / "usage.json").read_text(encoding="utf-8"))
    return usage["cpu"], usage["peak_mb"]


_LAUNCH = str(Path(__file__).with_name("launch.py"))


def _score(result: Mapping[str, Any], prepared: Prepared) -> dict[str, Scorecard]:
    """Scores of every variant; what was compared is scored with the first."""
    candidates = result.get("candidates")
    cards: dict[str, Scorecard] = {}
    with duckdb.connect() as connection:
        for name, file in result["variants"].items():
            connection.execute(
                f"""
                create or replace table judged as
                select
                    truth.unique_id as record_id,
                    coalesce(said.cluster::varchar, 'alone ' || truth.unique_id) as customer_id,
                    truth.person_id
                from '{quoted(str(prepared.truth))}' as truth
                left join '{quoted(file)}' as said on truth.unique_id = said.unique_id
                where truth.person_id is not null
                """
            )
            compared = None
            if candidates and not cards:
                compared = (
                    "select unique_id_l as record_id_l, unique_id_r as record_id_r "
                    f"from '{quoted(candidates)}'"
                )
            cards[name] = score(connection, compared=compared)
    return cards
