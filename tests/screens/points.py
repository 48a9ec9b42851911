"""Points that are looked at on a screen, and what was seen at each.

A point is a function that looks and says in a line what it saw; ``UnseenError`` when it is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


class UnseenError(Exception):
    """Something that a screen should show and does not."""


@dataclass
class Points:
    """The outcome of every look, printed as it is known."""

    failed: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    def look(self, name: str, see: Callable[[], str]) -> None:
        """Look once; a point that fails stops no other."""
        try:
            seen = see()
        except Exception as missing:  # of the browser too: what it waited for did not come
            self.failed.append(name)
            words = str(missing).partition("\nCall log:")[0]
            print(f"FAILED  {name}: {' '.join(words.split())[:600]}", flush=True)
            return
        self.passed.append(name)
        print(f"passed  {name}: {seen}", flush=True)


def require(holds: object, what: str) -> None:
    """What a screen must show; ``what`` names it when it is missing."""
    if not holds:
        raise UnseenError(what)
