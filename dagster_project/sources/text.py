"""Bytes to text: which encoding a file has, read so that no byte is lost without a note.

Belongs here: byte-order marks, guessing, NUL bytes, repair of twice-encoded text.
Does not belong here: separators and quotes (``tabular``), JSON (``json_rows``).
DuckDB never sees a file that has not been decoded here (docs/formats.md says why).
"""

import codecs
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dagster_project.domain.counts import counted

_CHUNK = 1 << 20
_PEEK = 1 << 18

_MARKS = (  # longest first: UTF-32 LE begins like UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "mac_roman", "cp850",
    "big5hkscs", "gb18030", "cp932", "euc_jp", "cp949", "latin_1",
]  # fmt: skip


@dataclass(frozen=True)
class Text:
    """How to decode a file, and the hash of its bytes; ``notes`` are worth a warning."""

    path: Path
    encoding: str
    errors: str = "strict"
    has_nul: bool = False
    sha256: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes are UTF-8 as they lie there."""
        return self.encoding in ("utf-8", "utf-8-sig") and self.errors == "strict"


def examine(path: Path) -> Text:
    """Find the encoding of a file in one streaming pass (two when it is not UTF-8)."""
    with path.open("rb") as file:
        head = file.read(_PEEK)
    encoding = _from_mark(head) or _from_zeros(head)
    digest, nuls, valid = _pass_over(path, encoding or "utf-8")
    wide = encoding is not None and encoding.startswith(("utf-16", "utf-32"))
    notes = []
    if nuls and not wide:
        notes.append(
            f"{nuls} NUL bytes left out of the text; the file itself is kept as it came"
        )
    errors = "strict"
    if not valid and wide:
        errors = "replace"
        notes.append(f"some characters are not valid {encoding}: replaced by U+FFFD")
    elif not valid:
        encoding, errors, note = _guess(path)
        notes.append(note)
    return Text(
        path, encoding or "utf-8", errors, bool(nuls) and not wide, digest, tuple(notes)
    )


def peek(path: Path, size: int = _PEEK) -> str:
    """The beginning of a file as text, for recognising it; never raises on odd bytes."""
    with path.open("rb") as file:
        head = file.read(size)
    encoding = _from_mark(head) or _from_zeros(head)
    if encoding is None:
        encoding = "utf-8" if _is_utf8_prefix(head) else _best_legacy(head)
    return head.decode(encoding, "replace").replace("\0", "")


@contextmanager
def open_text(text: Text) -> Iterator[Iterator[str]]:
    """Lines of a file as text with their line ends as they are, without NULs."""
    _register_stray_bytes()
    with text.path.open(
        encoding=text.encoding, errors=text.errors, newline="", buffering=_CHUNK
    ) as file:
        yield (line.replace("\0", "") for line in file) if text.has_nul else file


def as_utf8(text: Text, workdir: Path) -> Path:
    """A file with the same text in UTF-8 without mark: the file itself where it is that already."""
    if text.encoding == "utf-8" and text.is_utf8 and not text.has_nul:
        return text.path
    workdir.mkdir(parents=True, exist_ok=True)
    target = workdir / f"{text.path.name}.utf8"
    if text.is_utf8 and not text.has_nul:
        _copy_behind_mark(text.path, target)
        return target
    with open_text(text) as lines, target.open("w", encoding="utf-8", newline="") as out:
        out.writelines(lines)
    return target


def is_twice_encoded(json_head: str) -> bool:
    r"""Whether JSON text is of the kind Facebook's downloads hold: UTF-8 bytes as ``\u00xx``.

    Such a file is pure ASCII and all its escapes spell valid UTF-8; the escape of a single
    accented letter (``\u00e9``) does not.
    """
    json_head = json_head[: json_head.rfind('"')]  # a run of escapes may be cut in two
    if not json_head.isascii() or not _HIGH_ESCAPE.search(json_head):
        return False
    if _WIDE_ESCAPE.search(json_head):
        return False
    runs = _HIGH_RUN.findall(json_head)
    return all(_is_whole_utf8(bytes.fromhex(run.replace("\\u00", ""))) for run in runs)


def repair_twice_encoded(value: Any) -> Any:
    """Undo the double encoding in every string of a JSON value."""
    if isinstance(value, str):
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value
    if isinstance(value, list):
        return [repair_twice_encoded(item) for item in value]
    if isinstance(value, dict):
        return {key: repair_twice_encoded(item) for key, item in value.items()}
    return value


_HIGH_ESCAPE = re.compile(r"\\u00[c-fC-F][0-9a-fA-F]")
_WIDE_ESCAPE = re.compile(r"(?<!\\)\\u(?!00)[0-9a-fA-F]{4}")
_HIGH_RUN = re.compile(r"(?:\\u00[89a-fA-F][0-9a-fA-F])+")


def _is_whole_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _copy_behind_mark(source: Path, target: Path) -> None:
    with source.open("rb") as file, target.open("wb") as out:
        file.seek(len(codecs.BOM_UTF8))
        shutil.copyfileobj(file, out, _CHUNK)


def _from_mark(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def _from_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: Western text has a zero in every other byte."""
    sample = head[:4096]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    half = len(sample) // 2
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    if even > 0.4 and odd < 0.1:
        return "utf-16-be"
    return None


