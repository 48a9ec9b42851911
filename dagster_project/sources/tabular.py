"""Delimited text to batches: separators, quotes, ragged rows, headers in any dress.

Belongs here: one table of one file to one batch. Does not belong here: which stream it is and
what its columns are called (the vendors' modules).
"""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.counts import counted
from dagster_project.domain.loads import Batch, LeftOut
from dagster_project.domain.streams import StreamSpec
from dagster_project.sources.exports import (
    as_of,
    currency_questions,
    delivery_of,
    problems_of,
    zone_questions,
)
from dagster_project.sources.headers import (
    Aliases,
    HeaderMatch,
    extra_note,
    find_hints,
    fold,
    match_header,
)
from dagster_project.sources.kinds import name_kind
from dagster_project.sources.margins import Margins, count_lines, count_lines_closely
from dagster_project.sources.members import BrokenFileError, Member
from dagster_project.sources.presence import Presence
from dagster_project.sources.rows import (
    RowFile,
    inspect,
    newest_of,
    newest_questions,
    rows_sql,
    write_rows,
)
from dagster_project.sources.screen_amounts import as_plain, mark_problems, mark_questions
from dagster_project.sources.screen_dates import as_iso, order_problems, order_questions
from dagster_project.sources.text import Text, examine, open_text, peek, text_stream

LARGEST_CELL = 256 * 1024 * 1024
"""Characters of one cell; a longer one is a quote that was never closed."""

_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Sheet:
    """The beginning of a delimited file: its separator, header and first rows."""

    separator: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines_before: int = 0  # Excel's ``sep=;`` line

    def first(self, column: int) -> str:
        """First non-empty cell of a column (0-based), or nothing."""
        return next((row[column] for row in self.rows if len(row) > column and row[column]), "")


@dataclass(frozen=True)
class Columns:
    """How a vendor's table becomes a stream: labels, constants, SQL, and what must be known.

    ``given``: landing columns the reader itself knows (a status from the file's name); a column
    of the file that is called like one is the company's own, and kept in ``_extra``.
    ``expressions``: landing column → SQL over the landing columns' raw values.
    ``id_from_content``: rows have no id yet; the key column becomes a hash of the content.
    ``ordinary``: folded labels of the vendor's own that are kept in ``_extra`` without a word.
    ``unguessed``: columns that no similar label is proposed for.
    ``money``: (amount column, currency column) where an amount needs a currency.
    """

    aliases: Aliases = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    not_required: frozenset[str] = frozenset()
    id_from_content: bool = False
    money: tuple[str, str] | None = None
    newest: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    ordinary: frozenset[str] = frozenset()
    unguessed: frozenset[str] = frozenset()


_NO_SEPARATOR = "\x1f"
"""Separates the cells of a table of one column: no export writes it, and a comma is text there."""


def peek_sheet(path: Path, *, least_columns: int = 2) -> Sheet | None:
    """Header and first rows, or nothing where the file is no table of so many columns."""
    head = peek(path)
    if not head.strip() or head.lstrip()[:1] in "{[<":
        return None
    lines_before, separator = _announced_separator(head)
    candidates = (separator,) if separator else _SEPARATORS
    sheets = [_parse_head(head, candidate, lines_before) for candidate in candidates]
    best = max(sheets, key=_regularity)
    if len(best.header) == 1:
        best = _parse_head(head, _NO_SEPARATOR, lines_before)
    return best if len(best.header) >= least_columns and any(best.header) else None


def table_batch(
    member: Member,
    source: SourceConfig,
    spec: StreamSpec,
    workdir: Path,
    columns: Columns,
) -> Batch:
    """Read one delimited file as one batch; ``BrokenFileError`` when it ends in the middle."""
    sheet = peek_sheet(member.path)
    if sheet is None:
        raise BrokenFileError("the file holds no table", "export it again as CSV with a header")
    text = examine(member.path)
    sheet = _with_exact_header(text, sheet)
    match = match_header(
        sheet.header,
        spec,
        aliases=columns.aliases,
        configured=source.columns,
        given=columns.given,
    )
    hints = find_hints(
        match,
        spec,
        columns.aliases,
        source.name,
        never={*columns.given, *columns.unguessed},
        first=sheet.first,
    )
    names = _field_names(sheet, match)
    target = workdir / f"{spec.stream}.ndjson"
    presence = Presence(spec)
    tally, work = _write_work_file(text, sheet, names, columns.given, target, presence=presence)
    newest = columns.newest or ((spec.modified_at,) if spec.modified_at else ())
    facts = inspect(
        work,
        zone_questions(spec, source, match.positions)
        | currency_questions(columns.money, source)
        | order_questions(spec, match.positions)
        | mark_questions(spec, match.positions)
        | newest_questions(newest, member.modified_at),
        spec.columns,
    )
    missing = tuple(
        c for c in match.missing if c not in columns.given and c not in columns.not_required
    )
    return Batch(
        spec=spec,
        source=source.name,
        content_id=content_id(text, columns.given),
        as_of=as_of(member, source, newest_of(facts)),
        origin=member.label,
        rows_sql=rows_sql(
            spec,
            work,
            expressions=as_iso(facts, source)
            | as_plain(facts, source)
            | dict(columns.expressions),
            id_from_content=columns.id_from_content,
            extras=[(f"x{position}", label) for position, label in match.extras]
            + ([("_overflow", "(cells beyond the header)")] if tally.long_rows else []),
        ),
        expected_rows=tally.expected,
        left_out=tally.named(),
        delivery=delivery_of(spec, source),
        path=member.origin,
        problems=columns.problems
        + problems_of(facts, source)
        + order_problems(facts, source)
        + mark_problems(facts, source)
        + (hints if missing else ()),
        notes=text.notes + _notes(match, tally, work, columns) + (() if missing else hints),
        missing_columns=missing,
    )


