"""What ``adapter.dispatch`` does in dbt, for sqlfluff's templater: the DuckDB macro, or the default."""

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def dispatch(
    context: Context, name: str, macro_namespace: str | None = None
) -> Callable[..., Any]:
    """The macro of this name that DuckDB uses."""
    del macro_namespace
    found = context.resolve(f"duckdb__{name}")
    return found if callable(found) else context.resolve(f"default__{name}")
