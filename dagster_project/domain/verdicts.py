"""A rule's outcome in words, wherever it is shown."""

from dagster_project.domain.counts import counted
from dagster_project.domain.loads import RuleOutcome, Severity


def how_many(outcome: RuleOutcome) -> str:
    """What a rule has found; one on a table as a whole has no number of values."""
    if outcome.detail:
        return outcome.detail
    if not outcome.evaluated:
        return "holds" if outcome.passed else "does not hold"
    if outcome.passed:
        return f"holds for {counted(outcome.evaluated, 'value')}"
    return f"{outcome.failed:,} of {counted(outcome.evaluated, 'value fails', 'values fail')}"


CONSEQUENCE = {
    Severity.REFUSE: "refuses the whole",
    Severity.QUARANTINE: "holds its rows back",
    Severity.WARN: "is shown",
}
"""What a broken rule does."""