@dataclass(frozen=True)
class PlainRows:
    """Rows of a table of no known stream: cells stand as ``x0``, ``x1`` … by position."""

    header: tuple[str, ...]
    file: RowFile
    notes: tuple[str, ...]


def read_plain_rows(path: Path, target: Path) -> PlainRows:
    """Read any delimited file with a header to a work file, whatever its columns are called."""
    kind, remedy = name_kind(path)
    if kind:
        raise BrokenFileError(f"the file is {kind}", remedy)
    sheet = peek_sheet(path, least_columns=1)
    if sheet is None:
        what = "holds no table" if peek(path).strip() else "is empty"
        raise BrokenFileError(f"the file {what}", "export it again as CSV with a header")
    text = examine(path)
    sheet = _with_exact_header(text, sheet)
    names = [f"x{position}" for position in range(len(sheet.header))]
    tally, work = _write_work_file(text, sheet, names, {}, target, takes_all=True)
    found = [
        (tally.short_rows, tally.fewer_cells()),
        (tally.long_rows, f"{tally.more_cells()}: left out"),
        (tally.lenient, "quotes inside unquoted cells: read as they stand"),
    ]
    return PlainRows(
        sheet.header, work, text.notes + tuple(note for holds, note in found if holds)
    )


def content_id(text: Text, given: Mapping[str, str]) -> str:
    """Hash of the bytes, with what the reader knows from elsewhere (a status in a file name)."""
    return "|".join([text.sha256, *(f"{k}={v}" for k, v in sorted(given.items()))])


@dataclass
class _Tally:
    """What the reader counts on its way, apart from what DuckDB will count."""

    records: int = 0
    lines: int = 0  # records and what is left out, by another count than the reader's
    left_out: dict[str, int] = field(default_factory=dict)
    short_rows: int = 0
    long_rows: int = 0
    lenient: bool = False

    @property
    def expected(self) -> int:
        """Rows that must land: the lines of the file less those that are none."""
        return self.lines - sum(self.left_out.values())

    def named(self) -> tuple[LeftOut, ...]:
        """What was left out, by kind."""
        return tuple(LeftOut(what, rows) for what, rows in self.left_out.items())

    def fewer_cells(self) -> str:
        """How many rows are shorter than the header."""
        return f"{counted(self.short_rows, 'row has', 'rows have')} fewer cells than the header"

    def more_cells(self) -> str:
        """How many rows are longer than the header."""
        return f"{counted(self.long_rows, 'row has', 'rows have')} more cells than the header"


def column_values(path: Path, label: str) -> Iterator[str]:
    """Cells of the first column whose folded label is ``label``, blank ones as nothing."""
    sheet = peek_sheet(path)
    if sheet is None:
        return
    text = examine(path)
    sheet = _with_exact_header(text, sheet)
    folded = [fold(cell) for cell in sheet.header]
    if label not in folded:
        return
    place = folded.index(label)
    try:
        for record in _records(text, sheet, strict=False):
            yield record[place].strip() if place < len(record) else ""
    except csv.Error:
        return  # the reader itself says what is wrong with the file


def _announced_separator(head: str) -> tuple[int, str | None]:
    first = head.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:
        return 1, first[4]
    return 0, None


def _parse_head(head: str, separator: str, lines_before: int) -> Sheet:
    lines = islice(text_stream(head), lines_before, None)
    rows: list[tuple[str, ...]] = []
    with _wide_cells():
        reader = csv.reader(lines, delimiter=separator)
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    rows.append(tuple(row))
                if len(rows) > 20:
                    break
        except csv.Error:
            pass  # the head may end inside a quoted cell
    if not rows:
        return Sheet(separator, (), ())
    return Sheet(separator, tuple(c.strip() for c in rows[0]), tuple(rows[1:]), lines_before)


def _regularity(sheet: Sheet) -> tuple[int, int]:
    """Most rows as wide as the header, then most columns."""
    width = len(sheet.header)
    if width < 2:
        return (0, width)
    return (1 + sum(len(row) == width for row in sheet.rows[:-1]), width)


