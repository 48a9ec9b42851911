"""Files as nobody would make them: a valid sample, and some changes to it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from hypothesis import strategies as st

from tests.unit.sources.inbox import SAMPLES

Change = Callable[[bytes, random.Random], bytes]

SAMPLE_FILES = sorted(file for file in SAMPLES.rglob("*") if file.is_file())

_ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 5, 2**63, -(2**63), 10**15, 1e308, "", " ", "x", "²", "\x00",
    "1e9", "9999-99-99T99:99:99Z", "0000-00-00", [], {}, [[]], [None], [5], ["x"],
    {"x": 5}, {"": None}, [{"id": {"id": []}}], "a" * 5000, {"data": [5]}, {"count": "many"},
)  # fmt: skip

_ODD_CELLS = (
    b"", b'"', b'""', b"'", b"\\", b"\x00", b"\xff\xfe", b"=1+1", b"9" * 400, b"x\ny", b"\r",
    b'"never closed', b",,,,", b";", b"\t", b"NULL", b"31/02/2026 25:61", b"\xef\xbb\xbf",
)  # fmt: skip

_ENCODINGS = (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp1250", "cp437",
    "utf-7", "shift_jis", "gb18030", "cp037",
)  # fmt: skip

_NAMES = (
    "a", "a.csv", "a.json", "a.js", "a.txt", "a.xlsx", "a.zip", "a.gz", "a.csv.gz", "a b.CSV",
    "-rf.csv", "'; drop table x; --.csv", '"q".json', "%s{0}.csv", "*.csv", "[a].csv", "é.csv",
    "\u202ecsv.json", "new\nline.csv", "a\\b.csv", "20269999.csv", "00010101.csv", "😀.zip",
    "tweets.js", "account.js", "comments.json", "query_page.json", "$HOME.csv", "n" * 200,
)  # fmt: skip


def retype(content: bytes, chance: random.Random) -> bytes:
    """Put a value of another kind in some places of a JSON text; others come back as they are."""
    start = min((i for i in (content.find(b"["), content.find(b"{")) if i >= 0), default=0)
    try:
        value = orjson.loads(content[start:].strip().rstrip(b";"))
    except orjson.JSONDecodeError:
        return _retype_lines(content, chance)
    return content[:start] + _dumped(_retyped(value, chance))


def _retype_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines()
    for number, line in enumerate(lines):
        try:
            lines[number] = _dumped(_retyped(orjson.loads(line), chance))
        except orjson.JSONDecodeError:
            continue
    return b"\n".join(lines)


def _retyped(value: Any, chance: random.Random) -> Any:
    places = list(_places(value))
    for _ in range(chance.randint(1, 3)):
        if not places:
            return chance.choice(_ODD_VALUES)
        holder, key = chance.choice(places)
        act = chance.random()
        if act < 0.7:
            holder[key] = chance.choice(_ODD_VALUES)
        elif act < 0.85:
            holder[key] = [holder[key]]
        else:
            holder[key] = {str(key): holder[key]}
    return value


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items) if isinstance(value, dict | list) else ():
        yield value, key
        yield from _places(inner) if isinstance(inner, dict | list) else ()


def _dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        return repr(value).encode("utf-8", "replace")


def nest(content: bytes, chance: random.Random) -> bytes:
    """Wrap a text into levels of lists or objects, closed or not."""
    levels = chance.choice((1, 2, 30, 253, 254, 255, 600, 20_000))
    opening, closing = chance.choice(((b"[", b"]"), (b'{"data":', b"}"), (b'[{"a":', b"}]")))
    return opening * levels + content + closing * chance.choice((levels, 0, levels - 1))


def cut(content: bytes, chance: random.Random) -> bytes:
    """Break a text off, at its end or its beginning."""
    place = chance.randint(0, len(content))
    return content[:place] if chance.random() < 0.8 else content[place:]


def flip(content: bytes, chance: random.Random) -> bytes:
    """Change a few bytes."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 60)) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def encode_otherwise(content: bytes, chance: random.Random) -> bytes:
    """Write a text in another encoding, or say it is in one it is not."""
    text = content.decode("utf-8", "replace")
    if chance.random() < 0.2:
        return chance.choice((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) + content
    return text.encode(chance.choice(_ENCODINGS), "replace")


def spoil_cells(content: bytes, chance: random.Random) -> bytes:
    """Replace, insert or repeat parts between separators of a table."""
    separator = chance.choice((b",", b"\n", b'"'))
    parts = content.split(separator)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(parts))
        act = chance.random()
        if act < 0.6:
            parts[place] = chance.choice(_ODD_CELLS)
        elif act < 0.8:
            parts.insert(place, chance.choice(_ODD_CELLS))
        else:
            parts.insert(place, parts[chance.randrange(len(parts))])
    return separator.join(parts)


def join(content: bytes, chance: random.Random) -> bytes:
    """Put another sample before or behind."""
    other = chance.choice(SAMPLE_FILES).read_bytes()
    between = chance.choice((b"", b"\n", b",", b"\x00"))
    first, second = chance.choice(((content, other), (other, content)))
    return first + between + second


CHANGES: tuple[Change, ...] = (retype, nest, cut, flip, encode_otherwise, spoil_cells, join)


@dataclass(frozen=True)
class OddFile:
    """A sample, what becomes of it, and where it is put: a failing example prints as this."""

    sample: str
    changes: tuple[str, ...]
    seed: int
    name: str

    @property
    def vendor(self) -> str:
        """Whose sample it is."""
        return self.sample.split("/", maxsplit=1)[0]

    def content(self) -> bytes:
        """The bytes, the same for the same example."""
        chance = random.Random(self.seed)
        by_name = {change.__name__: change for change in CHANGES}
        content = (SAMPLES / self.sample).read_bytes()
        for name in self.changes:
            content = by_name[name](content, chance)
        return content


def _of_sample(file: Path) -> st.SearchStrategy[OddFile]:
    # What is packed is spoilt as bytes; of JSON the types first, since cut JSON has none.
    names = [change.__name__ for change in CHANGES]
    is_json = file.suffix in (".json", ".ndjson", ".jsonl", ".js", ".log")
    first = st.just((retype.__name__,) if is_json else (spoil_cells.__name__,))
    more = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(
        OddFile,
        sample=st.just(file.relative_to(SAMPLES).as_posix()),
        changes=first | more | st.tuples(first, more).map(lambda both: both[0] + both[1]),
        seed=st.integers(0, 2**32),
        name=st.just(file.name) | st.sampled_from(_NAMES),
    )


odd_files = st.sampled_from(SAMPLE_FILES).flatmap(_of_sample)
