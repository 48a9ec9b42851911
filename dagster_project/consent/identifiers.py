"""What names a person in a landed row, as keys that two rows of one person share.

A key is text: ``email|ada@example.org``, ``phone|33612345678``, ``handle|x|ada_kestrel``,
``id|salesforce_emea:contact:0035g000000008w``, ``event|x_quay:2057387507875373590``. Erasure and
tombstones speak of people in these keys alone, in Python and in the engine by the same rules.

Belongs here: keys of values and the SQL that makes them. Does not belong here: which records are
one person (``identity``).
"""

import re
from collections.abc import Iterable
from functools import cache

from dagster_project.domain.streams import Reference, StreamSpec

ADDRESS = r"""[^\s<>,;:"'()\[\]]+@[^\s<>,;:"'()\[\]@]+"""
"""An e-mail address wherever it stands; cautious at its edges, generous within."""

HANDLE = r"@([\w.-]+(?:@[\w.-]+)?)"
"""A handle in a text."""

PROFILE = r"https?://[\w.-]+/@[\w.-]+"
"""A profile's address that names a handle and its server."""

NUMBER = r"\+?[0-9][0-9 ().\-/]{6,18}[0-9]"
"""A telephone number in a text; anything else of so many digits is looked up in vain."""

NESTED_ID = r'(?:"(?:id|id_str|user_id|did)" *: *"?|/)((?:did:[a-z]+:)?[\w.%-]{3,})'
"""An id in nested JSON, or in the address of a record of Bluesky's."""

_DIGITS_ONLY = "lambda v: regexp_replace(v, '[^0-9]', '', 'g')"

NETWORKS = {
    "x": "user",
    "facebook": "user",
    "instagram": "user",
    "mastodon": "account",
    "bluesky": "profile",
    "discourse": "user",
}
"""Vendors that are networks, and what their people's records are called."""

_SALESFORCE_ID = re.compile(r"[A-Za-z0-9]{18}", re.ASCII)


def email_key(address: str) -> str:
    """The key of an e-mail address."""
    return f"email|{address.strip().lower()}"


def phone_key(digits: str) -> str:
    """The key of a telephone number by its digits in E.164."""
    return f"phone|{re.sub(r'[^0-9]', '', digits)}"


def written_phone_key(source: str, written: str) -> str:
    """The key of a number as one source writes it, for those that no plan can read."""
    return f"written|{source}|{re.sub(r'[^0-9]', '', written)}"


def handle_key(network: str, handle: str) -> str:
    """The key of a handle: without its ``@``, and the last part of a profile's address."""
    path = re.sub(r"^https?://[^/]+/", "", handle.strip().lower())
    return f"handle|{network}|{re.sub(r'^@+|[/?#].*$', '', path)}"


def id_key(record_id: str, vendor: str) -> str:
    """The key of a contact record, ``source:type:id``; the id may hold colons (``did:plc:…``)."""
    source, kind, native = record_id.split(":", 2)
    return f"id|{source}:{kind}:{_plain_id(native, vendor)}"


def event_key(source: str, native_id: str) -> str:
    """The key of a message or case by the source's id."""
    return f"event|{source}:{native_id}"


def keys_sql(spec: StreamSpec, country: str | None, *, about: bool = True) -> str:
    """SQL of a landed row's keys, a list of text: of references that are about the row, or not.

    ``country`` is the source's, for numbers without a prefix.
    """
    lists = [
        _reference_sql(r, spec.vendor, country) for r in spec.people if r.is_about is about
    ]
    wanted = [sql for sql in lists if sql]
    if not wanted:
        return "[]::varchar[]"
    return f"list_filter({_concat(wanted)}, lambda k: k is not null and k not like '%|')"


def text_keys_sql(text: str, vendor: str) -> str:
    """SQL of keys that stand in the free text or JSON ``text``: whom somebody else's row mentions.

    Addresses, numbers, and on a network its handles after an ``@``, profiles' addresses and ids.
    """
    plain = f"lower(regexp_replace({text}, '<[^>]*>', '', 'g'))"
    numbers = f"list_transform(regexp_extract_all({text}, '{NUMBER}'), {_DIGITS_ONLY})"
    found = [
        f"list_transform(regexp_extract_all(lower({text}), '{_quoted(ADDRESS)}'), "
        "lambda v: 'email|' || rtrim(v, '.'))",
        f"list_transform({numbers}, lambda v: 'phone|' || ltrim(v, '0'))",
        f"list_transform({numbers}, lambda v: 'written|' || _source || '|' || v)",
    ]
    if vendor in NETWORKS:
        found += [
            f"list_transform(regexp_extract_all({plain}, '{HANDLE}', 1), "
            f"lambda v: 'handle|{vendor}|' || rtrim(v, '.'))",
            f"list_transform(regexp_extract_all(lower({text}), '{PROFILE}'), "
            f"lambda v: 'handle|{vendor}|' || split_part(v, '/@', 2) || '@' || "
            "split_part(split_part(v, '/@', 1), '//', 2))",
            f"list_transform(regexp_extract_all({text}, '{NESTED_ID}', 1), "
            f"lambda v: 'id|' || _source || ':{NETWORKS[vendor]}:' || v)",
        ]
    return f"flatten([{', '.join(found)}])"


