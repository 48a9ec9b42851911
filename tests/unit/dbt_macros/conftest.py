"""Renders macros of the dbt project as DuckDB's SQL, without dbt: a value in, a value out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).resolve().parents[3] / "dbt" / "macros"
FOLDERS = ("dialects", "staging")


class _Dispatch:
    """dbt's ``adapter.dispatch`` for the engine these tests run on."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def dispatch(self, name: str) -> Callable[..., str]:
        return lambda *args, **kwargs: str(self.names[f"duckdb__{name}"](*args, **kwargs))


@pytest.fixture(scope="session")
def macros() -> dict[str, Any]:
    """Every macro of the staging folders by its name."""
    names: dict[str, Any] = {
        "return": lambda value: value,
        "var": lambda *_: None,
        "range": range,
    }
    names["adapter"] = _Dispatch(names)
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals = names
    text = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in FOLDERS
        for file in sorted((MACROS / folder).glob("*.sql"))
        if "{% materialization" not in file.read_text(encoding="utf-8")
    )
    names.update(vars(environment.from_string(text).module))
    return names


@pytest.fixture(scope="session")
def read(macros: dict[str, Any]) -> Callable[..., Any]:
    """``read(macro, value, …)``: what the macro makes of one value."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")

    def of(macro: str, value: object, *args: Any, **kwargs: Any) -> Any:
        sql = macros[macro]("value", *args, **kwargs)
        found = connection.execute(f"select {sql} from (select ? as value)", [value]).fetchone()
        assert found is not None
        return found[0]

    return of