def _with_exact_header(text: Text, sheet: Sheet) -> Sheet:
    """The header again with the encoding the whole file turned out to have."""
    with open_text(text) as lines, _wide_cells():
        _skip(lines, sheet.lines_before)
        reader = csv.reader(lines, delimiter=sheet.separator)
        header = next((row for row in reader if any(cell.strip() for cell in row)), [])
    return Sheet(
        sheet.separator, tuple(c.strip() for c in header), sheet.rows, sheet.lines_before
    )


def _field_names(sheet: Sheet, match: HeaderMatch) -> list[str]:
    by_position = {position: column for column, position in match.positions.items()}
    return [by_position.get(position, f"x{position}") for position in range(len(sheet.header))]


def _write_work_file(
    text: Text,
    sheet: Sheet,
    names: list[str],
    given: Mapping[str, str],
    target: Path,
    *,
    takes_all: bool = False,
    presence: Presence | None = None,
) -> tuple[_Tally, RowFile]:
    """Strict about quotes; lenient, and said so, where strict reading cannot go on."""
    tally = _Tally()
    try:
        work = write_rows(
            _to_rows(text, sheet, names, given, tally, takes_all=takes_all), target, presence
        )
    except csv.Error as odd:
        if "unexpected end of data" in str(odd) or "field larger" in str(odd):
            raise _unclosed() from None
        tally = _Tally(lenient=True)
        work = write_rows(
            _to_rows(text, sheet, names, given, tally, takes_all=takes_all), target, presence
        )
    tally.lines = _count_lines(text, sheet, tally)
    return tally, work


def _count_lines(text: Text, sheet: Sheet, tally: _Tally) -> int:
    """Lines below the header; the closer count is asked only where the quick one differs."""
    read = tally.records + sum(tally.left_out.values())
    above = sheet.lines_before + 1
    with open_text(text) as lines:
        quick = count_lines(lines) - above
    if quick == read:
        return quick
    with open_text(text) as lines:
        return count_lines_closely(lines, sheet.separator) - above


def _to_rows(
    text: Text,
    sheet: Sheet,
    names: list[str],
    given: Mapping[str, str],
    tally: _Tally,
    *,
    takes_all: bool,
) -> Iterator[dict[str, Any]]:
    """Rows by landing column."""
    width = len(names)
    last: list[str] = []
    margins = Margins(sheet.header, takes_all=takes_all)
    tally.left_out = margins.counts
    for record in _records(text, sheet, strict=not tally.lenient):
        if not margins.is_row(record):
            continue
        tally.records += 1
        last = record
        if len(record) == width:
            row: dict[str, Any] = dict(zip(names, record, strict=False))
        else:
            row = _ragged_row(record, names, tally)
        if given:
            row.update(given)
        yield row
    if tally.records and len(last) < width and not _ends_with_line_end(text):
        raise BrokenFileError(
            f"the file ends in the middle of row {tally.records}: it is cut off",
            "export or download it again and put the whole file in its place",
        )


def _ragged_row(record: list[str], names: list[str], tally: _Tally) -> dict[str, Any]:
    width = len(names)
    if tally.lenient and any("\n" in cell for cell in record):
        raise _unclosed(tally.records)
    row: dict[str, Any] = dict(zip(names, record, strict=False))
    if len(record) < width:
        tally.short_rows += 1
    elif any(record[width:]):
        tally.long_rows += 1
        row["_overflow"] = record[width:]
    return row


def _unclosed(row: int | None = None) -> BrokenFileError:
    place = f" near row {row}" if row else ""
    return BrokenFileError(
        f"a quoted cell is opened{place} and never closed: the file is cut off or badly quoted",
        "export or download it again and put the whole file in its place",
    )


def _records(text: Text, sheet: Sheet, *, strict: bool) -> Iterator[list[str]]:
    """Everything but the header: blank lines too, those above it included."""
    with open_text(text) as lines, _wide_cells():
        _skip(lines, sheet.lines_before)
        reader = csv.reader(lines, delimiter=sheet.separator, strict=strict)
        for header in reader:
            if any(cell.strip() for cell in header):
                break
            yield header
        yield from reader


def _skip(lines: Iterator[str], count: int) -> None:
    for _ in range(count):
        next(lines, None)


@contextmanager
def _wide_cells() -> Iterator[None]:
    """Python's csv refuses cells of more than 128 KB unless told otherwise."""
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _ends_with_line_end(text: Text) -> bool:
    with text.path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - 4))
        return any(byte in b"\r\n" for byte in file.read())


def _notes(
    match: HeaderMatch, tally: _Tally, work: RowFile, columns: Columns
) -> tuple[str, ...]:
    unknown = [label for _, label in match.extras if fold(label) not in columns.ordinary]
    found = [
        (tally.short_rows, tally.fewer_cells()),
        (tally.long_rows, f"{tally.more_cells()}: kept in _extra"),
        (tally.lenient, "quotes inside unquoted cells: read as they stand"),
        (work.nul_rows, f"{counted(work.nul_rows, 'row')} held NUL characters: left out"),
        (unknown, extra_note(unknown)),
    ]
    return tuple(note for holds, note in found if holds)
