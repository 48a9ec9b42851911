"""``c360 benchmark``: ours beside other systems on labelled sets, and what a few records cost."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from dagster_project.cli.inputs import FILE, require_writable_folder
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    from dagster_project.engines.duckdb.session import EngineOptions
    from dagster_project.identity.benchmark.contestants import Contestant
    from dagster_project.identity.benchmark.run import Bench, Outcome
    from dagster_project.identity.benchmark.sets import LabelledSet
    from dagster_project.identity.benchmark.summary import Row


_FOLDER = click.Path(file_okay=False, path_type=Path)

_COUNT = click.IntRange(min=1)


def _a_size(_: click.Context, __: click.Parameter, text: str) -> str:
    """Refuse, before any work, what the engine would not understand in the middle of it."""
    from dagster_project.engines.duckdb.session import is_memory_size

    if not is_memory_size(text):
        raise click.BadParameter("not a size; write it like 4GB")
    return text


@click.group()
def benchmark() -> None:
    """Measure against other systems; nothing of it is needed to run the project."""


@benchmark.command("identity")
@click.option("--data", type=_FOLDER, help="Folder of the labelled files.")
@click.option("--sets", help="Names by comma. Default: all that are here.")
@click.option("--rivals", default="splink,recordlinkage,goldenmatch", show_default=True)
@click.option(
    "--seeds",
    type=_COUNT,
    default=3,
    show_default=True,
    help="Shuffled copies; the worst counts.",
)
@click.option(
    "--scale",
    type=_COUNT,
    metavar="RECORDS",
    help="Instead of the sets: the demo world's contacts, about so many records.",
)
@click.option(
    "--plain",
    is_flag=True,
    help="With --scale: a plain table instead, one value per column, a third missing.",
)
@click.option("--skew", is_flag=True, help="With --scale: one postal code holds a quarter.")
@click.option("--threads", type=_COUNT, default=2, show_default=True)
@click.option(
    "--memory",
    default="4GB",
    show_default=True,
    callback=_a_size,
    help="Limit of each engine.",
)
@click.option(
    "--rival-python",
    multiple=True,
    metavar="RIVAL=PYTHON",
    help="Interpreter that has a rival installed, where this one has not.",
)
@click.option("--keep", type=_FOLDER, help="Keep work files here.")
@click.option("--json", "json_file", type=FILE, help="Write all figures to a file.")
def benchmark_identity(
    *,
    data: Path | None,
    sets: str | None,
    rivals: str,
    seeds: int,
    scale: int | None,
    plain: bool,
    skew: bool,
    threads: int,
    memory: str,
    rival_python: tuple[str, ...],
    keep: Path | None,
    json_file: Path | None,
) -> None:
    """Ours and rivals on the same labelled files, one table.

    Truth columns are dropped, ids replaced by random ones and rows shuffled; every run is a
    process of its own. No labels are used for fitting; a rival's best threshold, chosen with
    labels, is printed beside its natural one.
    """
    from dagster_project.identity.benchmark.run import Bench, Limits, run_set
    from dagster_project.identity.benchmark.summary import summarise
    from dagster_project.settings import PROJECT

    if json_file is not None:
        require_writable_folder(json_file.parent)
    if scale is None and (plain or skew):
        raise click.UsageError("--plain and --skew go with --scale RECORDS")
    folder = data or PROJECT.parent / "shared" / "data" / "identity"
    outcomes: list[Outcome] = []
    with TemporaryDirectory(prefix="c360-bench-") as scratch:
        bench = Bench(
            data=folder,
            workdir=keep or Path(scratch),
            config=PROJECT / "config",
            limits=Limits(threads, memory),
            interpreters=_interpreters(rival_python),
        )
        if scale is not None:
            outcomes += _run_scale(bench, rivals, scale, plain=plain, skewed=skew)
        for labelled in _chosen_sets(sets, folder) if scale is None else ():
            contestants = _chosen_contestants(rivals, labelled, bench)
            outcomes += run_set(bench, labelled, contestants, seeds=seeds, tell=_tell)
    rows = summarise(outcomes)
    _print(rows)
    if json_file is not None:
        figures = [row.figures() for row in rows]
        json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


@benchmark.command("increments")
@click.option(
    "--records",
    type=_COUNT,
    default=100_000,
    show_default=True,
    help="Of the demo world, about so many.",
)
@click.option(
    "--batch", type=_COUNT, default=10_000, show_default=True, help="Records added at once."
)
@click.option("--batches", type=_COUNT, default=5, show_default=True)
@click.option(
    "--questions", type=_COUNT, default=50, show_default=True, help="Single records asked for."
)
@click.option("--threads", type=_COUNT, default=2, show_default=True)
@click.option(
    "--memory",
    default="4GB",
    show_default=True,
    callback=_a_size,
    help="Limit of the engine.",
)
@click.option("--keep", type=_FOLDER, help="Keep the world here.")
def benchmark_increments(
    *,
    records: int,
    batch: int,
    batches: int,
    questions: int,
    threads: int,
    memory: str,
    keep: Path | None,
) -> None:
    """A few records into many: one asked for, and batches added, in one warm process."""
    from dagster_project.config.identity import read_identity
    from dagster_project.engines.duckdb.session import EngineOptions
    from dagster_project.identity.benchmark.increments import measure_increments, percentile
    from dagster_project.settings import PROJECT

    options = EngineOptions(threads, memory)
    with TemporaryDirectory(prefix="c360-bench-") as scratch:
        measured = measure_increments(
            _world(keep or Path(scratch), records, options),
            Path(scratch),
            spec=read_identity(PROJECT / "config" / "identity.yml"),
            batch=batch,
            batches=batches,
            questions=questions,
            options=options,
        )
    console.print(f"{counted(measured.known, 'record')} known at first", style="bold")
    for name, taken in (
        ("one record asked for", measured.questions),
        (f"{counted(batch, 'record')} added", measured.batches),
    ):
        half, most = percentile(taken, 0.5), percentile(taken, 0.95)
        console.print(
            f"{name} ({counted(len(taken), 'time')}): "
            f"half within {half.wall:.3f} s ({half.cpu:.3f} CPU s), "
            f"95 % within {most.wall:.3f} s ({most.cpu:.3f} CPU s)"
        )


def _interpreters(given: tuple[str, ...]) -> dict[str, Path]:
    pairs = [each.partition("=") for each in given]
    if not all(rival and python for rival, _, python in pairs):
        raise click.BadParameter("write it like splink=PYTHON", param_hint="--rival-python")
    return {rival: Path(python) for rival, _, python in pairs}


def _chosen_sets(names: str | None, folder: Path) -> "list[LabelledSet]":
    from dagster_project.identity.benchmark.sets import SETS, is_present

    if names is None:
        here = [each for each in SETS.values() if is_present(each, folder)]
        missing = sorted(SETS.keys() - {each.name for each in here})
        if missing:
            console.print(f"not here (--data): {', '.join(missing)}", style="yellow")
        return here
    unknown = sorted(set(names.split(",")) - SETS.keys())
    if unknown:
        raise click.BadParameter(f"unknown: {', '.join(unknown)}; there are {', '.join(SETS)}")
    return [SETS[name] for name in names.split(",")]


_PREPARING = "10GB"
"""Memory to make the records in: what is measured comes after."""


def _run_scale(
    bench: "Bench", rivals: str, records: int, *, plain: bool, skewed: bool
) -> "list[Outcome]":
    """One large table of people that are invented here, kept with the work files."""
    from dagster_project.engines.duckdb.session import EngineOptions
    from dagster_project.identity.benchmark.plain import invent, plain_set
    from dagster_project.identity.benchmark.run import run_prepared
    from dagster_project.identity.benchmark.scale import flatten, world_set

    options = EngineOptions(bench.limits.threads, _PREPARING)
    labelled = (plain_set if plain else world_set)(records, skewed=skewed)
    folder = bench.workdir / labelled.name
    if plain:
        prepared = invent(records, folder, skewed=skewed, seed=1, options=options)
    else:
        world = _world(bench.workdir, records, options)
        prepared = flatten(world, folder, skewed=skewed, seed=1, options=options)
    contestants = _chosen_contestants(rivals, labelled, bench)
    return run_prepared(bench, labelled, contestants, prepared, seed=1, tell=_tell)


def _world(workdir: Path, records: int, options: "EngineOptions") -> Path:
    """The demo world's contacts, about so many, below ``workdir``."""
    from dagster_project.demo.world import build_world
    from dagster_project.identity.benchmark.scale import RECORDS_PER_PERSON

    people = round(records / RECORDS_PER_PERSON)
    world = workdir / f"world_of_{people}"
    if not (world / "truth" / "records.parquet").is_file():
        with console.status(f"inventing {counted(people, 'person', 'people')}"):
            build_world(world, people=people, seed=360, only_contacts=True, options=options)
    return world


