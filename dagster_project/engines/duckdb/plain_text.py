"""Text as most of it is, told apart from the rest before a slow function is asked.

``trim`` and regular expressions take longer than anything else that is done to a short text, and
most texts would come out of them as they went in.
"""

PLAIN_NAME = "^[a-z0-9 ]*$"
"""A folded text of words and blanks."""


def is_trimmed(text: str) -> str:
    """SQL: surely nothing to trim: no blank on either side, and no letter that may be a wide one."""
    return (
        f"not starts_with({text}, ' ') and not ends_with({text}, ' ') "
        f"and strlen({text}) = length({text})"
    )


def trimmed(text: str) -> str:
    """SQL: ``trim`` of a text, called where there is something to trim."""
    return f"case when {is_trimmed(text)} then {text} else trim({text}) end"


def replaced(text: str, pattern: str, by: str, *, unless: str) -> str:
    """SQL: all of a pattern replaced; ``unless`` is a pattern of texts that surely have none."""
    return (
        f"case when regexp_matches({text}, '{unless}') then {text} "
        f"else regexp_replace({text}, '{pattern}', '{by}', 'g') end"
    )
