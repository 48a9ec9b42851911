"""JSON as vendors and their users save it: to values, one by one, ids exact.

Belongs here: arrays, lines, concatenations, wrapped pages, JavaScript around them.
Does not belong here: what a value means (the vendors' modules).
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Batch, LeftOut
from dagster_project.domain.streams import StreamSpec
from dagster_project.sources.envelopes import Known, opened
from dagster_project.sources.exports import (
    as_of,
    currency_questions,
    delivery_of,
    problems_of,
    zone_questions,
)
from dagster_project.sources.json_count import count_values
from dagster_project.sources.json_exact import exact, exact_fraction, loads
from dagster_project.sources.members import BrokenFileError, Member
from dagster_project.sources.presence import Presence, without_nulls
from dagster_project.sources.remainder import OTHER_VALUES, Remainder
from dagster_project.sources.rows import (
    RowFile,
    RowWriter,
    inspect,
    newest_of,
    newest_questions,
    rows_sql,
)
from dagster_project.sources.screen_dates import as_iso, order_problems, order_questions
from dagster_project.sources.text import (
    Text,
    as_utf8,
    examine,
    is_twice_encoded,
    peek,
    repair_twice_encoded,
)

LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Bytes of a file that is parsed as a whole; a larger one is read value by value."""

DEEPEST = 254
"""Levels of nesting: orjson, which writes the work files, goes no deeper; exports have ten."""

Row = dict[str, Any]


@dataclass(frozen=True)
class BrokenLine:
    """A line that is no JSON between lines that are: its place (1-based) and its text."""

    number: int
    text: str


@dataclass(frozen=True)
class JsonFile:
    """A file to take values from: its text in UTF-8, and what was noticed on the way."""

    path: Path
    text: Text
    is_twice_encoded: bool = False
    broken_lines: dict[int, BrokenLine] = field(default_factory=dict)
    further: list[str] = field(default_factory=list)  # the last page's word that more follow
    rest: Remainder = field(default_factory=Remainder)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth a warning; whole once the values have been read."""
        notes = [*self.text.notes, *self.rest.notes()]
        if self.is_twice_encoded:
            notes.append("twice-encoded text (a Facebook download): repaired")
        if self.broken_lines:
            places = ", ".join(str(number) for number in sorted(self.broken_lines)[:10])
            many = len(self.broken_lines)
            notes.append(
                f"{counted(many, 'line is no JSON and gives', 'lines are no JSON and give')} "
                f"no row (line {places}); "
                "the file itself is kept as it came"
            )
        if self.further:
            notes.append(
                f"the answer has further pages ({self.further[0]}): save those here too"
            )
        return tuple(notes)


_FURTHER: Mapping[str, tuple[str, ...]] = {
    "nextRecordsUrl": ("nextRecordsUrl",),
    "paging.next": ("paging", "next"),
    "meta.next_token": ("meta", "next_token"),
    "meta.has_more": ("meta", "has_more"),
    "links.next": ("links", "next"),
    "_links.next": ("_links", "next"),
    "pageInfo.hasNextPage": ("pageInfo", "hasNextPage"),
    "@odata.nextLink": ("@odata.nextLink",),
    "has_more": ("has_more",),
    "hasMore": ("hasMore",),
    "next_cursor": ("next_cursor",),
    "next_page": ("next_page",),
    "next_page_token": ("next_page_token",),
    "nextPageToken": ("nextPageToken",),
    "NextToken": ("NextToken",),
    "after_cursor": ("after_cursor",),
    "cursor": ("cursor",),
    "next": ("next",),
}
"""Where vendors' references, and the shapes around their answers, say that a page is not the last."""

_TELLING = frozenset({"done", *(path[0] for path in _FURTHER.values())})

_DEEPEST_PAGE = 4
"""Levels below a value at which its page's own word is looked for."""


def _further_of(value: Any, depth: int = 0) -> str | None:
    """The field by which a page, an object with a list in it, says that another follows."""
    if not isinstance(value, dict) or depth > _DEEPEST_PAGE:
        return None
    is_told = not _TELLING.isdisjoint(value)
    if is_told and any(isinstance(inner, list) for inner in value.values()):
        if value.get("done") is False:
            return "done: false"
        if value.get("end_of_stream") is True:
            return None
        found = next((name for name, path in _FURTHER.items() if _says_yes(value, path)), None)
        if found:
            return found
    inside = (_further_of(v, depth + 1) for v in value.values() if isinstance(v, dict))
    return next((name for name in inside if name), None)


