"""One person's values, and texts and JSON without them.

Belongs here: what counts as naming a person in a text, and what stays of it. Does not belong here:
files and tables (``originals``, and the rooms above).
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dagster_project.consent.identifiers import NETWORKS, spaced

MASK = "[erased]"
"""What stands in a text for what named a person."""

_ADDRESS = re.compile(r"""[^\s<>,;:"'()\[\]/=?&]+@[\w.-]*\w""")
_HANDLE = re.compile(r"@((?:<[^>]*>)*)([\w.-]*\w(?:@[\w.-]*\w)?)")
_LINK = re.compile(r"https?://([\w.-]+)(/[^\s\"'<>]*)", re.IGNORECASE)
_PHONE = re.compile(r"\+?\(?\d[\d ().\-/]{5,18}\d")
_WORD = re.compile(r"did:[a-z]+:[\w.%-]*\w|[\w.+-]+@[\w.-]*\w|[\w-][\w.-]*\w")
WORD_SQL = _WORD.pattern.replace(r"[\w", r"[\p{L}\p{N}_").replace(r"\w", r"[\p{L}\p{N}_]")
"""The words of a text for the engine, whose ``\\w`` knows no letter beyond ASCII."""

NUMBER_SQL = _PHONE.pattern
"""Telephone numbers in a text, for the engine."""

_LIKE_AN_ID = 8
"""Characters from which an id is masked in texts as well; shorter ones are other things too."""

_OTHERS = re.compile(
    r"repl|parent|root|mention|quot|repost|reblog|retweet|thread|conversation|associated|"
    r"merged|target|to_user|facet|ancestor|context|related"
)
"""Names of fields by which a thing refers to another: a person there is not whom it is about."""


@dataclass(frozen=True)
class Values:
    """What names somebody: addresses and handles in lower case, ids, digits of numbers.

    ``ids`` are of people; ``events`` of what they wrote, by which others' things refer to it.
    ``local_handles`` are written without their server where that is the place.
    """

    emails: frozenset[str] = frozenset()
    handles: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    local_handles: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.emails or self.handles or self.phones or self.ids or self.events)

    @cached_property
    def words(self) -> frozenset[str]:
        """All that stands in a text as one word, lower case."""
        long = (i.lower() for i in self.ids | self.events if len(i) >= _LIKE_AN_ID)
        return frozenset({*self.emails, *self.handles, *long})

    @cached_property
    def pattern(self) -> str | None:
        """A pattern that every lower-case text fits that names them; none where they are many."""
        if len(self.needles) > _FEW_NEEDLES:
            return None
        words = map(re.escape, self.needles - self.phones)
        return "|".join(sorted({*words, *map(spaced, self.phones)})) or None

    @cached_property
    def needles(self) -> frozenset[str]:
        """What a text holds as one word (``WORD_SQL``), or as a number's digits, if it names them.

        A word that others' words may be parts of: it says where to look, not that they are named.
        """
        parts = (max(_WORD.findall(word) or [""], key=len) for word in self.words)
        return frozenset({*parts, *self.phones} - {""})

    def are_in(self, text: str) -> bool:
        """Whether a text names them at all; nothing is missed, and little is said too much."""
        lower = text.lower()
        if len(self.words) <= _FEW_WORDS:
            if any(word in lower for word in self.words):
                return True
        else:
            words = set(_WORD.findall(lower))
            if not words.isdisjoint(self.needles):
                return True
            if not {w.partition("@")[0] for w in words if "@" in w}.isdisjoint(self.needles):
                return True
        if len(self.phones) <= _FEW_WORDS:
            return self._some_phone is not None and self._some_phone.search(text) is not None
        return not self.phones.isdisjoint(_numbers(text))

    @cached_property
    def _some_phone(self) -> re.Pattern[str] | None:
        """Any of a few numbers, however it is written."""
        return re.compile("|".join(map(spaced, sorted(self.phones)))) if self.phones else None

    def is_about(self, value: str) -> bool:
        """Whether a cell or field is one of them as a whole."""
        plain = value.strip().lower()
        bare = plain.removeprefix("@")
        return (
            plain in self.emails
            or bare in self.handles
            or value.strip() in self.ids
            or (bool(self.phones) and _is_number(plain) and _digits(plain) in self.phones)
        )

    def without(self, cell: str) -> str | None:
        """A cell that refers to people or to what they wrote, less the ones that are meant."""
        parts = re.split(r"(\s*[;,|]\s*)", cell)
        kept = "".join(
            "" if self.is_about(p) or p in self.events else self.masked(p) for p in parts
        )
        return (kept.strip(" ;,|") or None) if kept != cell else cell

    def masked(self, text: str) -> str:
        """A text of somebody else without what names them."""
        text = _ADDRESS.sub(
            lambda m: MASK if m.group().lower() in self.emails else m.group(), text
        )
        text = _LINK.sub(self._link, text)
        text = _HANDLE.sub(self._handle, text)
        text = _PHONE.sub(
            lambda m: MASK if _digits(m.group()) in self.phones else m.group(), text
        )
        if self._ids_in_texts is not None:
            text = self._ids_in_texts(text)
        return text

    def _handle(self, found: re.Match[str]) -> str:
        name = found.group(2).lower()
        return MASK if name in self.handles or name in self.local_handles else found.group()

    def _link(self, found: re.Match[str]) -> str:
        """An address whose path names them, as profiles and their posts have it."""
        server, path = found.group(1).lower(), found.group(2).lower()
        for part in re.split(r"[/?&=#]", path):
            name = part.removeprefix("@")
            if name in self.handles or f"{name}@{server}" in self.handles:
                return MASK
        return found.group()

    @cached_property
    def _ids_in_texts(self) -> Callable[[str], str] | None:
        wanted = {i for i in self.ids | self.events if len(i) >= _LIKE_AN_ID}
        if not wanted:
            return None
        if len(wanted) <= _FEW:
            one = re.compile("|".join(sorted(map(re.escape, wanted), key=len, reverse=True)))
            return lambda text: one.sub(MASK, text)
        return lambda text: _ID.sub(lambda m: MASK if m.group() in wanted else m.group(), text)