def _chosen_contestants(
    rivals: str, labelled: "LabelledSet", bench: "Bench"
) -> "list[Contestant]":
    """Ours, and the rivals that can run on this set; why another cannot is said."""
    from dagster_project.identity.benchmark.contestants import CONTESTANTS

    names = ["ours", *(name for name in rivals.split(",") if name)]
    unknown = sorted(set(names) - CONTESTANTS.keys())
    if unknown:
        raise click.BadParameter(
            f"unknown: {', '.join(unknown)}; there are {', '.join(CONTESTANTS)}"
        )
    chosen = []
    for name in names:
        why_not = CONTESTANTS[name].why_not(
            labelled.settings_name, bench.interpreters.get(name)
        )
        if why_not is None:
            chosen.append(CONTESTANTS[name])
        else:
            console.print(f"  {labelled.name}: no {name}: {why_not}", style="dim")
    return chosen


def _tell(outcome: "Outcome | Customer360Error") -> None:
    """One finished run, or why there is none."""
    if isinstance(outcome, Customer360Error):
        console.print(f"  {outcome}", style="yellow", markup=False)
        return
    natural = next(iter(outcome.cards.values()))
    f1 = natural.pairs.f1
    console.print(
        f"  {outcome.labelled} seed {outcome.seed} {outcome.contestant:<14}"
        f" F1 {0.0 if f1 is None else f1:.4f}  {outcome.seconds:6.1f} s"
        f"  {outcome.cpu:6.1f} CPU s  {outcome.peak_mb:6.0f} MB",
        style="dim",
    )


