"""Great Expectations suites, one per stream, mart and publication, as functions.

Importing this package is cheap; asking for a suite imports Great Expectations, which takes
seconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import great_expectations as gx


def suite_for(vendor: str, stream: str) -> "gx.ExpectationSuite":
    """The suite of one stream: function ``stream`` of module ``expectations.<vendor>``.

    ``KeyError`` for a stream without one.
    """
    try:
        build = getattr(import_module(f"expectations.{vendor}"), stream)
    except (ModuleNotFoundError, AttributeError):
        raise KeyError(f"no suite for {vendor}.{stream}") from None
    built: gx.ExpectationSuite = build()
    return built


def suite_for_mart(mart: str, *, rows: int | None = None) -> "gx.ExpectationSuite":
    """The suite of one mart; ``rows``: the number of rows its inputs say it has.

    ``KeyError`` for a mart without one.
    """
    from expectations.marts import MARTS

    return MARTS[mart](rows=rows)
