"""``c360 sql``: a question to a published file, or a prompt for many."""

import csv
import readline
import sys
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import orjson
from rich.markup import escape
from rich.text import Text

from dagster_project.cli.options import CONSUMER, ROOT
from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    from dagster_project.viewer.product import Answer, Product


@click.command()
@click.argument("query", required=False)
@ROOT
@CONSUMER
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How answers are written.",
)
def sql(query: str | None, root: Path | None, consumer: str, form: str) -> None:
    """Ask a published file in SQL, read-only: one QUERY, or a prompt without one.

    The file is opened beside running runs and sees nothing but itself. The prompt keeps its
    history for as long as it is open: what is asked may name people.
    """
    if query is None and sys.stdin.isatty():
        prompt(root, consumer=consumer, form=form)
    else:
        answer(root, query or sys.stdin.read(), consumer=consumer, form=form)


MOST_ROWS = 200
"""Rows of a table on the terminal; CSV and JSON have all."""

_WIDEST = 60
"""Characters of a cell on the terminal."""

_HELP = (
    "End a statement with ; — `show tables;`, `describe customer_360;` — .tables lists tables, "
    ".format table|csv|json changes the output, .quit (or Ctrl-D) leaves."
)


def answer(root: Path | None, sql: str, *, consumer: str, form: str) -> None:
    """Write the answers to all statements of a text."""
    with _product(root, consumer) as product:
        statements = product.statements(sql)
        if not statements:
            raise Customer360Error(
                "there is no statement to run", "", 'write it like: c360 sql "show tables"'
            )
        for statement in statements:
            write_answer(product.ask(statement), form, sys.stdout)


def prompt(root: Path | None, *, consumer: str, form: str) -> None:
    """Ask and answer until the end of input; a mistake is told and the prompt goes on."""
    from dagster_project.settings import read_settings, shown_path

    with _product(root, consumer) as product:
        tables = product.tables()
        _complete(tables)
        file = shown_path(read_settings(root).root.published / f"{consumer}.duckdb")
        console.print(
            f"[bold]{consumer}[/], read-only: {escape(str(file))}. {_HELP}",
            style="dim",
            markup=True,
        )
        _list_tables(tables)
        while (line := _statement(consumer)) is not None:
            if line.startswith("."):
                form = _obey(line, form, product) or ""
                if not form:
                    return
                continue
            try:
                for statement in product.statements(line):
                    write_answer(product.ask(statement), form, sys.stdout)
            except Customer360Error as error:
                console.print(Text(str(error), style="red"))
            except KeyboardInterrupt:
                console.print("stopped", style="yellow")


def write_answer(found: "Answer | None", form: str, out: TextIO) -> None:
    """One answer in the form asked for."""
    if found is None:
        return
    {"table": _write_table, "csv": _write_csv, "json": _write_json}[form](found, out)


