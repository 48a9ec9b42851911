"""Imports Great Expectations without what only rules we do not ask need.

Three of its rules compare distributions; for them it imports SciPy's statistics and Altair, which
takes longer than the rest of it.
"""

from functools import cache

from dagster_project.engines.lean_import import import_without


@cache
def import_great_expectations() -> None:
    """Import it; call this before the first import of ``expectations``."""
    import_without("great_expectations", ("scipy.stats", "altair"))