def text_pattern(keys: Iterable[str]) -> str | None:
    """A pattern that every lower-case text fits that ``text_keys_sql`` finds one of a few keys in.

    None where there are too many of them for a pattern to be quicker than taking texts apart.
    """
    wanted: set[str] = set()
    for key in keys:
        wanted.add(_pattern_of(key))
        if len(wanted) > _FEW:
            return None
    return "|".join(sorted(wanted - {""})) or None


_FEW = 60
"""Up to so many literals RE2 looks for in one pass over a text."""


def spaced(digits: str) -> str:
    """A pattern of a number's digits as people write them, for Python and for the engine."""
    return r"[ ().\-/]{0,3}".join(digits)


def _pattern_of(key: str) -> str:
    kind, _, value = key.partition("|")
    if kind in {"phone", "written"}:
        return spaced(value.rpartition("|")[2])
    if kind == "handle":
        return re.escape(value.partition("|")[2].partition("@")[0])
    return re.escape((value.split(":", 2)[-1] if kind == "id" else value).lower())


def has_references(spec: StreamSpec) -> bool:
    """Whether rows of a stream name people at all."""
    return any(r.kind != "json" for r in spec.people)


def own_id_sql(spec: StreamSpec) -> str | None:
    """SQL of the key a row of contacts is known by itself; nothing for other streams."""
    own = next((r for r in spec.people if (r.column,) == spec.key and r.kind != "event"), None)
    return None if own is None else f"({_id_sql(own, spec.vendor)})[1]"


def own_event_sql(spec: StreamSpec) -> str | None:
    """SQL of the key a message or case is known by itself."""
    own = next((r for r in spec.people if (r.column,) == spec.key and r.kind == "event"), None)
    return None if own is None else "'event|' || _source || ':' || _native_id"


def _concat(lists: list[str]) -> str:
    return lists[0] if len(lists) == 1 else f"flatten([{', '.join(lists)}])"


def _reference_sql(reference: Reference, vendor: str, country: str | None) -> str | None:
    column = f'"{reference.column}"'
    match reference.kind:
        case "email":
            found = f"regexp_extract_all(lower(coalesce({column}, '')), '{_quoted(ADDRESS)}')"
            return f"list_transform({found}, lambda v: 'email|' || v)"
        case "phone":
            return _phone_sql(column, country)
        case "handle":
            path = f"regexp_replace(lower(trim({column})), '^https?://[^/]+/', '')"
            bare = f"regexp_replace({path}, '^@+|[/?#].*$', '', 'g')"
            return f"['handle|{reference.network}|' || {bare}]"
        case "json":
            return None
        case "event":
            return _each(reference, "'event|' || _source || ':' || {}")
        case _:
            return _id_sql(reference, vendor)


def _record_sql(column: str) -> str:
    """A record as this project names it, of any source: a Salesforce id counts without its checksum."""
    id_ = f'trim("{column}")'
    short = f"regexp_replace({id_}, '^([^:]*:[^:]*:[A-Za-z0-9]{{15}})[A-Z0-5]{{3}}$', '\\1')"
    return f"list_distinct(['id|' || {id_}, 'id|' || {short}])"


def _id_sql(reference: Reference, vendor: str) -> str:
    if reference.kind == "record":
        return _record_sql(reference.column)
    if reference.kind.endswith("#"):
        found = f"regexp_extract_all(lower(coalesce(\"{reference.column}\", '')), '{_quoted(ADDRESS)}')"
        kind = reference.kind.removesuffix("#")
        return f"list_transform({found}, lambda v: 'id|' || _source || ':{kind}:' || md5(v))"
    return _each(
        reference,
        f"'id|' || _source || ':{reference.kind}:' || " + _PLAIN_ID.get(vendor, "{}"),
    )


def _each(reference: Reference, made: str) -> str:
    column = f'trim("{reference.column}")'
    if not reference.is_list:
        return f"[{made.replace('{}', column)}]"
    parts = f"regexp_extract_all(coalesce({column}, ''), '[^;,\\[\\]\"\\s]+')"
    return f"list_transform({parts}, lambda v: {made.replace('{}', 'v')})"


_PLAIN_ID = {
    "salesforce": (
        "case when regexp_full_match({}, '[A-Za-z0-9]{18}') then left({}, 15) else {} end"
    ),
    "hubspot": "regexp_replace({}, '[.,]0+$', '')",
    "zendesk": "regexp_replace({}, '[.,]0+$', '')",
}


def _plain_id(native: str, vendor: str) -> str:
    if vendor == "salesforce" and _SALESFORCE_ID.fullmatch(native):
        return native[:15]
    return re.sub(r"[.,]0+$", "", native) if vendor in {"hubspot", "zendesk"} else native


def _phone_sql(column: str, country: str | None) -> str:
    """A number as written by its source, and as its digits would be with a country's code."""
    digits = f"regexp_replace({column}, '[^0-9]', '', 'g')"
    rest = f"ltrim({digits}, '0')"
    code = dial_code(country)
    is_international = f"regexp_matches({column}, '^\\s*(\\(?\\+|00)')"
    national = (
        f"['phone|{code}' || {rest}, case when starts_with({digits}, '{code}') "
        f"then 'phone|' || {digits} end]"
        if code
        else f"['phone|' || {rest}]"
    )
    return (
        f"list_append(case when {is_international} then ['phone|' || {rest}] else {national} end, "
        f"'written|' || _source || '|' || {digits})"
    )


@cache
def dial_code(country: str | None) -> str:
    """The digits that numbers of a country begin with abroad; nothing without a country."""
    if not country:
        return ""
    from phonenumbers import country_code_for_region

    return str(country_code_for_region(country) or "")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