def shown_value(value: Any) -> str:
    """A value on one line of a terminal: control characters of what people wrote stay out."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ" if value.tzinfo else "%Y-%m-%d %H:%M:%S")
    text = ", ".join(map(shown_value, value)) if isinstance(value, list) else str(value)
    return "".join(char if char.isprintable() else " " for char in text)


def _product(root: Path | None, consumer: str) -> "Product":
    from dagster_project.settings import read_settings
    from dagster_project.viewer.product import Product

    settings = read_settings(root)
    record(settings, "sql", consumer=consumer)
    return Product(settings.root, consumer, options=settings.engine)


def _write_table(found: "Answer", out: TextIO) -> None:
    rows = list(islice(found.rows, MOST_ROWS + 1))
    cells = [[_cell(value) for value in row] for row in rows[:MOST_ROWS]]
    table = [[Text(name, style="bold") for name in found.columns], *cells]
    widths = [max(row[place].cell_len for row in table) for place in range(len(found.columns))]
    if console.is_terminal and sum(widths) + 2 * len(widths) > console.width:
        _print_records(found.columns, cells)
    else:
        numbers = {i for row in rows for i, value in enumerate(row) if _is_number(value)}
        _print_rows(table, widths, numbers)
    is_cut = len(rows) > MOST_ROWS
    more = f"the first {MOST_ROWS} rows; --format csv has all" if is_cut else ""
    console.print(more or counted(len(cells), "row"), style="dim")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _print_rows(table: list[list[Text]], widths: list[int], numbers: set[int]) -> None:
    """Columns side by side; numbers end where their column ends."""
    for row in table:
        line = Text()
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - cell.cell_len)
            line.append(blank if place in numbers else "").append_text(cell)
            line.append("" if place in numbers else blank).append("  ")
        line.rstrip()
        console.print(line)


def _print_records(columns: tuple[str, ...], cells: list[list[Text]]) -> None:
    """A row too wide for the terminal, one column per line."""
    widest = max(map(len, columns))
    for number, row in enumerate(cells, start=1):
        console.print(f"row {number}", style="bold")
        for name, value in zip(columns, row, strict=True):
            console.print(Text.assemble((f"  {name:<{widest}}  ", "dim"), value))


def _cell(value: Any) -> Text:
    if value is None:
        return Text("null", style="dim")
    text = shown_value(value)
    return Text(text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…")


def _write_csv(found: "Answer", out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows([_plain(value) for value in row] for row in found.rows)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return _json(value) if isinstance(value, list | dict) else value


def _write_json(found: "Answer", out: TextIO) -> None:
    names = _unique(found.columns)
    out.write("[")
    for number, row in enumerate(found.rows):
        out.write((",\n " if number else "\n ") + _json(dict(zip(names, row, strict=True))))
    out.write("\n]\n")


def _json(value: Any) -> str:
    return orjson.dumps(
        value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
    ).decode()


def _unique(names: Iterable[str]) -> list[str]:
    """Two columns of one name are two entries of an object."""
    used: list[str] = []
    for name in names:
        again = sum(other == name or other.startswith(f"{name}_") for other in used)
        used.append(f"{name}_{again + 1}" if name in used else name)
    return used


def _statement(consumer: str) -> str | None:
    """Lines up to a ``;``; nothing at the end of input."""
    lines: list[str] = []
    while True:
        try:
            line = input(f"{consumer}> " if not lines else f"{'…':>{len(consumer)}}> ")
        except EOFError:
            print(file=sys.stdout)  # noqa: T201 — the shell's prompt begins on a line of its own
            return None
        except KeyboardInterrupt:
            print(file=sys.stdout)  # noqa: T201
            lines = []
            continue
        lines.append(line)
        text = "\n".join(lines).strip()
        if not text:
            lines = []
        elif text.endswith(";") or text.startswith("."):
            return text
        elif len(lines) == 1 and text in {"quit", "exit"}:
            return ".quit"


def _obey(line: str, form: str, product: "Product") -> str | None:
    """Do what a line with a dot in front says; the form of answers from now on, none to leave."""
    command, *words = line.rstrip(";").split()
    if command in {".quit", ".exit"}:
        return None
    if command == ".tables":
        _list_tables(product.tables())
    elif command == ".format" and words and words[0] in {"table", "csv", "json"}:
        return words[0]
    else:
        console.print(_HELP, style="dim")
    return form


def _list_tables(tables: dict[str, tuple[str, ...]]) -> None:
    console.print("tables: " + ", ".join(tables))


def _complete(tables: dict[str, tuple[str, ...]]) -> None:
    """Names of tables and columns at the tabulator key."""
    names = sorted({*tables, *(column for columns in tables.values() for column in columns)})

    def completer(begun: str, state: int) -> str | None:
        fitting = [name for name in names if name.startswith(begun.lower())]
        return fitting[state] if state < len(fitting) else None

    readline.set_completer(completer)
    readline.set_completer_delims(" \t\n,.()=<>;")
    readline.parse_and_bind("tab: complete")