def _says_yes(page: Row, path: tuple[str, ...]) -> bool:
    return pick(page, *path) not in (None, "", False, 0, "false", "False", [], {})


def open_json(member: Member, workdir: Path, *, may_be_twice_encoded: bool = False) -> JsonFile:
    """Decode a member to UTF-8 where it is not, and see whether its text needs repair."""
    text = examine(member.path)
    twice = may_be_twice_encoded and is_twice_encoded(peek(member.path, 1 << 22))
    return JsonFile(as_utf8(text, workdir), text, twice)


def peek_values(path: Path, is_known: Known | None = None) -> list[Any]:
    """The first values of a file, arrays opened; what does not fit the beginning is cut off.

    With ``is_known``, those it knows, taken out of what stands around them as ``read_values`` does.
    """
    values = _peeked(path)
    if is_known is None:
        return values
    known = [inner for value in values for inner in opened(value, is_known, Remainder())]
    if known or not _ends_in_text(path):
        return known
    whole = _by_document(path, _start_of_json(path))  # a body of more than the beginning
    return [inner for value in whole for inner in opened(value, is_known, Remainder())]


def _ends_in_text(path: Path) -> bool:
    """Whether the beginning of a small file ends inside a text that may be a packed answer."""
    size = path.stat().st_size
    if size > LARGEST_DOCUMENT:
        return False
    head = peek(path)
    if len(head.encode("utf-8", "replace")) >= size:
        return False
    tokens = deque(_TOKEN.finditer(head), maxlen=1)
    return any(t.end() == len(head) and len(t.group()) > _LONG_TEXT for t in tokens)


_LONG_TEXT = 1 << 14
"""Characters of a text that is no plain cell any more."""


def _peeked(path: Path) -> list[Any]:
    head = peek(path).lstrip()
    assigned = script_kind(head) is not None
    body = _behind_assignment(head) if assigned else head
    if body[:1] not in ("{", "["):
        return []
    for attempt in (_first_line, _whole, _completed, _literal, _completed_literal):
        values = attempt(body)
        if values:
            return values
    return []


def script_kind(head: str) -> str | None:
    """The kind in ``window.YTD.<kind>.part0 = [``; empty for another assignment, else nothing."""
    archive = re.match(r"\s*window\.YTD\.(\w+)\.part\d+\s*=\s*", head)
    if archive:
        return archive.group(1)
    assigned = re.match(
        r"\s*(?:export\s+default|(?:var|let|const)\s+\w+\s*=|[\w.]+\s*=)\s*[\[{]", head
    )
    return "" if assigned else None


def read_values(file: JsonFile, is_known: Known | None = None) -> Iterator[Any]:
    """Every value of a file, the elements of top-level arrays one by one.

    With ``is_known``, those it knows, taken out of what stands around them (``envelopes``); the
    others are counted in ``file.rest``. Lines and small documents are parsed at once, large
    ones with a moving window. JavaScript object literals are read where JSON fails.
    ``BrokenFileError`` when the text ends or breaks in the middle; a broken line among whole
    ones is set aside in ``broken_lines``. Whole numbers keep every digit.
    """
    file.rest.clear()
    for value in _read_parsed(file.path):
        if isinstance(value, BrokenLine):
            file.broken_lines[value.number] = value
            continue
        whole = repair_twice_encoded(value) if file.is_twice_encoded else value
        further = _further_of(whole)
        for inner in [whole] if is_known is None else opened(whole, is_known, file.rest):
            further = further or (None if inner is whole else _further_of(inner))
            yield inner
        file.further[:] = [further] if further else []


def pick(value: Any, *path: str) -> Any:
    """A nested value, or nothing where any step is missing."""
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


@dataclass(frozen=True)
class Shape:
    """How the rows of one stream become a batch.

    ``newest``: columns whose latest time dates the file; the spec's ``modified_at`` otherwise.
    ``fields``: landing column → its field in a row, where that has another name.
    ``is_sparse``: a null in a row stands for a member its record does not have.
    ``ask_for``: how an answer comes to have what it must have; a header's name helps nobody there.
    """

    spec: StreamSpec
    newest: tuple[str, ...] = ()
    money: tuple[str, str] | None = None
    expressions: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    not_required: frozenset[str] = frozenset()
    id_from_content: bool = False
    is_sparse: bool = False
    ask_for: str = ""


