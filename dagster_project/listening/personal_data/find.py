"""Everything personal in a text, without overlaps; and the text without it."""

import re
from collections.abc import Iterable, Sequence

from dagster_project.listening.personal_data.addresses import (
    find_devices_and_wallets,
    find_emails,
    find_ips,
    find_urls,
)
from dagster_project.listening.personal_data.national_ids import find_national_ids
from dagster_project.listening.personal_data.numbers import digit_runs
from dagster_project.listening.personal_data.payment import find_cards, find_ibans, like_ibans
from dagster_project.listening.personal_data.phones import find_phones
from dagster_project.listening.personal_data.spans import Span, plain

VERSION = 1
"""Of the rules: a finding names it."""

KINDS = ("card", "crypto", "email", "iban", "ip", "mac", "national_id", "phone", "url")

_ANYTHING = re.compile(r"\d|@|://|www\.|\[at\]|\(at\)|:[0-9a-fA-F]*:", re.IGNORECASE)
_NUMBER_OF_A_PERSON = re.compile(r"(?:\d[ .()/+A-Z-]?){6}|[A-Z]{5}\d\d", re.IGNORECASE)
"""What every national number has: six digits together, or letters and digits."""

_FOUR_DIGITS = re.compile(r"(?:\d\D{0,3}){4}")


def find_spans(text: str, regions: Sequence[str] = ()) -> list[Span]:
    """What is personal, in the text's order; ``regions`` (ISO 3166) tell how telephones are dialled.

    Of two that overlap, the one with the stronger proof stays: a checksum before a form. What
    stands inside a link is told beside the link.
    """
    if not _ANYTHING.search(text):
        return []
    read = plain(text)
    links = list(find_urls(read))
    found: list[Span] = []
    _add(found, find_emails(read))
    if _FOUR_DIGITS.search(read):
        runs = list(digit_runs(read))
        for run in runs:
            _add(found, find_cards(read, run))
        _add(found, find_ibans(read))
        _add(found, find_devices_and_wallets(read))
        if _NUMBER_OF_A_PERSON.search(read):
            _add(found, find_national_ids(read, regions))
        _add(found, find_ips(read))
        others = [*links, *like_ibans(read)]
        for run in runs:
            _add(found, find_phones(read, run, regions), not_in=others)
    else:
        _add(found, find_devices_and_wallets(read))
        _add(found, find_ips(read))
    return sorted([*links, *found])


def _add(found: list[Span], more: Iterable[Span], not_in: Sequence[Span] = ()) -> None:
    for span in more:
        if not any(span.overlaps(other) for other in (*found, *not_in)):
            found.append(span)


def redacted(text: str, spans: Iterable[Span]) -> str:
    """The text with ``[kind]`` where something personal stood; a link hides what stands in it."""
    parts = []
    until = 0
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if span.start >= until:
            parts += [text[until : span.start], f"[{span.kind}]"]
            until = span.end
    return "".join([*parts, text[until:]])
