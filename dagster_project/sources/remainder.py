"""What a pass over a file's JSON came upon beside the rows it gave, so that nothing goes unsaid.

Belongs here: things left out by kind, parts of another shape than their vendor's, columns nobody
knows. Does not belong here: what a record is (the vendors' modules).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from dagster_project.domain.counts import counted
from dagster_project.domain.loads import LeftOut
from dagster_project.sources.headers import extra_note

OTHER_VALUES = "values of another kind"
MOST_LABELS = 1000
"""Labels remembered; a file whose members are ids would have one for each record."""

_FIELD = re.compile(r"[A-Za-z_@$][\w.$-]{0,59}")


@dataclass
class Remainder:
    """Counts of one pass; a reader that goes over a file again starts anew with ``clear``."""

    left_out: Counter[str] = field(default_factory=Counter)
    _misshapen: Counter[str] = field(default_factory=Counter)
    _unknown: dict[str, None] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget the last pass."""
        for seen in (self.left_out, self._misshapen, self._unknown):
            seen.clear()

    def leave_out(self, what: str, rows: int = 1) -> None:
        """Count things that give no row, by the name of their kind."""
        if rows:
            self.left_out[what] += rows

    def object_in(self, value: Any, *path: str) -> Mapping[str, Any]:
        """The nested object; empty where there is none, counted where something else is."""
        found = _found(value, path)
        if isinstance(found, dict):
            return found
        if found not in (None, "", []):
            self._misshapen[".".join(path)] += 1
        return {}

    def objects_in(self, value: Any, *path: str) -> Iterator[dict[str, Any]]:
        """The objects of a nested list, one that stands alone included; anything else is counted."""
        found = _found(value, path)
        items = found if isinstance(found, list) else [found]
        for item in items:
            if isinstance(item, dict):
                if item:
                    yield item
            elif item not in (None, "") or (item is None and isinstance(found, list)):
                self._misshapen[".".join(path)] += 1

    def children_in(self, value: Any, *path: str, what: str) -> Iterator[dict[str, Any]]:
        """The objects of a nested list that are rows themselves; what is none is left out."""
        found = _found(value, path)
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, dict) and item:
                yield item
            elif item not in (None, "", {}) or (item is None and isinstance(found, list)):
                self.leave_out(what)

    def extra_of(self, value: Mapping[str, Any], known: Set[str]) -> dict[str, Any]:
        """The filled members of a record that its vendor does not have: a company's own."""
        if value.keys() <= known:
            return {}
        extra = {
            name: inner
            for name, inner in value.items()
            if name not in known and inner not in (None, "", [], {})
        }
        self.note_unknown(extra)
        return extra

    def note_unknown(self, labels: Iterable[str]) -> None:
        """Remember labels of columns that are kept in ``_extra``."""
        for label in labels:
            if label not in self._unknown and len(self._unknown) < MOST_LABELS:
                self._unknown[label] = None

    def accounted(
        self,
        items: Iterable[Any],
        rows_of: Callable[[Any], Iterable[Any]],
        what: Callable[[Any], str] = lambda _item: OTHER_VALUES,
    ) -> Iterator[Any]:
        """What ``rows_of`` makes of each item; an item it makes nothing of is left out by name."""
        for item in items:
            made = None
            for made in rows_of(item):
                yield made
            if made is None:
                self.leave_out(what(item))

    def left_out_by_name(self) -> tuple[LeftOut, ...]:
        """What was left out, by kind."""
        return tuple(LeftOut(what, rows) for what, rows in self.left_out.items())

    def notes(self) -> Iterator[str]:
        """What is worth a warning, once the pass is over."""
        if self._misshapen:
            names = ", ".join(
                f"{path} ({rows:,})" for path, rows in sorted(self._misshapen.items())[:10]
            )
            many = counted(sum(self._misshapen.values()), "part is", "parts are")
            yield f"{many} not shaped like the vendor's and only kept as it came: {names}"
        if self._unknown:
            # A member's name may be a person's: only what programs call things is shown.
            yield extra_note([n if _FIELD.fullmatch(n) else "" for n in self._unknown])


def shown_field(name: str) -> str:
    """A member's name where it is one of a program's, never where it may be somebody's data."""
    return name if _FIELD.fullmatch(name) and not re.search(r"\d{4}", name) else "another list"


def _found(value: Any, path: Iterable[str]) -> Any:
    for step in path:
        if not isinstance(value, dict):
            return value
        value = value.get(step)
    return value
