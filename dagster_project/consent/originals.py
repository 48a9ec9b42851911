"""A file as a vendor wrote it, without some people: text, CSV, JSON, lines of it, archives.

Rows and elements about them go, mentions of them in other rows are masked, everything else keeps
its bytes. A file of a kind that cannot be taken apart goes as a whole when it names them: what it
held of others has landed. Members of archives are packed anew, so that nothing survives in them.
"""

import bz2
import csv
import gzip
import json
import lzma
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

from dagster_project.consent.masking import Done, Values, without
from dagster_project.engines.durable import sync_file, sync_folder


class WholeFileError(Exception):
    """The file names them and cannot be taken apart."""


def rewritten(file: Path, values: Values) -> tuple[bytes | None, Done] | None:
    """The bytes that a file would have without them; ``None`` for one that does not name them.

    No bytes: the file has to go as a whole.
    """
    done = Done()
    data = file.read_bytes()
    try:
        shorter = _without(data, values, done, file.name)
    except WholeFileError:
        done.removed += 1
        return None, done
    return None if shorter is data else (shorter, done)


def replace(file: Path, data: bytes | None) -> None:
    """Put new bytes in a file's place, or nothing."""
    if data is None:
        file.unlink(missing_ok=True)
    else:
        aside = file.with_name(f".{file.name}.erasing")
        aside.write_bytes(data)
        aside.chmod(file.stat().st_mode & 0o7777)
        sync_file(aside)
        aside.replace(file)
    sync_folder(file.parent)


def _without(data: bytes, values: Values, done: Done, name: str) -> bytes:
    """The bytes without them; the very same object when they do not stand there."""
    if data[:4] == b"PK\x03\x04":
        return _archive(data, values, done)
    for magic, unpack, pack in _PACKED:
        if data.startswith(magic):
            try:
                inside = unpack(data)
            except (OSError, EOFError, lzma.LZMAError, ValueError):
                return data  # damaged: nothing has been read from it, either
            shorter = _without(inside, values, done, name)
            return data if shorter is inside else pack(shorter)
    text, encoding = _decoded(data)
    if text is None:
        if values.are_in(data.decode("latin-1")):
            raise WholeFileError
        return data
    if not _names(text, values):
        return data
    shorter_text = _text(text, values, done)
    if values.are_in(shorter_text) and values.masked(shorter_text) != shorter_text:
        raise WholeFileError
    return shorter_text.encode(encoding, "surrogateescape")


def _archive(data: bytes, values: Values, done: Done) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            contents = [_member(archive, m) for m in members]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        return data
    shorter = [
        content if content is None else _without(content, values, done, member.filename)
        for member, content in zip(members, contents, strict=True)
    ]
    if all(new is old for new, old in zip(shorter, contents, strict=True)):
        return data
    if any(content is None for content in contents):
        raise WholeFileError  # a member that cannot be read cannot be packed anew
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member, content in zip(members, shorter, strict=True):
            info = zipfile.ZipInfo(member.filename, member.date_time)
            info.compress_type = (
                member.compress_type
                if member.compress_type in _COMPRESSIONS
                else zipfile.ZIP_DEFLATED
            )
            info.external_attr = member.external_attr
            archive.writestr(info, content or b"")
    return packed.getvalue()


_COMPRESSIONS = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    try:
        return archive.read(member)
    except (RuntimeError, zipfile.BadZipFile, NotImplementedError, lzma.LZMAError, EOFError):
        return None


