"""What is found in a text, and the text as it is read while looking."""

import re
from dataclasses import dataclass

_DIGIT_ZEROS = (0xFF10, 0x0660, 0x06F0, 0x0966)
"""Where decimal digits of other scripts begin: full width, Arabic, Persian, Devanagari."""

_PLAIN = {
    **{zero + n: str(n) for zero in _DIGIT_ZEROS for n in range(10)},
    **dict.fromkeys((0x00A0, 0x2007, 0x2009, 0x202F, 0x3000, 0x09), " "),
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFF0D), "-"),
    0xFF20: "@",
    0xFF0E: ".",
    0xFF0B: "+",
    0xFF1A: ":",
}


@dataclass(frozen=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of the text as it was given."""

    start: int
    end: int
    kind: str

    def overlaps(self, other: "Span") -> bool:
        """Whether both have a character in common."""
        return self.start < other.end and other.start < self.end


def plain(text: str) -> str:
    """The text with digits, spaces and dashes of other scripts as ASCII: every place stays."""
    return text if text.isascii() else text.translate(_PLAIN)


def said_before(words: re.Pattern[str], text: str, start: int, *, within: int = 40) -> bool:
    """Whether one of the words stands shortly before a place, in the same sentence."""
    before = text[max(0, start - within) : start]
    last = None
    for last in words.finditer(before):  # noqa: B007 — the nearest one
        pass
    if last is None:
        return False
    between = _LABEL_END.sub("", before[last.end() :], count=1)
    return not _SENTENCE_END.search(between)


_LABEL_END = re.compile(r"[:：]\s+$")
"""A label may stand on the line before."""

_SENTENCE_END = re.compile(r"[!?\n]|\.\s")
