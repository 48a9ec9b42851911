"""The shape of a comparison: what it is called, its levels, and how it is computed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison.

    ``matches`` and ``strangers`` are how often pairs of one person, and of two random people,
    come out so among pairs that have both values: experience that small data leans on.
    ``is_blocked``: pairs at this level are all candidates, so how often strangers reach it is
    counted among candidates instead of being estimated from a sample that hardly ever sees it.
    ``fixed_bits``: what the level is worth, where it mostly repeats what names say and
    learning would count that twice.
    """

    name: str
    matches: float
    strangers: float
    is_blocked: bool = False
    fixed_bits: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One field of a pair; ``sql`` yields 0 for missing, else the 1-based position of a level.

    ``rarities``: levels at which the rarity of the agreeing value counts, and the columns of
    a feature row that hold it (the least of both sides' counts).
    ``grid``: rows and columns of which the first levels are the products, row by row, so that
    strangers at a rare level can be foreseen from both sides' shares; ``kinship`` is how much
    more often than that they agree on both.
    """

    name: str
    levels: tuple[Level, ...]
    sql: str
    rarities: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    grid: tuple[int, int] | None = None
    kinship: float = 1.0

    @property
    def bits(self) -> int:
        """Width of its level in a pattern."""
        return len(self.levels).bit_length()

    def position(self, level: str) -> int:
        """The number a level has in patterns."""
        return [each.name for each in self.levels].index(level) + 1
