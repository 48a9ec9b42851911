"""SQL of the models stays portable: known functions directly, all others through dispatch.

A transpiler alone passes any function it does not know, so the list is committed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DBT = Path(__file__).resolve().parents[2] / "dbt"
KNOWN = Path(__file__).with_name("functions_on_both_engines.txt")

_NOT_FUNCTIONS = frozenset(
    {
        "all", "and", "as", "between", "by", "case", "distinct", "else", "end", "exists",
        "filter", "from", "having", "if", "in", "is", "join", "like", "not", "on", "or", "over",
        "partition", "select", "then", "union", "using", "values", "when", "where", "with",
    }
)  # fmt: skip


def _functions_of(sql: str) -> set[str]:
    """Names called in a model's own SQL; what macros write is theirs to answer for."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", sql, flags=re.DOTALL)
    plain = re.sub(r"--[^\n]*", " ", plain)
    plain = re.sub(r"'(?:[^']|'')*'", "''", plain)
    called = re.findall(r"(?<![\w.])([a-z_]\w*)\s*\(", plain.lower())
    tables = set(re.findall(r"([a-z_]\w*)\s*(?:\([^()]*\)\s*)?as\s*\(", plain.lower()))
    return set(called) - _NOT_FUNCTIONS - tables


def _sql_files() -> Iterator[Path]:
    yield from sorted((DBT / "models").rglob("*.sql"))
    yield from sorted((DBT / "tests").rglob("*.sql"))


def _known() -> set[str]:
    lines = KNOWN.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("file", _sql_files(), ids=lambda file: str(file.relative_to(DBT)))
def test_models_call_only_functions_that_both_engines_have(file: Path) -> None:
    unknown = _functions_of(file.read_text(encoding="utf-8")) - _known()

    assert not unknown, (
        f"{sorted(unknown)}: call a macro that adapter.dispatch gives each engine in its own "
        f"words, or add the function to {KNOWN.name} if both engines have it alike"
    )


def test_the_list_of_functions_holds_no_more_than_is_used() -> None:
    used = set().union(*(_functions_of(f.read_text(encoding="utf-8")) for f in _sql_files()))

    assert _known() <= used


def test_a_function_of_one_engine_alone_is_seen() -> None:
    assert _functions_of("select strptime(x, '%Y'), coalesce(a, b) from {{ ref('m') }}") == {
        "strptime",
        "coalesce",
    }


def test_every_dispatched_macro_speaks_for_duckdb_and_by_default() -> None:
    macros = "\n".join(
        file.read_text(encoding="utf-8") for file in sorted((DBT / "macros").rglob("*.sql"))
    )
    defined = set(re.findall(r"\{%-?\s*macro\s+(\w+)", macros))
    dispatched = set(re.findall(r"adapter\.dispatch\(\s*'(\w+)'", macros))

    missing = {
        f"{engine}__{name}" for name in dispatched for engine in ("default", "duckdb")
    } - defined

    assert not missing
    assert dispatched


def test_no_model_asks_which_engine_it_runs_on() -> None:
    asking = [
        file.name for file in _sql_files() if "target.type" in file.read_text(encoding="utf-8")
    ]

    assert not asking
