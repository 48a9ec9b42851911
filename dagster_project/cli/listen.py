"""``c360 listen``: what messages say, by our rules or by a company's own labels; never a text."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click
from rich.table import Table

from dagster_project.cli.inputs import require_outputs, require_writable_folder
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted

if TYPE_CHECKING:
    import pyarrow as pa

_PRESENT = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


def _regions(
    context: click.Context, option: click.Parameter, said: tuple[str, ...]
) -> tuple[str, ...]:
    import phonenumbers

    codes = tuple(code.upper() for code in said)
    for code in codes:
        if code not in phonenumbers.SUPPORTED_REGIONS:
            raise click.BadParameter(
                f"{code} is no country code; it is of two letters, like DE", context, option
            )
    return codes


@click.group()
def listen() -> None:
    """Say what messages hold: personal data, and labels learned from a company's examples."""


@listen.command()
@click.argument("file", type=_PRESENT)
@click.option("--text", required=True, help="Column of the texts.")
@click.option("--label", required=True, help="Column of their labels.")
@click.option("--out", required=True, type=_NEW, help="Where the model goes: a file of arrays.")
def train(file: Path, text: str, label: str, out: Path) -> None:
    """Learn the labels of FILE, a CSV or Parquet table of labelled texts.

    Prints how well labels of texts are found that were left out of the learning. The model holds
    weights and the labels' names, no text.
    """
    print_training(file, text=text, label=label, out=out)


@listen.command()
@click.argument("file", type=_PRESENT)
@click.option("--text", required=True, help="Column of the texts.")
@click.option("--out", required=True, type=_NEW, help="Where labels go: .parquet or .csv.")
@click.option(
    "--model", type=_PRESENT, help="As `c360 listen train` wrote it: labels of your own."
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    callback=_regions,
    help="Country code (DE) whose telephone numbers the texts have; may be repeated.",
)
def classify(
    file: Path, text: str, out: Path, model: Path | None, regions: tuple[str, ...]
) -> None:
    """Say of every row of FILE (CSV, JSON lines, Parquet) what its text holds, in the file's order.

    Without --model: where personal data stands in it. With one: `label` and the model's
    `confidence` in it; refuse those below a confidence of your own choice, since texts of no
    label known to the model have low ones. A row without text gets nothing.
    """
    if model:
        print_labelled(file, text=text, model=model, out=out)
    else:
        print_classified(file, text=text, out=out, regions=regions)


_WORST = 10
"""Labels that are listed of a model with many."""


def print_training(file: Path, *, text: str, label: str, out: Path) -> None:
    """Train on a file, write the model, and print how good it is on texts left out."""
    from dagster_project.listening.label_model import train_labels, write_model
    from dagster_project.listening.tables import read_texts

    require_writable_folder(out.parent)
    texts: list[str] = []
    labels: list[str] = []
    skipped = 0
    for some_texts, some_labels in read_texts(file, [text, label]):
        for one, its_label in zip(some_texts, some_labels, strict=True):
            if one.strip() and its_label.strip():
                texts.append(one)
                labels.append(its_label.strip())
            else:
                skipped += 1
    with console.status("learning"):
        model, report = train_labels(texts, labels)
    write_model(model, out)
    if alone := len(set(labels)) - len(model.labels):
        console.print(
            f"note: {counted(alone, 'label')} of a single text not learned", style="yellow"
        )
    if skipped:
        console.print(
            f"note: {counted(skipped, 'row')} without a text or label left out", style="yellow"
        )
    console.print(
        f"[green]✓[/] {counted(len(model.labels), 'label')} learned from {counted(report.texts, 'text')}; "
        f"on texts left out: macro-F1 {report.macro_f1:.3f}, accuracy {report.accuracy:.3f}",
        markup=True,
    )
    table = Table(
        "label", "F1", title="labels found worst" if len(report.f1) > _WORST else None
    )
    for name, value in sorted(report.f1.items(), key=lambda pair: (pair[1], pair[0]))[:_WORST]:
        table.add_row(name, f"{value:.3f}")
    console.print(table)
    console.print(f"  written: {out}", markup=False)


def print_labelled(file: Path, *, text: str, model: Path, out: Path) -> None:
    """Label a file with a model and print how many rows were judged."""
    from dagster_project.listening.label_model import read_model
    from dagster_project.listening.tables import label_rows

    learned = read_model(model)
    _classify(file, text, out, lambda texts: label_rows(learned.judge, texts))


def print_classified(file: Path, *, text: str, out: Path, regions: tuple[str, ...]) -> None:
    """Write what the texts of a file hold, and print how many rows there were."""
    from dagster_project.listening.messages import judge_messages

    _classify(file, text, out, lambda texts: judge_messages(texts, regions))


def _classify(
    file: Path, text: str, out: Path, judge: "Callable[[Sequence[str]], pa.RecordBatch]"
) -> None:
    from dagster_project.listening.tables import classify_file

    require_outputs(str(file), (out,))
    started = perf_counter()
    with console.status("reading"):
        rows, empty = classify_file(judge, file, text, out)
    if empty:
        console.print(f"note: {counted(empty, 'row')} without a text", style="yellow")
    console.print(
        f"[green]✓[/] {counted(rows, 'row')} in {perf_counter() - started:.1f} s", markup=True
    )
    console.print(f"  written: {out}", markup=False)