def batches_of(
    member: Member,
    source: SourceConfig,
    workdir: Path,
    *,
    file: JsonFile,
    shapes: Iterable[Shape],
    rows: Iterable[tuple[str, Row]],
    expected: Iterable[str] = (),
    keeps_broken_lines: bool = False,
    notes: Callable[[], Iterable[str]] = tuple,
) -> Iterator[Batch]:
    """One batch per stream, from one pass over ``rows``: pairs of a stream and its row.

    A stream that is ``expected`` gives a batch of no rows where none came; what the pass left
    out stands in the first batch. ``keeps_broken_lines``: they are among the rows. ``notes`` is
    asked once the rows have been read.
    """
    by_stream = {shape.spec.stream: shape for shape in shapes}
    works = _written(workdir, by_stream, rows, frozenset(expected))
    left_out = file.rest.left_out_by_name()
    if file.broken_lines and not keeps_broken_lines:
        left_out += (LeftOut("lines that are no JSON", len(file.broken_lines)),)
    if not any(work.rows for work in works.values()) and OTHER_VALUES in file.rest.left_out:
        many = counted(file.rest.left_out[OTHER_VALUES], "value is", "values are")
        raise BrokenFileError(
            f"nothing in it is read: {many} of another kind than its vendor's",
            "export it again; docs/formats.md lists what is read",
        )
    told = (*file.notes, *notes())
    for stream, work in works.items():
        yield _batch(
            member,
            source,
            by_stream[stream],
            work,
            content_id=file.text.sha256,
            notes=told,
            left_out=left_out,
        )
        left_out = ()


def _written(
    workdir: Path,
    shapes: Mapping[str, Shape],
    rows: Iterable[tuple[str, Row]],
    expected: frozenset[str],
) -> dict[str, RowFile]:
    """The work files of the streams that have rows or are expected, in the order of the shapes."""
    writers: dict[str, RowWriter] = {}
    with ExitStack() as stack:

        def open_writer(stream: str) -> RowWriter:
            presence = Presence(shapes[stream].spec, shapes[stream].fields)
            return stack.enter_context(RowWriter(workdir / f"{stream}.ndjson", presence))

        for stream in expected:
            writers[stream] = open_writer(stream)
        for stream, row in rows:
            writer = writers.get(stream)
            if writer is None:
                writer = writers[stream] = open_writer(stream)
            writer.write(without_nulls(row) if shapes[stream].is_sparse else row)
    return {stream: writers[stream].written() for stream in shapes if stream in writers}


def _batch(
    member: Member,
    source: SourceConfig,
    shape: Shape,
    work: RowFile,
    *,
    content_id: str,
    notes: tuple[str, ...],
    left_out: tuple[LeftOut, ...],
) -> Batch:
    spec = shape.spec
    names = {column: column for column in spec.columns} | dict(shape.fields)
    required = [c for c in spec.required if c not in shape.not_required]
    columns = shape.newest or ((spec.modified_at,) if spec.modified_at else ())
    questions = (
        newest_questions(columns, member.modified_at)
        | currency_questions(shape.money, source)
        | zone_questions(spec, source, spec.columns, names)
        | order_questions(spec, spec.columns, names)
        | {f"filled:{column}": f'count("{names[column]}")' for column in required}
    )
    facts = inspect(work, questions, names.values())
    missing = tuple(c for c in required if work.rows and not facts[f"filled:{c}"])
    return Batch(
        spec=spec,
        source=source.name,
        content_id=content_id,
        as_of=as_of(member, source, newest_of(facts)),
        origin=member.label,
        rows_sql=rows_sql(
            spec,
            work,
            expressions=as_iso(facts, source) | dict(shape.expressions),
            fields=shape.fields,
            id_from_content=shape.id_from_content,
        ),
        expected_rows=work.rows,
        delivery=delivery_of(spec, source),
        path=member.origin,
        problems=problems_of(facts, source) + order_problems(facts, source),
        notes=(*notes, *_nul_note(work)),
        missing_columns=missing,
        missing_remedy=shape.ask_for if missing else "",
        left_out=left_out,
    )


