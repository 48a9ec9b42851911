"""Cards and bank accounts."""

import re
from collections.abc import Iterator

from dagster_project.listening.personal_data.check_digits import luhn, mod_97
from dagster_project.listening.personal_data.numbers import (
    Digits,
    Run,
    begins_whole,
    ends_whole,
)
from dagster_project.listening.personal_data.spans import Span, said_before

_ISSUERS = (
    # digits it begins with, from and to; lengths (ISO/IEC 7812 ranges as the networks publish them)
    ("4", "4", (13, 16, 19)),  # Visa
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("300", "305", (14, 16)),  # Diners Club
    ("3095", "3095", (14, 16)),
    ("36", "36", (14, 16)),
    ("38", "39", (14, 16)),
    ("35", "35", (16, 17, 18, 19)),  # JCB: 3528 to 3589, and test numbers beside
    ("1800", "1800", (15,)),
    ("2131", "2131", (15,)),
    ("6011", "6011", (16, 17, 18, 19)),  # Discover
    ("644", "649", (16, 17, 18, 19)),
    ("65", "65", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),  # UnionPay
    ("81", "81", (16, 17, 18, 19)),
    ("2200", "2204", (16, 17, 18, 19)),  # Mir
    ("9792", "9792", (16,)),  # Troy
    ("60", "60", (16,)),  # RuPay
    ("5060", "5061", (16, 18, 19)),  # Verve
    ("50", "50", tuple(range(12, 20))),  # Maestro
    ("56", "58", tuple(range(12, 20))),
    ("63", "63", tuple(range(12, 20))),
    ("67", "67", tuple(range(12, 20))),
    ("6", "6", (16, 18, 19)),
)

_CARD_WORDS = re.compile(
    r"\bcards?\b|credit|debit|visa|mastercard|maestro|amex|\bcc\b|karte|\bcarte\b|tarjeta|\bcarta\b"
    r"|cart[ãa]o|\bkaart|\bkart[aęy]\b|\bkort|卡|карт",
    re.IGNORECASE,
)

OTHER_NUMBERS = re.compile(
    r"#\s*$|\b(?:order|orders|ticket|invoice|reference|ref|booking|confirmation|tracking|parcel|case|"
    r"serial|s/n|isbn|ean|imei|timestamp|epoch|"
    r"bestell\w*|auftrag\w*|rechnung\w*|vorgang\w*|sendung\w*|commande|facture|dossier|suivi|colis|"
    r"pedido|factura|ordine|fattura|bestelling|factuur|encomenda|fatura|zam[óo]wieni\w*|faktur\w*)\b",
    re.IGNORECASE,
)
"""What a number is called that is neither a card nor a telephone."""


def find_cards(text: str, run: Run) -> Iterator[Span]:
    """Cards: an issuer's first digits, its length, Luhn, and groups as they are embossed."""
    until = 0
    for part in run.parts(12, 19):
        if part.start >= until and _is_card(text, part):
            until = part.end
            yield Span(part.start, part.end, "card")


def _is_card(text: str, part: Digits) -> bool:
    digits = part.joined
    return (
        _is_grouped_like_a_card(part.shape)
        and (_has_issuer(digits) or said_before(_CARD_WORDS, text, part.start))
        and luhn(digits)
        and len(set(digits)) > 1
        and begins_whole(text, part.start)
        and ends_whole(text, part.end)
        and text[part.start - 1 : part.start] != "+"
        and (
            len(digits) >= 14
            or not said_before(OTHER_NUMBERS, text, part.start)
            or said_before(_CARD_WORDS, text, part.start)
        )
    )


def _has_issuer(digits: str) -> bool:
    return any(
        first <= digits[: len(first)] <= last and len(digits) in lengths
        for first, last, lengths in _ISSUERS
    )


def _is_grouped_like_a_card(shape: tuple[int, ...]) -> bool:
    if len(shape) == 1 or shape in ((4, 6, 5), (4, 6, 4), (8, 8), (6, 13), (4, 4, 5), (8, 4)):
        return True
    return all(size == 4 for size in shape[:-1]) and shape[-1] <= 4


_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2}[ -]?\d{2})(?=[ -]?[A-Za-z0-9])")

_IBAN_REGISTRY = (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 "
    "CY:28 CZ:24 DE:22 DJ:27 DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 "
    "GE:22 GI:23 GL:18 GR:27 GT:28 HN:28 HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 "
    "KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19 MN:20 "
    "MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 "
    "RU:33 SA:24 SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 "
    "UA:29 VA:22 VG:24 XK:20 YE:30"
)
"""SWIFT's IBAN registry, release 98: how long a country's are."""

_IBAN_LENGTHS = {pair[:2]: int(pair[3:]) for pair in _IBAN_REGISTRY.split()}


def find_ibans(text: str) -> Iterator[Span]:
    """IBANs: as long as their country's are, and ISO 7064's check digits."""
    for span in like_ibans(text):
        said = re.sub(r"[ -]", "", text[span.start : span.end]).upper()
        if mod_97(said[4:] + said[:4]) == 1:
            yield span


def like_ibans(text: str) -> Iterator[Span]:
    """What has an IBAN's length, mistyped ones too: their digits are nobody's telephone."""
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[1][:2].upper())
        end = length and _end_of(text, match.start(), length)
        if not end or (end < len(text) and text[end].isalnum()):
            continue
        yield Span(match.start(), end, "iban")


def _end_of(text: str, start: int, length: int) -> int | None:
    """The place behind so many letters and digits, single spaces or dashes between them."""
    taken = 0
    for place in range(start, min(start + 2 * length, len(text))):
        char = text[place]
        if char.isascii() and char.isalnum():
            taken += 1
            if taken == length:
                return place + 1
        elif char not in " -" or text[place - 1] in " -":
            return None
    return None
