"""Texts as rows of numbers: words, pairs of words and parts of words, hashed.

Hashing needs no vocabulary, so a model is its weights alone: nothing to fit again, and no text
of the training is kept in it. All texts of a batch are hashed at once: the characters of a part
are a difference of two running sums (a polynomial over 2^64), so that a part costs a few
additions whatever its length. A feature counts by how often it stands in a text and by how few
texts of the training have it, in shares of the whole text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

VERSION = 2
"""Of the features: a model made with others cannot be used."""

BITS = 17
"""Hashed words and parts of words have so many bits each: of 77 intents of a bank (6,523 texts,
3-fold) macro-F1 is .88, as with a vocabulary."""

Ints = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]

LONGEST = 20_000
"""Characters of a text that are read: what a message is about stands in its first pages."""

_PARTS = (2, 3, 4, 5)

_TOKEN = re.compile(r"\w+|[^\w\s]")
_LINK = re.compile(r"(?:https?://|www\.)(\S+)")
_NAME = re.compile(r"@\w+")
_NUMBER = re.compile(r"\d{3,}")
_CALLS = re.compile(r"https?:|www|@\w|\d{3}")
_SHOUTED = re.compile(r"\b[A-Z]{2,}\b")
_MOST_SHOUTED = 6


def count_features(texts: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
    """Counts of words and of parts of words: two matrices, one row per text."""
    if not texts:
        nothing = csr_matrix((0, 2**BITS), dtype=np.float32)
        return nothing, nothing
    line = "".join(map(_spaced, texts))
    codes = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), np.uint32)
    spaces = codes == 32
    # a text begins with a space, and so does what parts it from the one before
    begins = (
        np.flatnonzero(spaces[:-1] & spaces[1:]) + 1 if len(texts) > 1 else np.empty(0, int)
    )
    rows = np.zeros(len(codes), np.int32)
    rows[begins] = 1
    np.cumsum(rows, out=rows)
    running = _running(codes)
    return (
        _matrix(_words(spaces, rows, running), len(texts)),
        _matrix(_parts(spaces, rows, running), len(texts)),
    )


def _spaced(text: str) -> str:
    """Words and signs between single spaces; names by their kind alone, and what a text shouts."""
    text = text[:LONGEST]
    read = text.lower()
    if _CALLS.search(read):
        read = _LINK.sub(r" http \1", read)
        read = _NAME.sub(" @ ", read)
        read = _NUMBER.sub(lambda found: f"{found[0]} digits{len(found[0])}", read)
    shouted = min(len(_SHOUTED.findall(text)), _MOST_SHOUTED)
    return f" {' '.join(_TOKEN.findall(read)) or '.'} " + shouted * "caps "


_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_MIX = np.uint64(0xD6E8FEB86659FD93)


@cache
def _powers(base: int, bits: int) -> Hashes:
    """Powers of a base, wrapped at 2^64, 2^bits of them."""
    steps = np.full(2**bits, base, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _running(codes: npt.NDArray[np.uint32]) -> Hashes:
    """Sums of all characters before each place, every place with its power of the base."""
    mixed = (codes.astype(np.uint64) + np.uint64(1)) * _MIX
    mixed ^= mixed >> np.uint64(29)
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(mixed * _powers(_BASE, _bits(len(codes)))[: len(codes)], out=sums[1:])
    return sums


def _bits(length: int) -> int:
    return max(16, (length + 1).bit_length())


def _hashed(
    running: Hashes, begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> Hashes:
    """Of the characters from one place to another, wherever in the line they stand."""
    undo = _powers(_INVERSE, _bits(len(running)))
    return (running[ends] - running[begins]) * undo[begins]


def _places(hashes: Hashes) -> Ints:
    """Which of the 2^BITS features a hash is."""
    mixed = (hashes ^ (hashes >> np.uint64(32))) * _MIX
    mixed ^= mixed >> np.uint64(32)
    return ((mixed * _MIX) >> np.uint64(64 - BITS)).astype(np.int32)


def _words(
    spaces: npt.NDArray[np.bool_], rows: Ints, running: Hashes
) -> Iterator[tuple[Ints, Ints]]:
    """Words, and each with its next."""
    begins = np.flatnonzero(spaces[:-1] & ~spaces[1:]) + 1
    ends = np.flatnonzero(~spaces[:-1] & spaces[1:]) + 1
    words = _hashed(running, begins, ends)
    of = rows[begins]
    yield of, _places(words)
    together = of[:-1] == of[1:]
    pairs = words[:-1] * np.uint64(_BASE) + words[1:]
    yield of[:-1][together], _places(pairs[together] + np.uint64(1))


def _parts(
    spaces: npt.NDArray[np.bool_], rows: Ints, running: Hashes
) -> Iterator[tuple[Ints, Ints]]:
    """Parts of one word, the spaces around it included."""
    before = np.zeros(len(spaces) + 1, np.int32)
    np.cumsum(spaces, out=before[1:])
    for size in _PARTS:
        begins = np.arange(len(spaces) - size + 1)
        inside = before[size - 1 : len(spaces)] - before[1 : len(spaces) - size + 2]
        kept = inside == 0
        if size == 2:  # between two texts there are two spaces
            kept &= ~(spaces[: len(begins)] & spaces[1:])
        chosen = begins[kept]
        yield rows[chosen], _places(_hashed(running, chosen, chosen + size) + np.uint64(size))


def _matrix(found: Iterator[tuple[Ints, Ints]], texts: int) -> csr_matrix:
    of, features = (np.concatenate(each) for each in zip(*found, strict=True))
    counts = csr_matrix((np.ones(len(of), np.float32), (of, features)), shape=(texts, 2**BITS))
    counts.sum_duplicates()
    return counts


def document_frequency(counts: csr_matrix) -> npt.NDArray[np.int64]:
    """In how many texts each feature stands."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def weigh(
    counts: tuple[csr_matrix, csr_matrix], rarity: tuple[npt.NDArray[np.float32], ...]
) -> csr_matrix:
    """Rows that models are learned from and asked with: each half of length 1."""
    return hstack(
        [_normalised(half, rare) for half, rare in zip(counts, rarity, strict=True)]
    ).tocsr()


def _normalised(counts: csr_matrix, rarity: npt.NDArray[np.float32]) -> csr_matrix:
    weighed = counts.copy()
    weighed.data = (1.0 + np.log(weighed.data)) * rarity[weighed.indices]
    lengths = np.sqrt(weighed.multiply(weighed).sum(axis=1)).A1.astype(np.float32)
    weighed.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(weighed.indptr))
    return weighed


def rarity_of(frequency: npt.NDArray[np.int64], texts: int) -> npt.NDArray[np.float32]:
    """Inverse document frequency, smoothed as if one more text had every feature."""
    return np.asarray(np.log((1 + texts) / (1 + frequency)) + 1, np.float32)