_PACKED: tuple[tuple[bytes, Callable[[bytes], bytes], Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", gzip.decompress, lambda data: gzip.compress(data, mtime=0)),
    (b"BZh", bz2.decompress, bz2.compress),
    (b"\xfd7zXZ\x00", lzma.decompress, lzma.compress),
)

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def _decoded(data: bytes) -> tuple[str | None, str]:
    """A file's text and its encoding; none for one that is no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "surrogateescape"), encoding
    head = data[:4096]
    if b"\x00" in head:
        zeros = head[1::2].count(0), head[0::2].count(0)
        if max(zeros) * 3 > len(head):
            encoding = "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                return None, ""
        return None, ""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _names(text: str, values: Values) -> bool:
    """Whether a text names them, as it stands or as JSON writes it."""
    if values.are_in(text):
        return True
    plain = _unescaped(text)
    return plain is not text and values.are_in(plain)


_BLOCK = 50
"""Lines that are looked at together: where few are named, most are never looked at alone."""


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(lines)
    while block := list(islice(rest, _BLOCK)):
        yield block


def _unescaped(text: str) -> str:
    r"""What JSON writes as ``\u0040`` and ``\/`` in plain characters."""
    if "\\" not in text:
        return text
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), text)
    return plain.replace("\\/", "/")


_SCRIPT = re.compile(r"\s*(?:window\.)?[\w.\[\]\"']+\s*=\s*(?=[\[{])")


def _text(text: str, values: Values, done: Done) -> str:
    """Whole JSON, lines of JSON, a table, or plain lines: by what the text is."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text[len(mark) :]
    script = _SCRIPT.match(body)
    start = script.end() if script else 0
    if body[start:].lstrip()[:1] in {"[", "{"}:
        try:
            document = json.loads(body[start:])
        except (ValueError, RecursionError):
            return mark + _lines(body, values, done)
        return mark + body[:start] + _dumped(document, values, done, like=body[start:])
    if re.search(r'[{\[]\s*["{]', body.partition("\n")[0]):  # a log's lines begin with the time
        return mark + _lines(body, values, done)
    return mark + _table(body, values, done)


def _dumped(document: object, values: Values, done: Done, *, like: str) -> str:
    shorter, is_about = without(values, document, done)
    if is_about:
        done.removed += 1
        shorter = {} if isinstance(document, dict) else []
    is_spread = "\n" in like.strip()
    end = "\n" if like.endswith("\n") else ""
    return (
        json.dumps(
            shorter,
            ensure_ascii="\\u" in like,
            indent=2 if is_spread else None,
            separators=None if is_spread else (",", ":"),
        )
        + end
    )


def _lines(text: str, values: Values, done: Done) -> str:
    """Lines of JSON, one value or several in each; else values that go over several lines."""
    kept = []
    for block in _blocks(text.splitlines(keepends=True)):
        if not _names("".join(block), values):
            kept += block
            continue
        for line in block:
            if not _names(line, values):
                kept.append(line)
                continue
            shorter = _stream(line, values, done)
            if shorter is None:
                whole = _stream(text, values, done)
                if whole is None:
                    raise WholeFileError
                return whole
            kept.append(shorter)
    return "".join(kept)


_DECODER = json.JSONDecoder()


def _stream(text: str, values: Values, done: Done) -> str | None:
    """A text with JSON values in it, without what is about them; none where it has no value."""
    kept: list[str] = []
    place = found = 0
    for start in _starts(text):
        if start < place:
            continue
        try:
            document, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        found += 1
        part = text[start:end]
        kept.append(text[place:start])
        place = end
        if not _names(part, values):
            kept.append(part)
            continue
        shorter, is_about = without(values, document, done)
        if is_about:
            done.removed += 1
            if not "".join(kept[-1:]).strip(" ") or kept[-1].endswith("\n"):
                place += 1 if text[place : place + 1] == "\n" else 0
        else:
            kept.append(_dumps(shorter, like=part))
    if not found:
        return None
    return "".join([*kept, text[place:]])


def _starts(text: str) -> Iterator[int]:
    return (found.start() for found in re.finditer(r"[\[{]", text))


def _dumps(document: object, *, like: str) -> str:
    return json.dumps(document, ensure_ascii="\\u" in like, separators=(",", ":"))


def _table(text: str, values: Values, done: Done) -> str:
    """Records of a delimited table: those about them go, others lose a mention."""
    records = list(_records(text))
    if not records:
        return text
    delimiter = max(",;\t|", key=records[0].count)
    header = [name.strip().lower() for name in _cells(records[0], delimiter)]
    kept = []
    for block in _blocks(records):
        if not values.are_in("".join(block)):
            kept += block
            continue
        for record in block:
            if not values.are_in(record):
                kept.append(record)
                continue
            shorter = _record(record, delimiter, header, values, done)
            if shorter is None:
                done.removed += 1
            else:
                kept.append(shorter)
    return "".join(kept)


def _record(
    record: str, delimiter: str, header: list[str], values: Values, done: Done
) -> str | None:
    end = record[len(record.rstrip("\r\n")) :]
    cells = _cells(record, delimiter)
    shorter = []
    for place, cell in enumerate(cells):
        name = header[place] if place < len(header) else ""
        parts = re.split(r"(\s*[;,|]\s*)", cell)
        if not _refers(name) and any(values.is_about(p) for p in (cell, *parts)):
            return None
        shorter.append(
            "".join("" if values.is_about(part) else part for part in parts)
            if _refers(name)
            else values.masked(cell)
        )
    if shorter == cells:
        return record
    done.masked += 1
    written = _Written()
    csv.writer(written, delimiter=delimiter, lineterminator="").writerow(shorter)
    return written.text + end


class _Written:
    """What a CSV writer wrote last."""

    text = ""

    def write(self, text: str) -> None:
        """Take a row."""
        self.text = text


def _refers(name: str) -> bool:
    """Whether a column lists others: contacts of a deal, records that were merged."""
    return bool(re.search(r"associated|merged|reply|parent|mention|thread", name))


def _cells(record: str, delimiter: str) -> list[str]:
    rows = list(csv.reader([record.rstrip("\r\n")], delimiter=delimiter))
    return rows[0] if rows else []


def _records(text: str) -> Iterator[str]:
    """Records with their line ends; a quoted cell may hold some of its own."""
    part: list[str] = []
    quotes = 0
    for line in re.findall(r"[^\n]*\n|[^\n]+$", text):
        part.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield "".join(part)
            part, quotes = [], 0
    if part:
        yield "".join(part)