_FEW_WORDS = 8
"""Up to so many are quicker looked for one by one than by taking a text into its words."""

_FEW_NEEDLES = 60
"""Up to so many literals the engine looks for in one pass over a text."""

_FEW = 200
"""Up to so many values are looked for one by one; more by going through a text's words."""

_ID = re.compile(r"at://[\w:./%-]+|did:[a-z]+:[\w.%-]*\w|[\w=+-]{8,}")


@dataclass
class Done:
    """What taking somebody out has done: things removed, and things that lost a mention."""

    removed: int = 0
    masked: int = 0
    notes: list[str] = field(default_factory=list)


def without(values: Values, document: Any, done: Done) -> tuple[Any, bool]:
    """A JSON document without them, and whether the whole of it is about them.

    The smallest element of a list goes that is about them: a comment goes from under a post, an
    event from a batch. What refers to them in somebody else's thing is taken out of it.
    """
    if isinstance(document, dict):
        return _object_without(values, document, done)
    if isinstance(document, list):
        kept = []
        for element in document:
            shorter, is_about = without(values, element, done)
            if is_about:
                done.removed += 1
            else:
                kept.append(shorter)
        return kept, False
    text = (
        str(document)
        if isinstance(document, int) and not isinstance(document, bool)
        else document
    )
    if not isinstance(text, str):
        return document, False
    if values.is_about(text):
        return None, True
    masked = values.masked(text) if len(text) >= 4 else text
    if masked != text:
        done.masked += 1
        return masked, False
    return document, False


def _object_without(
    values: Values, document: dict[str, Any], done: Done
) -> tuple[dict[str, Any], bool]:
    kept: dict[str, Any] = {}
    whole = False
    for name, value in document.items():
        if values.is_about(name):
            done.removed += 1
            continue
        shorter, is_about = without(values, value, done)
        if is_about and not _OTHERS.search(name.lower()):
            whole = True
        elif is_about:
            done.masked += 1
        kept[name] = shorter
    return kept, whole


def masked_json(values: Values, text: str) -> str:
    """A row's JSON without them, where the row itself is somebody else's."""
    try:
        document = json.loads(text)
    except ValueError:
        return values.masked(text)
    shorter, _ = without(values, document, Done())
    return json.dumps(shorter, ensure_ascii=False, separators=(",", ":"))


def values_of(
    keys: Iterable[str], *, source: str | None = None, vendor: str | None = None
) -> Values:
    """The values that keys stand for (``consent.identifiers``).

    ``source``: ids and spellings of numbers of this source alone; ``vendor``: handles of this
    network alone, where it is one.
    """
    found: dict[str, set[str]] = {
        name: set() for name in ("email", "handle", "phone", "id", "event")
    }
    for key in keys:
        kind, _, value = key.partition("|")
        owner, _, rest = value.partition(":" if kind in {"id", "event"} else "|")
        if kind in {"email", "phone"}:
            found[kind].add(value)
        elif kind == "handle" and (vendor not in NETWORKS or owner == vendor):
            found["handle"].add(rest)
        elif kind == "written" and source in {None, owner}:
            found["phone"].add(rest)
        elif kind == "id" and source in {None, owner}:
            found["id"].update(_spellings(rest.partition(":")[2]))
        elif kind == "event" and source in {None, owner}:
            found["event"].add(rest)
    here = {h.partition("@")[0] for h in found["handle"]} if vendor == "mastodon" else set()
    return Values(
        emails=frozenset(found["email"]),
        handles=frozenset(found["handle"]),
        phones=frozenset(found["phone"]),
        ids=frozenset(found["id"]),
        events=frozenset(found["event"]),
        local_handles=frozenset(here),
    )


def _spellings(native: str) -> tuple[str, ...]:
    """An id; of Salesforce's with 15 characters the one with 18 as well."""
    if re.fullmatch(r"[A-Za-z0-9]{15}", native, re.ASCII) is None:
        return (native,)
    chunks = (native[start : start + 5] for start in (0, 5, 10))
    bits = (sum(1 << place for place, c in enumerate(chunk) if c.isupper()) for chunk in chunks)
    return native, native + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[b] for b in bits)


def _numbers(text: str) -> list[str]:
    """The digits of all numbers in a text."""
    return "\n".join(_PHONE.findall(text)).translate(_NO_DIGITS).split("\n")


_NO_DIGITS = dict.fromkeys(map(ord, "+ ().-/"))


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _is_number(text: str) -> bool:
    return len(text) <= 24 and _PHONE.fullmatch(text) is not None