_LINE = "{:<16} {:<42} {:>7} {:>7} {:>7} {:>7} {:>7} {:>6} {:>8} {:>8} {:>8} {:>7}"


def _print(rows: "list[Row]") -> None:
    """One line per set and system, wide rather than wrapped."""
    console.print("\nthe worst of all seeds in every figure", style="bold")
    console.print(
        _LINE.format(
            "set", "system", "P", "R", "pair F1", "B³ F1", "block R", "pairs", "wall s",
            "imports", "CPU s", "MB",
        )
    )  # fmt: skip
    for row in rows:
        blocking, ratio = row.blocking_recall, row.pairs_per_record
        console.print(
            _LINE.format(
                row.labelled,
                f"{row.contestant} ({row.variant})",
                *(f"{s:.4f}" for s in (row.precision, row.recall, row.f1, row.b_cubed_f1)),
                "–" if blocking is None else f"{blocking:.4f}",
                "–" if ratio is None else f"{ratio:.1f}",
                f"{row.seconds:.1f}",
                f"{row.imports:.1f}",
                f"{row.cpu:.1f}",
                f"{row.peak_mb:.0f}",
            )
        )
    console.print(
        "pairs: compared per record; wall: Parquet in to Parquet out without imports; CPU and MB: "
        "the whole process",
        style="dim",
    )