def _pass_over(path: Path, encoding: str) -> tuple[str, int, bool]:
    """Hash of the bytes, number of NUL bytes, and whether all of it decodes."""
    digest, nuls, valid = sha256(), 0, True
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            nuls += chunk.count(0)
            valid = valid and _decodes(decoder, chunk, final=False)
    valid = valid and _decodes(decoder, b"", final=True)
    return digest.hexdigest(), nuls, valid


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _guess(path: Path) -> tuple[str, str, str]:
    """Encoding, error handler and note of a file that is not whole UTF-8."""
    whole, stray = _count_utf8(path)
    if whole > 2 * stray:
        return (
            "utf-8",
            _STRAY_BYTES,
            f"{counted(stray, 'byte is', 'bytes are')} not UTF-8 in a file that otherwise is: "
            "read as Windows-1252",
        )
    encoding = _best_legacy(_foreign_lines(path))
    errors = _STRAY_BYTES if encoding == "cp1252" else "replace"
    return (
        encoding,
        errors,
        f"the file is not UTF-8: read as {encoding}, which is a guess; "
        "export it as UTF-8 if names look wrong",
    )


_ESCAPED = re.compile("[\udc80-\udcff]")
_FOREIGN = re.compile("[^\x00-\x7f\udc80-\udcff]")


def _count_utf8(path: Path) -> tuple[int, int]:
    """Characters beyond ASCII that decode as UTF-8, and bytes that do not."""
    whole = stray = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            decoded = decoder.decode(chunk)
            whole += len(_FOREIGN.findall(decoded))
            stray += len(_ESCAPED.findall(decoded))
    return whole, stray + len(decoder.decode(b"", True))  # noqa: FBT003  codecs' own signature


def _foreign_lines(path: Path, limit: int = 1 << 16) -> bytes:
    """Lines that hold bytes beyond ASCII: what a guess can be made from."""
    found = bytearray()
    with path.open("rb") as file:
        while len(found) < limit and (line := file.readline(1 << 16)):
            if not line.isascii():
                found += line
    return bytes(found)


def _is_utf8_prefix(head: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    return _decodes(decoder, head, final=False)


def _best_legacy(sample: bytes) -> str:
    """Western or Central European where that gives plausible words; else what a library says."""
    for encoding, letters in (("cp1252", _WESTERN), ("cp1250", _CENTRAL)):
        if _is_plausible(sample.decode(encoding, "replace"), letters):
            return encoding
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_LEGACY).best()
    return best.encoding if best else "latin_1"


_MARKS_OF_ALL = "°€–—‘’“”„…·«»¿¡§£©®™\xa0"
_WESTERN = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒŠÙÚÛÜÝŸŽßàáâãäåæçèéêëìíîïñòóôõöøœšùúûüýÿž" + _MARKS_OF_ALL
)
_CENTRAL = frozenset(
    "ĄĆĘŁŃÓŚŹŻąćęłńóśźżČĎĚŇŘŠŤŮŽčďěňřšťůžÁÉÍÚÝáéíúýŐŰőűÖÜÄöüäßĂÂÎŞŢăâîşţĐđĽĹŔľĺŕ"
    + _MARKS_OF_ALL
)
_LONG_RUN = re.compile("[À-ÖØ-öø-ſ]{4,}")
_INSIDE_WORD = re.compile("[a-z][‘”–—…°€§£©®™«»¿¡\xa0ŸŒŠŽÀ-ÖØ-Þ][a-z]?|£[A-Za-zÀ-ÿ]")


def _is_plausible(decoded: str, letters: frozenset[str]) -> bool:
    """Few characters beyond ASCII stand where words of these letters would not have them."""
    foreign = [char for char in decoded if char > "\x7f"]
    odd = sum(1 for char in foreign if char not in letters)
    runs = sum(len(run) for run in _LONG_RUN.findall(decoded))
    inside = len(_INSIDE_WORD.findall(decoded))
    return odd + runs + inside <= len(foreign) * 0.05


_STRAY_BYTES = "c360-stray-bytes"


def _register_stray_bytes() -> None:
    codecs.register_error(_STRAY_BYTES, _stray_bytes)


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    raw = error.object[error.start : error.end]
    text = "".join(_one_byte(raw[i : i + 1]) for i in range(len(raw)))
    return text, error.end


def _one_byte(byte: bytes) -> str:
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")


def text_stream(content: str) -> io.StringIO:
    """Text in memory as a file whose line ends stay as they are."""
    return io.StringIO(content, newline="")
