"""Pairs of records to patterns of levels, in the engine."""

from dataclasses import dataclass

from dagster_project.identity.comparing.patterns import compare_statements
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Comparing:
    """What comparisons need to know of the whole: see ``patterns``."""

    typical: dict[str, float]
    name_ceiling: float


def compare_pairs(
    work: Workspace,
    pairs: str,
    into: str,
    comparing: Comparing,
    *,
    only_hopeful: bool = False,
) -> None:
    """Patterns of pairs ``(l, r)``: a table of l, r, pattern, tf_adjustment; see ``patterns``."""
    known = {str(row[0]) for row in work.rows("select name from work.known_column")}
    for sql in compare_statements(
        pairs,
        into,
        typical=comparing.typical,
        name_ceiling=comparing.name_ceiling,
        known=known,
        only_hopeful=only_hopeful,
    ):
        work.run(sql)
