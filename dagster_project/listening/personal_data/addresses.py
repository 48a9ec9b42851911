"""Addresses of the network: e-mail, web, IP, devices, wallets."""

import ipaddress
import re
from collections.abc import Iterator
from hashlib import sha256

from dagster_project.listening.personal_data.spans import Span, said_before

_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+$")
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:xn--[A-Za-z0-9-]{2,59}|[^\W\d_]{2,24})(?![\w@])"
)
_BEFORE, _AFTER = 65, 255
"""RFC 5321: 64 characters of the mailbox, 255 of the domain; one more shows that it goes on."""

_WRITTEN_OUT = re.compile(
    r"\b[\w.+-]{1,64}\s?[\[({<]\s?(?:at|ät|arroba|chez|@)\s?[\])}>]\s?[\w-]{1,63}"
    r"(?:\s?(?:\.|[\[({<]\s?(?:dot|punkt|punto|point|ponto|\.)\s?[\])}>])\s?[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)


def find_emails(text: str) -> Iterator[Span]:
    """Addresses around every @; a handle of the Fediverse (@name@server) is none."""
    place = text.find("@")
    while place >= 0:
        local = _LOCAL.search(text[max(0, place - _BEFORE) : place])
        domain = _DOMAIN.match(text, place + 1, place + 1 + _AFTER)
        if local and domain and (said := local[0].lstrip(".'`*/={|~!#?&^-").rstrip(".")):
            start = place - len(local[0]) + local[0].index(said)
            cut = max(said.rfind(mark) for mark in "=/&?|") + 1  # of a link's query
            if text[start - 1 : start] not in ("@", ":@") and len(said) - cut > 0:
                yield Span(start + cut, domain.end(), "email")
        place = text.find("@", place + 1)
    if "at" in text or "@" in text or "arroba" in text:
        for match in _WRITTEN_OUT.finditer(text):
            yield Span(match.start(), match.end(), "email")


_URL = re.compile(
    r"(?:https?://|ftp://|(?<![\w@./-])www\.)[^\s<>\"'“”«»]{3,2000}", re.IGNORECASE
)


def find_urls(text: str) -> Iterator[Span]:
    """Links, without the stop or bracket of the sentence they stand in."""
    for match in _URL.finditer(text):
        end = match.end()
        while end > match.start() and (
            text[end - 1] in ".,;:!?…'*_~"
            or (text[end - 1] in ")]}" and _is_unopened(text[match.start() : end]))
        ):
            end -= 1
        yield Span(match.start(), end, "url")


def _is_unopened(link: str) -> bool:
    opening = {")": "(", "]": "[", "}": "{"}[link[-1]]
    return link.count(link[-1]) > link.count(opening)


_IPV4 = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?!\w|\.\d)"
)
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{0,44}[0-9a-fA-F:](?![\w:])")
_VERSION = re.compile(
    r"(?:\b(?:v|ver|version|versión|versione|versie|wersj[aię]|firmware|build|release|patch|update|"
    r"section|chapter|kapitel|abschnitt|ios|android|windows|macos|chrome)\b\.?|§)[\s:]*$",
    re.IGNORECASE,
)


_NETWORK = re.compile(r"\b(?:ip|dns|ping|host|server|gateway|address|adresse|router)\b", re.I)


def find_ips(text: str) -> Iterator[Span]:
    """IPv4 and IPv6; four numbers with points behind the word version are a version."""
    if text.count(":") >= 2:
        for match in _IPV6.finditer(text):
            if _is_ipv6(match[0]):
                yield Span(match.start(), match.end(), "ip")
    for match in _IPV4.finditer(text):
        if said_before(_VERSION, text, match.start(), within=12):
            continue
        if not _is_outline(match[0]) or said_before(_NETWORK, text, match.start()):
            yield Span(match.start(), match.end(), "ip")


def _is_outline(said: str) -> bool:
    """Four single digits number a paragraph more often than a machine; 8.8.4.4 is a machine."""
    return len(said) == 7 and len(set(said)) > 3


def _is_ipv6(said: str) -> bool:
    if said.count(":") < 2 or not any(char.isdigit() for char in said):
        return False
    try:
        ipaddress.IPv6Address(said)
    except ValueError:
        return False
    return True


_MAC = re.compile(
    r"(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])", re.I
)
_WALLET = re.compile(r"(?<!\w)(?:0x[0-9a-fA-F]{40}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71})(?!\w)")  # fmt: skip
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def find_devices_and_wallets(text: str) -> Iterator[Span]:
    """Hardware addresses, and wallets whose checksum is right (Ethereum's has none in lower case)."""
    for match in _MAC.finditer(text):
        yield Span(match.start(), match.end(), "mac")
    for match in _WALLET.finditer(text):
        if _is_wallet(match[0]):
            yield Span(match.start(), match.end(), "crypto")


def _is_wallet(said: str) -> bool:
    if said.startswith("0x"):
        return True
    return _is_bech32(said) if said.startswith("bc1") else _is_base58(said)


def _is_base58(said: str) -> bool:
    value = 0
    for char in said:
        value = value * 58 + _BASE58.index(char)
    if value >= 1 << 200:
        return False
    held = value.to_bytes(25, "big")
    return sha256(sha256(held[:-4]).digest()).digest()[:4] == held[-4:]


def _is_bech32(said: str) -> bool:
    """BIP 173 and 350: the checksum of the words behind ``bc1``."""
    check = 1
    generator = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    for value in [
        3,
        3,
        0,
        2,
        3,
        *(_BECH32.index(char) for char in said[3:]),
    ]:  # "bc" spread out
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit in range(5):
            check ^= generator[bit] if top >> bit & 1 else 0
    return check in (1, 0x2BC830A3)
