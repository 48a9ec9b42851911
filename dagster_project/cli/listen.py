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

    from dagster_project.listening.messages import Judge

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
    """Say what messages hold, by our rules and models or by labels of a company's own."""


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
@click.option("--rules", type=_PRESENT, help="Another listening.yml than the one in config/.")
def classify(
    file: Path,
    *,
    text: str,
    out: Path,
    model: Path | None,
    regions: tuple[str, ...],
    rules: Path | None,
) -> None:
    """Say of every row of FILE (CSV, JSON lines, Parquet) what its text holds, in the file's order.

    Without --model: its language, whether it complains, for which department it is, its mood,
    harm, spam, and where personal data stands in it. With one: `label` and the model's
    `confidence` in it; refuse those below a confidence of your own choice, since texts of no
    label known to the model have low ones. A row without text gets nothing.
    """
    if model:
        print_labelled(file, text=text, model=model, out=out)
    else:
        print_classified(file, text=text, out=out, regions=regions, rules=rules)


@listen.command()
@click.option(
    "--messages",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Folder of labelled messages, <language>.csv. Default: the project's own.",
)
@click.option("--rules", type=_PRESENT, help="Another listening.yml than the one in config/.")
def evaluate(messages: Path | None, rules: Path | None) -> None:
    """Print how well labelled messages are judged: those left out of rules and training."""
    print_evaluation(messages, rules)


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


def print_classified(
    file: Path, *, text: str, out: Path, regions: tuple[str, ...], rules: Path | None
) -> None:
    """Write what the texts of a file hold, and print how many rows there were."""
    _classify(file, text, out, _judge(rules, regions))


def _judge(rules: Path | None, regions: tuple[str, ...] = ()) -> "Judge":
    from dagster_project.config.listening import read_listening
    from dagster_project.listening.heads import read_heads
    from dagster_project.listening.messages import Judge
    from dagster_project.listening.rules import compile_rules
    from dagster_project.settings import PROJECT

    asked = read_listening(rules or PROJECT / "config" / "listening.yml")
    return Judge(compile_rules(asked.rules), read_heads(), regions)


def print_evaluation(messages: Path | None, rules: Path | None) -> None:
    """Judge the messages left out, and print figures; never a text."""
    from dagster_project.listening.evaluation import evaluate as hold_against
    from dagster_project.listening.labelled import read_messages
    from dagster_project.settings import PROJECT

    held = read_messages(messages or PROJECT / "data" / "samples" / "messages")
    judge = _judge(rules)
    with console.status("reading"):
        result = hold_against(judge, [each for each in held if each.split != "train"])
    table = Table("judgement", "label", "messages", "precision", "recall", "F1")
    for each in result.figures:
        table.add_row(
            each.of, each.label, str(each.count),
            f"{each.precision:.3f}", f"{each.recall:.3f}", f"{each.f1:.3f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"{counted(result.messages, 'message')} left out of {len(held):,}; "
        f"routing: macro-F1 {result.routing_full:.3f} with all routed, {result.routing_kept:.3f} "
        f"of the surest 70 %; {result.routed:.0%} are routed, the others unrouted"
    )
    moods = Table("language", "messages", "macro-F1 of sentiment", "published")
    for language, (count, figure) in result.moods.items():
        said = "yes" if language in judge.heads.moods else ""
        moods.add_row(language, str(count), f"{figure:.3f}", said)
    console.print(moods)


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
