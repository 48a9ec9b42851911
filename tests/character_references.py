"""Writes ``dbt/macros/staging/entities.sql`` from the standard's list of character references.

``python -m tests.character_references`` after a new version of the list; a test holds them together.
"""

import unicodedata
from collections.abc import Iterator
from html.entities import html5
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "dbt" / "macros" / "staging" / "entities.sql"
_WIDTH = 96

_HEAD = """\
{# All names of HTML's character references with what each stands for (WHATWG HTML, section 13.5),
   written by `python -m tests.character_references`. A quote is doubled, as the SQL literal this
   becomes needs it. #}
{% macro named_characters() -%}
    {{- return([
"""
_TAIL = """\
    ] | join('')) -}}
{%- endmacro %}
"""


def names() -> dict[str, str]:
    """Every name that ends with a semicolon, without it."""
    return {name[:-1]: text for name, text in html5.items() if name.endswith(";")}


def macro() -> str:
    """The file's text."""
    return _HEAD + "".join(f'        "{line}",\n' for line in _lines()) + _TAIL


def _lines() -> Iterator[str]:
    line = ""
    for name, text in sorted(names().items(), key=lambda entry: (entry[0].lower(), entry[0])):
        entry = f"|{name}:{_literal(text)}"
        if line and len(line) + len(entry) > _WIDTH:
            yield line
            line = ""
        line += entry
    yield line


def _literal(text: str) -> str:
    """As a Jinja text: what cannot be seen, or joins what stands before it, by its number."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "'":
        return "''"
    if (
        unicodedata.category(character)[0] in "CMZ"
        or unicodedata.bidirectional(character) == "R"
    ):
        number = ord(character)
        return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    return character


if __name__ == "__main__":
    FILE.write_text(macro(), encoding="utf-8")
