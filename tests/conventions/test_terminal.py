"""What commands print is text: markup is asked for line by line, and escaped where it takes values."""

import ast
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

import dagster_project
from dagster_project.cli.terminal import terminal

PACKAGE = Path(str(dagster_project.__file__)).parent

PLAIN = frozenset({"escape", "counted", "bits", "len", "_bar", "sum_up", "own_command"})
"""What makes text without brackets: numbers with their words, bars, our own commands."""

NUMBERS_AND_OWN_WORDS = frozenset(
    {
        "port", "numbers", "mark", "style", "what", "who", "_HELP", "title", "consumer",
        "case.question.value", "inferred.kind", "found.customer_id",
    }
)  # fmt: skip
"""Values of our own making: marks, styles, words of an enum, ids that are digests, numbers."""

VALUES = (
    "[red]x[/].csv",
    "[/]",
    "[bold]",
    ":smile:",
    r"a\[b]",
    "[link=https://x.example]y[/link]",
)


def marked_up() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and any(
                k.arg == "markup"
                and isinstance(k.value, ast.Constant)
                and k.value.value is True
                for k in node.keywords
            ):
                yield f"{file.relative_to(PACKAGE)}:{node.lineno}", node


def unescaped(call: ast.Call) -> list[str]:
    return [
        ast.unparse(value.value)
        for argument in call.args
        for value in ast.walk(argument)
        if isinstance(value, ast.FormattedValue)
        and value.format_spec is None
        and not isinstance(value.value, ast.IfExp)
        and ast.unparse(value.value) not in NUMBERS_AND_OWN_WORDS
        and not (
            isinstance(value.value, ast.Call)
            and ast.unparse(value.value.func).split(".")[-1] in PLAIN
        )
    ]


def test_lines_with_markup_escape_what_they_insert() -> None:
    found = {where: names for where, call in marked_up() if (names := unescaped(call))}

    assert not found


def test_there_are_lines_with_markup_and_one_that_escapes_nothing_is_seen() -> None:
    (call,) = (
        node
        for node in ast.walk(
            ast.parse('console.print(f"[b]{name}[/] {escape(x)}", markup=True)')
        )
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "console.print"
    )

    assert len(list(marked_up())) > 10
    assert unescaped(call) == ["name"]


def test_every_console_is_the_terminal() -> None:
    made = [
        str(file.relative_to(PACKAGE))
        for file in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Console"
    ]

    assert made == ["cli/terminal.py"]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_printed_as_it_is_written(value: str) -> None:
    console = terminal()
    console.file = StringIO()

    console.print(value)
    console.print(f"reading {value} …", style="dim")

    assert console.file.getvalue() == f"{value}\nreading {value} …\n"