def _nul_note(work: RowFile) -> tuple[str, ...]:
    if not work.nul_rows:
        return ()
    return (f"{counted(work.nul_rows, 'row')} held NUL characters: left out",)


_BROKEN = object()


def _read_parsed(path: Path) -> Iterator[Any]:
    start = _start_of_json(path)
    if _is_by_line(path, start):
        return _by_line(path, start)
    if path.stat().st_size <= LARGEST_DOCUMENT:
        return _by_document(path, start)
    return _by_window(path, start) if start else _proven(path, _by_window(path, start))


def _proven(path: Path, values: Iterator[Any]) -> Iterator[Any]:
    """The values of a large file, whose number must be what another parser says."""
    count = 0
    for value in values:
        count += 1
        yield value
    told = count_values(path)
    if told not in (None, count):
        raise BrokenFileError(
            f"{counted(count, 'value was', 'values were')} read of it, "
            f"an independent count says {told:,}",
            "export it again in parts; if it is whole, report it",
        )


def _start_of_json(path: Path) -> int:
    """Bytes before the first bracket of a script's assignment; 0 for plain JSON."""
    with path.open("rb") as file:
        head = file.read(1 << 12)
    if script_kind(head.decode("utf-8", "replace")) is None:
        return 0
    return min((i for i in (head.find(b"["), head.find(b"{")) if i >= 0), default=0)


def _is_by_line(path: Path, start: int) -> bool:
    """Whether the first line is a whole value and not the only line."""
    with path.open("rb") as file:
        file.seek(start)
        line = b"\n"
        while line and not line.strip():
            line = file.readline(_LONGEST_LINE)
        return line.endswith(b"\n") and bool(file.read(1)) and _parses(line)


_LONGEST_LINE = 1 << 26


def _parses(line: bytes) -> bool:
    try:
        return isinstance(loads(line), dict | list)
    except ValueError:
        return False


def _by_line(path: Path, start: int) -> Iterator[Any]:
    """One value per line; where lines are no values any more, the moving window takes over."""
    position, waiting = start, None
    with path.open("rb", buffering=1 << 20) as file:
        file.seek(start)
        for number, line in enumerate(file, 1):
            if line.strip():
                value = _value_of(line)
                if value is _BROKEN and waiting is not None:
                    break
                if value is _BROKEN:
                    waiting = BrokenLine(number, line.decode("utf-8", "replace"))
                    position_of_broken = position
                else:
                    if waiting is not None:
                        yield waiting
                        waiting = None
                    if isinstance(value, list):
                        yield from value
                    else:
                        yield value
            position += len(line)
    if waiting is not None:
        yield from _by_window(path, position_of_broken, is_rest=position_of_broken > start)


def _value_of(line: bytes) -> Any:
    try:
        value = loads(line)
    except ValueError:
        return _BROKEN
    return value if isinstance(value, dict | list) else _BROKEN


def _by_document(path: Path, start: int) -> Iterator[Any]:
    content = path.read_bytes()[start:]
    try:
        value = loads(content.rstrip().rstrip(b";"))
    except ValueError:
        yield from _by_window(path, start)
        return
    if isinstance(value, list):
        yield from value
    else:
        yield value


_SPACE = re.compile(r"[\s,;\x1e]*")
_WINDOW = 1 << 20
_LARGEST_VALUE = 1 << 28


def _by_window(path: Path, start: int, *, is_rest: bool = False) -> Iterator[Any]:
    """Values from a window that moves over the text, so that memory does not grow with the file."""
    count = 0
    with path.open(encoding="utf-8", errors="replace", newline="", buffering=_WINDOW) as file:
        file.seek(start)
        for value in _scan(file.read):
            count += 1
            if value is _BROKEN:
                break
            yield value
        else:
            return
    if is_rest or count > 1 or path.stat().st_size > LARGEST_DOCUMENT:
        raise _cut_off(None if is_rest else count - 1)
    yield from _script_values(path, start)


