"""Which remarks of a reader want somebody to act, and which are about consent.

A remark is taken for something to look at unless its kind is listed here as information.
"""

import re
from dataclasses import dataclass

_INFORMATION = re.compile(
    r"kept in _extra|the text; the file itself is kept|repaired|nothing to do|read as they stand"
    r"|not stored: shown by the author|completeness: |held NUL characters"
    r"|still being written"
)
"""What was done is right, or is the wish of somebody else, and nobody has to do anything."""

_NARROWER = "narrower than before"
"""A column that is missing, of consent too, leaves what people said as it was."""

_CONSENT = re.compile(
    r"mailchimp_member status_|consent|opt(?:ed|s)?[ _-]?(?:in|out)|unsub|subscri"
    r"|do[ _-]?not[ _-]?(?:call|contact|mail|e-?mail)",
    re.IGNORECASE,
)


def asks_for_something(note: str) -> bool:
    """Whether somebody should act on a remark."""
    return is_about_consent(note) or not _INFORMATION.search(note)


def is_about_consent(words: str) -> bool:
    """Whether a rule's name or a remark is about what a person agreed to, read or misread."""
    return not words.startswith(_NARROWER) and bool(_CONSENT.search(words))


@dataclass(frozen=True)
class Remark:
    """What a reader says of a file or an API beside its rows."""

    place: str
    words: str

    @property
    def asks_for_something(self) -> bool:
        """Whether somebody should act on it; the name of its file decides nothing."""
        return asks_for_something(self.words)

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"
