"""The shape of a comparison: what it is called, its levels, and the condition of each."""

from dataclasses import KW_ONLY, dataclass

OTHERWISE = "true"
"""Condition of the level that is left when no closer one holds."""


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison.

    ``when``: SQL over a pair's fields, or several of which one is enough (tried in their order, so
    that a dear one is asked only where a cheap one does not tell). Empty: the level is a product
    of a grid, or of two comparisons, and has no condition of its own.
    ``matches`` and ``non_matches`` are how often pairs of one person, and of two random people,
    come out so among pairs that have both values: experience that small data leans on.
    ``is_blocked``: pairs at this level are all candidates, so how often non-matches reach it is
    counted among candidates instead of being estimated from a sample that hardly ever sees it.
    ``fixed_bits``: what the level is worth, where it mostly repeats what names say and
    learning would count that twice.
    """

    name: str
    when: str | tuple[str, ...] = ""
    _: KW_ONLY
    matches: float
    non_matches: float
    is_blocked: bool = False
    fixed_bits: float | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of which one is enough."""
        if isinstance(self.when, str):
            return (self.when,) if self.when else ()
        return self.when


@dataclass(frozen=True)
class Grid:
    """Levels that are the products of two outcomes, row by row, before all other levels.

    Non-matches at a rare one can be foreseen from both sides' shares; ``kinship`` is how much more
    often than that they agree on both, from the row and column on that are an agreement.
    """

    rows: int
    columns: int
    kinship: float = 1.0
    agreeing_row: int = 0
    agreeing_column: int = 0


@dataclass(frozen=True)
class Comparison:
    """One field of a pair: 0 where it is ``missing`` or nothing holds, else the level's number.

    ``levels`` stand from the farthest to the closest; of those that hold, the closest is the
    pair's. ``otherwise``: SQL of the number where none holds.
    ``tf_weights``: levels at which the agreeing value.s term frequency counts, the columns of
    a feature row that hold it (the least of both sides' counts).
    """

    name: str
    levels: tuple[Level, ...]
    missing: str = "false"
    otherwise: str = "0"
    tf_weights: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    grid: Grid | None = None

    @property
    def sql(self) -> str:
        """A case that yields the number of a pair's level."""
        closest_first = reversed(list(enumerate(self.levels, start=1)))
        arms = [
            f"when {condition} then {number}"
            for number, level in closest_first
            for condition in level.conditions
        ]
        return "\n".join(
            ["case", f"when {self.missing} then 0", *arms, f"else {self.otherwise}", "end"]
        )

    @property
    def bits(self) -> int:
        """Width of its level in a pattern."""
        return len(self.levels).bit_length()

    @property
    def names(self) -> tuple[str, ...]:
        """What its levels are called, from the farthest to the closest."""
        return tuple(level.name for level in self.levels)

    def position(self, level: str) -> int:
        """The number a level has in patterns."""
        return self.names.index(level) + 1

    def at(self, level: str) -> str:
        """SQL: the pair is at that level; ``level_<name>`` holds its number."""
        return f"level_{self.name} = {self.position(level)}"

    def at_least(self, level: str) -> str:
        """SQL: the pair is at that level or a closer one."""
        return f"level_{self.name} >= {self.position(level)}"
