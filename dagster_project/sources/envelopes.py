"""Answers taken out of what stands around them: queues, functions, buses, gateways, collections.

An envelope is opened only where its reader knows nothing of the value itself and knows something
inside it: a person's own lists are never taken for rows, and what a reader does not know is
counted. Nothing here depends on a vendor.

Shapes that are opened, from their makers' references: API Gateway and Lambda (``body``, also in
base64), SQS (``Records[].body``, ``Messages[].Body``), SNS (``Message``), EventBridge (``detail``),
Kinesis and Firehose (``data`` in base64, also gzipped), Pub/Sub (``message.data``), CloudEvents
(``data``, ``data_base64``), Kafka Connect and Debezium (``payload``, ``after``), Singer and Airbyte
(``record``), GraphQL (``edges[].node``), OData (``value``, ``d.results``), Elasticsearch
(``hits.hits[]._source``), HAR (``log.entries[].response.content.text``).
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Set
from itertools import islice
from typing import Any, NamedTuple

from dagster_project.sources.headers import fold
from dagster_project.sources.json_exact import loads
from dagster_project.sources.remainder import OTHER_VALUES, Remainder, shown_field

Known = Callable[[Any], bool]
"""Whether a reader knows what a value is: a page, a record or an event of its vendor."""

DEEPEST = 10
"""Levels an answer may lie below: an SQS event with an SNS message with a HAR file has seven."""

_LARGEST_UNPACKED = 1 << 26
"""Bytes a gzipped body may unpack to; queues and buses carry no message of more than 10 MB."""


class _Opened(NamedTuple):
    """Whether anything known lay inside, and how many things of no known kind."""

    holds: bool
    missed: int


def opened(value: Any, is_known: Known, rest: Remainder) -> Iterator[Any]:
    """The known values in one value, itself first; what is none of them is counted by name."""
    if is_known(value):  # nearly every value of nearly every file
        yield value
        return
    found = yield from _open(value, is_known, rest, 0)
    rest.leave_out(OTHER_VALUES, found.missed)


def items_of(
    page: Any, key: str, rest: Remainder, *, beside: Set[str] = frozenset()
) -> list[Any]:
    """The list a page has under ``key``, or the value as its only item.

    What else stands in the page as a list of objects is counted by its name, unless it is told
    of elsewhere (``beside``).
    """
    found = page.get(key) if isinstance(page, dict) else None
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        return [page]
    for name, other in page.items():
        if name == key or name in beside or not isinstance(other, list):
            continue
        objects = sum(isinstance(item, dict) for item in other)
        if objects and fold(name) not in _BESIDE:
            rest.leave_out(f"items of {shown_field(name)}", objects)
    return found


def edge_of(above: Mapping[str, Any], name: str, rest: Remainder) -> Mapping[str, Any]:
    """A list of the Graph API inside another object; one that lost its frame is put into it."""
    found = above.get(name)
    return {"data": found} if isinstance(found, list) else rest.object_in(above, name)


def _open(
    value: Any, is_known: Known, rest: Remainder, depth: int
) -> Generator[Any, None, _Opened]:
    inner = _text_inside(value) if isinstance(value, str) else value
    if is_known(inner):
        yield inner
        return _Opened(holds=True, missed=0)
    if depth < DEEPEST and isinstance(inner, dict) and inner:
        return (yield from _open_object(inner, is_known, rest, depth))
    if depth < DEEPEST and isinstance(inner, list):
        holds, missed = False, 0
        for item in inner:
            found = yield from _open(item, is_known, rest, depth + 1)
            holds, missed = holds or found.holds, missed + found.missed
        return _Opened(holds, missed)
    return _Opened(holds=False, missed=int(value not in ({}, [], "")))


def _open_object(
    value: Mapping[str, Any], is_known: Known, rest: Remainder, depth: int
) -> Generator[Any, None, _Opened]:
    holds = False
    missed: dict[str, int] = {}
    for name, inner in _members(value):
        found = yield from _open(inner, is_known, rest, depth + 1)
        holds = holds or found.holds
        missed[name] = found.missed
    if not holds:
        lists = [rows for name, rows in missed.items() if isinstance(value[name], list)]
        return _Opened(holds=False, missed=sum(lists) or 1)
    for name, rows in missed.items():
        if isinstance(value[name], list) and fold(name) not in _BESIDE:
            rest.leave_out(f"items of {shown_field(name)}", rows)
    return _Opened(holds=True, missed=0)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CARRIERS = _words(
    "result results data items records record payload body response responses request value "
    "values rows row content contents detail message messages object objects entry entries hits "
    "source event events after new newimage node nodes edges document documents doc docs json "
    "page pages list feed d output text log sns kinesis airbytedata database64 rawbody "
    "collection elements parameters post notification postdata"
)
"""Folded names under which makers of envelopes put what they carry."""

_BESIDE = _words(
    "errors warnings links schema fields columns headers multivalueheaders attributes "
    "messageattributes userattributes facets aggregations resources permissions cookies "
    "querystring params tags meta metadata pages"
)
"""Folded names of lists that tell of the answer and are none of its rows."""

_ABOUT = _words(
    "total totalcount totalsize totalitems totalresults count size length limit offset page "
    "perpage pagesize pages next nextpage previous prev cursor nextcursor after before hasmore "
    "hasnext done took timedout success ok status statuscode code version type kind object "
    "requestid traceid timestamp time date generatedat exportedat name schema source region "
    "topic subject partition resource account"
)
"""Folded names of plain members that an envelope has and that say nothing of a record."""

_PERSONAL = _words(
    "email emailaddress mail firstname lastname fullname username displayname phone phonenumber "
    "surname familyname givenname birthdate"
)
_IDS = _words("id uuid guid recordid key oid")


def _members(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The members of an object that may carry something; none of a record's or an error's own."""
    plain = {fold(name) for name, inner in value.items() if not isinstance(inner, dict | list)}
    if plain & _PERSONAL or (plain & _IDS and "name" in plain) or _is_error(value):
        return
    is_bare = plain <= _ABOUT
    for name, inner in value.items():
        is_carrier = fold(name) in _CARRIERS
        if isinstance(inner, str):
            if is_carrier and _may_hold_json(inner):
                yield name, inner
        elif isinstance(inner, list):
            if (is_carrier or not plain & _IDS) and _holds_values(inner):
                yield name, inner
        elif isinstance(inner, dict) and (is_carrier or is_bare):
            yield name, inner


