"""Which column of a file is which column of a stream, whatever case or label it carries.

Belongs here: matching of header cells, hints for renamed columns.
Does not belong here: the vendors' labels (each vendor's module has its own).
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from dagster_project.domain.streams import StreamSpec

Aliases = Mapping[str, Sequence[str]]
"""Landing column → labels it may carry beside its own name, best first."""


@dataclass(frozen=True)
class HeaderMatch:
    """Where each landing column stands in a file (0-based), and what is left over.

    ``extras`` are (position, label) of columns the spec does not know; labels are unique.
    """

    positions: Mapping[str, int]
    extras: tuple[tuple[int, str], ...]
    missing: tuple[str, ...]


@lru_cache(maxsize=4096)
def fold(label: str) -> str:
    """A label without case, accents, blanks and punctuation: ``Record ID`` → ``recordid``."""
    decomposed = unicodedata.normalize("NFKD", label).casefold()
    return "".join(char for char in decomposed if char.isalnum())


def match_header(
    header: Sequence[str],
    spec: StreamSpec,
    *,
    aliases: Aliases | None = None,
    configured: Mapping[str, str] | None = None,
    given: Collection[str] = (),
) -> HeaderMatch:
    """Assign header cells to the spec's columns: configured label, own name, aliases in order.

    Columns that are ``given`` from elsewhere take no cell.
    """
    folded = [fold(label) for label in header]
    positions: dict[str, int] = {}
    for wanted in _by_preference(spec, aliases or {}, configured or {}):
        for column, label in wanted:
            position = _first_free(folded, label, positions)
            if column not in positions and column not in given and position is not None:
                positions[column] = position
    extras = _name_extras(header, set(positions.values()))
    missing = tuple(column for column in spec.required if column not in positions)
    return HeaderMatch(positions, extras, missing)


def find_hints(
    match: HeaderMatch,
    spec: StreamSpec,
    aliases: Aliases,
    source: str,
    *,
    never: Collection[str] = (),
    first: Callable[[int], str] = lambda _position: "",
) -> tuple[str, ...]:
    """Columns that are not there though one with a similar label is: they may be renamed.

    ``never``: columns that are known from elsewhere, or that a label alone does not prove.
    ``first``: the first filled cell of a position; a label whose cells are none of the column's
    kind is nobody's hint, and each label is of one column at most.
    """
    lacking = [c for c in spec.columns if c not in match.positions and c not in never]
    alike = [
        (
            max(_alike(fold(label), fold(n)) for n in (column, *aliases.get(column, ()))),
            column,
            label,
        )
        for column in lacking
        for position, label in match.extras
        if is_safe_label(label)
        and _may_hold(spec, column, first(position).strip())
        and not _is_another_flag(column, label, (column, *aliases.get(column, ())))
    ]
    hints: dict[str, str] = {}
    for score, column, label in sorted(alike, key=lambda each: -each[0]):
        if score >= _ALIKE and column not in hints and label not in hints.values():
            hints[column] = label
    return tuple(
        f'column {column} is not there; did you mean "{label}"? If so, add '
        f'`columns: {{{column}: "{label}"}}` under sources.{source} in config/sources.yml'
        for column, label in hints.items()
    )


_TIMES = re.compile(r"(?i).*(_date|_at|_time|_modstamp|timestamp|birthdate|birthday|_changed)")
_FLAGS = re.compile(r"is_|has_|do_not_|unsubscribed_from|archived$|hidden$|verified$")


def _may_hold(spec: StreamSpec, column: str, cell: str) -> bool:
    """Whether a cell is of a column's kind; an empty one proves nothing and solves nothing."""
    if column in spec.key or column.endswith("_id"):
        return bool(cell) and not re.search(r"\s", cell)
    if _TIMES.fullmatch(column):
        return bool(re.search(r"\d", cell))
    if _FLAGS.match(column):
        return 0 < len(cell) <= _LONGEST_FLAG and not re.search(r"\d{2}", cell)
    if column in ("email", "email_address", "recipient"):
        return "@" in cell
    return bool(cell)


def _is_another_flag(column: str, label: str, names: Iterable[str]) -> bool:
    """Whether a label has a word that no name of a flag has: *Is Closed Lost* is no *Is Closed*."""
    known = frozenset().union(*map(_words, names))
    return bool(_FLAGS.match(column)) and any(
        max(SequenceMatcher(None, word, own).ratio() for own in known) < _ALIKE
        for word in _words(label)
    )


def _words(label: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", label.casefold()))


_LONGEST_FLAG = 12
"""Characters of a word for yes or no in any language (``expectations.flags``)."""


def count_known(header: Sequence[str], spec: StreamSpec, aliases: Aliases) -> int:
    """How many of the spec's columns a header names."""
    return len(match_header(header, spec, aliases=aliases).positions)


def with_own_names(header: Sequence[str], configured: Mapping[str, str]) -> list[str]:
    """A header with a company's labels replaced by the landing columns they stand for."""
    own = {fold(label): column for column, label in configured.items()}
    return [own.get(fold(label), label) for label in header]


def is_safe_label(label: str) -> bool:
    """Whether a header cell may stand in a message: a name of a column, not somebody's data."""
    return bool(_LABEL.fullmatch(label)) and "@" not in label and not _DIGITS.search(label)


def extra_note(labels: Sequence[str]) -> str:
    """What is said of columns nobody knows; a label that may be somebody's data is only counted."""
    named = [label for label in labels if is_safe_label(label)][:10]
    listed = f": {', '.join(named)}" if named else ""
    return f"columns this project does not know are kept in _extra ({len(labels)}){listed}"


_LABEL = re.compile(r"[\w .:/()#%&'?-]{1,80}")
_DIGITS = re.compile(r"\d{4,}")


def _by_preference(
    spec: StreamSpec, aliases: Aliases, configured: Mapping[str, str]
) -> list[list[tuple[str, str]]]:
    """Rounds of (column, folded label): a weaker label never takes a column from a stronger."""
    rounds = [
        [
            (column, fold(label))
            for column, label in configured.items()
            if column in spec.columns
        ],
        [(column, fold(column)) for column in spec.columns],
    ]
    longest = max((len(labels) for labels in aliases.values()), default=0)
    rounds.extend(
        [
            (c, fold(labels[i]))
            for c, labels in aliases.items()
            if len(labels) > i and c in spec.columns
        ]
        for i in range(longest)
    )
    return rounds


def _first_free(folded: list[str], label: str, positions: Mapping[str, int]) -> int | None:
    taken = set(positions.values())
    return next((i for i, cell in enumerate(folded) if cell == label and i not in taken), None)


def _name_extras(header: Sequence[str], known: set[int]) -> tuple[tuple[int, str], ...]:
    used: set[str] = set()
    seen: set[str] = set()  # folded labels to the left
    repeats: dict[str, int] = {}
    extras = []
    for position, cell in enumerate(header):
        folded = fold(cell)
        is_repeat = bool(folded) and folded in seen
        seen.add(folded)
        if position in known:
            continue
        label = name = cell.strip() or f"column {position + 1}"
        repeat = repeats.get(label, 1)
        while name in used or (repeat == 1 and is_repeat):
            repeat += 1
            name = f"{label} ({repeat})"
        repeats[label] = repeat
        used.add(name)
        extras.append((position, name))
    return tuple(extras)


_ALIKE = 0.8


def _alike(left: str, right: str) -> float:
    if len(left) < 4 or len(right) < 4:
        return 0.0
    return SequenceMatcher(None, left, right).ratio()
