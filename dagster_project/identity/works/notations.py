"""How numerals, sizes and variants are written in titles: patterns in RE2's grammar.

All read texts in lower case and without accents.
"""

from collections.abc import Sequence

ROMAN = (
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv",
    "xvi", "xvii", "xviii", "xix", "xx",
)  # fmt: skip
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
_MARKS = (
    "volumes?", "vols?", "v", "bande?", "bd", "tomes?", "tomo", "tom", "t", "teil", "parts?", "pts?",
    "partie", "parte", "livre", "libro", "buch", "book", "bk", "no", "nos", "nr", "num", "number",
    "numero", "opus", "op", "disc", "disk", "cd", "dvd", "season", "series", "staffel", "saison",
    "episode", "ep", "folge", "chapter", "edition", "ed", "issue", "heft", "version", "ver", "mark",
    "mk", "generation", "gen", "type", "level",
)  # fmt: skip
_COUNTED = (
    "edition", "ed", "edn", "generation", "gen", "series", "season", "auflage", "aufl", "ausgabe",
    "staffel", "saison", "band", "teil",
)  # fmt: skip
_UNITS = (
    "tb", "gb", "mb", "kb", "megapixels?", "mp", "ghz", "mhz", "hz", "watts?", "w", "volts?", "mah",
    "kg", "g", "lbs?", "oz", "ml", "cl", "l", "mm", "cm", "m", "ft", "inches", "inch", "packs?",
    "pk", "count", "ct", "pieces?", "pcs?", "users?", "pages?", "sheets?",
)  # fmt: skip


def _any(words: Sequence[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_LONG = tuple(numeral for numeral in ROMAN if len(numeral) > 1 and numeral != "xx")
_NUMERAL = rf"[0-9]{{1,4}}|{_any(ROMAN)}|{_any(WORDS)}"
_MARK = rf"\b(?:{_any(_MARKS)})\b[\s.:#]*"
_ORDINAL_END = r"(?:st|nd|rd|th|e|er|\.)?\s*"

MARKED = rf"{_MARK}({_NUMERAL})\b"
"""``vol. 2``, ``part iv``, ``book two``"""

GLUED = r"\b(?:vol|v|pt|no|mk|mark|cd|ep|bd)\.?([0-9]{1,3})\b"
"""``v2``, ``mk3``"""

SIGNED = r"#\s*([0-9]{1,4})\b"
"""``#12``"""

COUNTING = rf"\b([0-9]{{1,2}}{_ORDINAL_END}|(?:{_any(ORDINALS)})\s+)(?:{_any(_COUNTED)})\b"
"""``2nd edition``, ``third series``"""

ENDING = r"[\p{L}\p{N})]\s+([0-9]{1,4}|i)\s*(?:$|[:(\[,;/]|\s[-\x{2013}\x{2014}])"
"""A number at the end of a title, or of what stands before a colon, bracket, comma or dash."""

STANDING = rf"\S\s+({_any(_LONG)})\b"
"""Roman numerals of two letters or more are numerals wherever they stand."""

WRITTEN = rf"(?:^|[^0-9])([1-9][0-9]*|\b(?:{_any(_LONG)})\b)"
"""Any numeral, run together with words too; zeros before it are a track's."""

FOLLOWING = r"(\p{L}[\p{L}\p{N}]*)[\s.]+([0-9]{1,4})\b"
"""A number after a word, and the word."""

SIZE = rf"([0-9]+(?:[.,][0-9]+)?)[\s-]?({_any(_UNITS)})"
"""A number and its unit."""

SIZED = rf"\b{SIZE}\b"

BESIDE_MODEL = r"[0-9]\p{L}*\s+(\p{L}+)\b"
"""A word after a model or number: ``bk256 pro``."""

BEFORE_MODEL = r"\b(\p{L}+)\s+\p{L}*[0-9]"
"""A word before one: ``pro 5``."""

CLOSING = r"\S[\s(\[]+(\p{L}+)\s*(?:$|[:(\[)\],;/]|\s[-\x{2013}\x{2014}])"
"""The last word of a title, or of what stands before a colon, bracket, comma or dash."""

BRACKETED = r"[(\[](\p{L}+)[)\]]"
"""A word alone in brackets: ``(live)``."""

SYNONYMS = (
    (r"([\p{L}\p{N}])\+", r"\1 plus "),
    (r"\bprofessional\b", "pro"),
    (r"\bde luxe\b", "deluxe"),
    (r"\b(?:remixed|rmx)\b", "remix"),
)

_SINGLE = tuple((n, numeral) for n, numeral in enumerate(ROMAN, start=1) if len(numeral) == 1)

_ONE_NOTATION = (
    *SYNONYMS,
    (SIZED, r"\1\2"),
    *((rf"{_MARK}\b{numeral}\b", str(n)) for n, numeral in _SINGLE),
    *((rf"\b{numeral}\b", str(ROMAN.index(numeral) + 1)) for numeral in _LONG),
    (r"(\S\s+)i\s*$", r"\1 1"),
    (rf"{_MARK}([0-9]{{1,4}})\b", r"\1"),
    (GLUED, r"\1"),
    (rf"\b([0-9]{{1,2}}){_ORDINAL_END}(?:{_any(_COUNTED)})\b", r"\1"),
)


def replaced(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """SQL: a text in which the patterns are replaced one after the other."""
    for pattern, replacement in pairs:
        text = f"regexp_replace({text}, '{pattern}', '{replacement}', 'g')"
    return text


def one_notation(text: str) -> str:
    """SQL: a text with marks dropped and numerals in figures: ``Vol. II`` and ``2`` are ``2``."""
    return replaced(text, _ONE_NOTATION)