def _scan(read: Callable[[int], str]) -> Iterator[Any]:
    decoder = json.JSONDecoder(strict=False, parse_int=exact, parse_float=exact_fraction)
    buffer, position, inside, at_end = "", 0, False, False
    while True:
        position = _SPACE.match(buffer, position).end()  # type: ignore[union-attr]
        if (
            position < len(buffer)
            and buffer[position] in "[]"
            and (buffer[position] == "]") == inside
        ):
            inside = not inside
            position += 1
            continue
        value, after = _decode(decoder, buffer, position)
        if value is not _BROKEN and (after < len(buffer) or at_end):
            yield value
            position = after
            continue
        if at_end or len(buffer) - position > _LARGEST_VALUE:
            if position < len(buffer) or inside:
                yield _BROKEN
            return
        more = read(max(_WINDOW, len(buffer) - position))
        at_end = not more
        buffer, position = buffer[position:] + more, 0


def _decode(decoder: json.JSONDecoder, buffer: str, position: int) -> tuple[Any, int]:
    if position >= len(buffer):
        return _BROKEN, position
    try:
        return decoder.raw_decode(buffer, position)
    except (ValueError, RecursionError):
        return _BROKEN, position


def _script_values(path: Path, start: int) -> Iterator[Any]:
    content = path.read_bytes()[start:].decode("utf-8", "replace")
    values = _literal(content)
    if not values:
        raise _cut_off(0)
    yield from values


def _cut_off(count: int | None) -> BrokenFileError:
    place = "" if count is None else f" after {counted(count, 'whole value')}"
    return BrokenFileError(
        f"the JSON text breaks off{place}: the file is cut off or damaged",
        "export or download it again and put the whole file in its place",
    )


def _first_line(body: str) -> list[Any]:
    line, more, _ = body.partition("\n")
    if not more:
        return []
    return _whole(line)


def _whole(body: str) -> list[Any]:
    try:
        value = loads(body.strip().rstrip(";").encode("utf-8", "replace"))
    except ValueError:
        return []
    return value if isinstance(value, list) else [value]


def _completed(body: str) -> list[Any]:
    return _whole(_complete(body))


def _completed_literal(body: str) -> list[Any]:
    return _literal(_complete(body))


def _literal(body: str) -> list[Any]:
    """Values of JavaScript literals, such as a log of objects printed by Node.js; all or none."""
    import chompjs

    values: list[Any] = []
    for span in _whole_literals(body):
        try:
            value: Any = chompjs.parse_js_object(span)
        except (ValueError, RecursionError):
            return []
        values.extend(value if isinstance(value, list) else [value])
    return values


_LITERAL_TOKEN = re.compile(
    r"""'(?:[^'\\]++|\\.)*+(?:'|\\?\Z)|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)"""
    r"""|`(?:[^`\\]++|\\.)*+(?:`|\\?\Z)|[\[\]{}]""",
    re.DOTALL,
)
"""A text that is never closed goes to the end: to try each of its quotes anew would be quadratic."""


def _whole_literals(body: str) -> list[str]:
    """Top-level objects and arrays of a text; none where it ends inside one or holds other text."""
    spans, depth, start, end = [], 0, 0, 0
    for token in _LITERAL_TOKEN.finditer(body):
        mark = token.group()
        if mark in "[{":
            if depth == 0 and body[end : token.start()].strip(" \t\r\n,;"):
                return []
            start = token.start() if depth == 0 else start
            depth += 1
        elif mark in "]}":
            depth -= 1
            end = token.end()
            if depth == 0:
                spans.append(body[start:end])
    return [] if depth or body[end:].strip(" \t\r\n,;") else spans


def _behind_assignment(head: str) -> str:
    starts = [i for i in (head.find("["), head.find("{")) if i >= 0]
    return head[min(starts) :] if starts else ""


_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_CLOSER = {"[": "]", "{": "}"}


def _complete(body: str) -> str:
    """The beginning of a JSON text, cut at its last whole item and closed."""
    stack: list[str] = []
    cut = 0
    for token in _TOKEN.finditer(body):
        mark = token.group()
        if mark in "[{":
            stack.append(mark)
            if len(stack) > DEEPEST:
                raise BrokenFileError(
                    f"the JSON text nests more than {DEEPEST} levels: no export does",
                    "export or download it again",
                )
            cut = token.end()
        elif mark in "]}":
            if stack:
                stack.pop()
            cut = token.end()
            if not stack:
                break
        elif mark == ",":
            cut = token.start()
    return body[:cut] + "".join(_CLOSER[mark] for mark in reversed(stack))