def _is_error(value: Mapping[str, Any]) -> bool:
    """A function's or a gateway's answer that something went wrong."""
    status = value.get("statusCode", value.get("status"))
    text = str(status)
    return text.isascii() and text.isdigit() and 400 <= int(text[:9]) <= 599


def _holds_values(items: list[Any]) -> bool:
    return any(
        isinstance(item, dict | list) or (isinstance(item, str) and _may_hold_json(item))
        for item in islice(items, 20)
    )


_PACKED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}\s*")


def _may_hold_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[") or bool(_PACKED.fullmatch(text))


def _text_inside(text: str) -> Any | None:
    """The JSON a text is, as it stands or packed; lines of it as a list; else nothing."""
    if text.lstrip()[:1] in ("{", "["):
        return _parsed(text.encode("utf-8", "replace"))
    unpacked = _unpacked(text) if _PACKED.fullmatch(text) else None
    return None if unpacked is None else _parsed(unpacked)


def _parsed(text: bytes) -> Any | None:
    try:
        return loads(text)
    except ValueError:
        pass
    try:
        return [loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return None


def _unpacked(text: str) -> bytes | None:
    """Base64 of JSON, or of gzipped JSON; a word that only looks like base64 gives nothing."""
    try:
        plain = text.strip().replace("-", "+").replace("_", "/")  # also the alphabet of URLs
        content = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if content.startswith(b"\x1f\x8b"):
        content = _gunzipped(content)
    return content if content.lstrip()[:1] in (b"{", b"[") else None


def _gunzipped(content: bytes) -> bytes:
    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = packed.decompress(content, _LARGEST_UNPACKED)
    except zlib.error:
        return b""
    return b"" if packed.unconsumed_tail else unpacked
