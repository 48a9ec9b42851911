"""A hash of the code that decides what a run of the warehouse writes.

Of statements, SQL and constants, wherever their file lies: comments, docstrings, imports and
layout change no result, and so no hash. Which modules decide is read from the imports themselves,
so that a new or moved one is covered without being named anywhere.

Does not belong here: hashes of records and configuration (``fingerprint``, ``hashes``).
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "dagster_project.identity"
START = f"{PACKAGE}.resolve"


IDENTITY = Path(__file__).parent.parent


@cache
def code_hash(folder: Path = IDENTITY, start: str = START) -> str:
    """Of all modules of identity that a run of the warehouse imports, in whatever files."""
    digests = sorted(_hash_of(tree) for tree in _imported(start, folder).values())
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def deciding_modules(folder: Path = IDENTITY) -> set[str]:
    """Names of these modules."""
    return set(_imported(START, folder))


def _hash_of(tree: ast.AST) -> str:
    """Of what a module does; the same whatever the version of Python that parsed it."""
    parts: list[str] = []
    _add_parts(tree, parts)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _imported(start: str, folder: Path) -> dict[str, ast.Module]:
    found: dict[str, ast.Module] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        place = folder.joinpath(*name.removeprefix(PACKAGE).split(".")[1:]).with_suffix(".py")
        found[name] = ast.parse(place.read_bytes())
        waiting.extend(_imports(found[name]))
    return found


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{PACKAGE}."):
            yield str(node.module)
        elif isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            yield from (f"{PACKAGE}.{alias.name}" for alias in node.names)


def _add_parts(node: ast.AST, parts: list[str]) -> None:
    """The tree as words: kinds of nodes, names and values, empty fields left out.

    Into one list, since a run waits for it: generators within generators took twice as long.
    """
    parts.append(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, ast.AST):
                if not isinstance(each, _NO_WORDS) and not _says_nothing(each):
                    parts.append(name)
                    _add_parts(each, parts)
            elif each is not None:
                parts.append(f"{name}={_plain(each)}")
    parts.append(".")


_NO_WORDS = (ast.Load, ast.Store, ast.Del)
"""What the place of a name says as well."""


def _says_nothing(node: ast.AST) -> bool:
    """Imports, and texts that stand alone: docstrings of modules, functions and constants."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _plain(value: object) -> str:
    """A constant; SQL without its comments and the room before its lines."""
    if not isinstance(value, str):
        return repr(value)
    lines = (line.strip() for line in value.splitlines())
    return "\n".join(line for line in lines if not line.startswith("--"))
