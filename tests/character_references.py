"""Writes ``dbt/macros/staging/entities.sql`` from the standard's list of character references.

``python -m tests.character_references`` after a new version of the list; a test holds them together.
"""

import unicodedata
from collections.abc import Iterator
from html.entities import html5
from pathlib import Path
from string import ascii_lowercase

FILE = Path(__file__).resolve().parents[1] / "dbt" / "macros" / "staging" / "entities.sql"
_WIDTH = 84

_HEAD = """\
{# All names of HTML's character references with what each stands for (|name:text|…; WHATWG HTML,
   section 13.5), by their first letter, so that none is looked for among two thousand. Written by
   `python -m tests.character_references`. A quote is doubled, as the SQL literals need it. #}
{% macro named_characters(first_letter) -%}
    case lower({{ first_letter }})
"""
_TAIL = """\
    end
{%- endmacro %}
"""


def names() -> dict[str, str]:
    """Every name that ends with a semicolon, without it."""
    return {name[:-1]: text for name, text in html5.items() if name.endswith(";")}


def macro() -> str:
    """The file's text."""
    return _HEAD + "".join(_letter(letter) for letter in ascii_lowercase) + _TAIL


def _letter(letter: str) -> str:
    lines = "".join(f'            "{line}",\n' for line in _lines(letter))
    return f"        when '{letter}' then '{{{{ [\n{lines}        ] | join('') }}}}'\n"


def _lines(letter: str) -> Iterator[str]:
    line = ""
    for name, text in sorted(names().items(), key=lambda entry: (entry[0].lower(), entry[0])):
        if name[0].lower() != letter:
            continue
        entry = f"|{name}:{_literal(text)}"
        if line and len(line) + len(entry) > _WIDTH:
            yield line
            line = ""
        line += entry
    if line:
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
