"""Hashes of the suites as their rules stand now, kept beside the warehouse.

Whether a load has to be judged again is a comparison of two hashes; making one imports Great
Expectations, which takes longer than everything else that ``c360 regate`` does when there is
nothing to do. Derived: without the file, or after a change of any rule, hashes are made anew.
"""

import json
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.phases import fingerprint_of, fingerprint_of_files


def known_hash(root: Root, vendor: str, stream: str) -> str | None:
    """The hash of a stream's suite, if one was noted of the rules as they stand."""
    found = _hashes(root).get(f"{vendor}__{stream}")
    return found if isinstance(found, str) else None


def note_hash(root: Root, vendor: str, stream: str, suite_hash: str) -> None:
    """Keep the hash of a stream's suite. A folder that cannot be written is no obstacle."""
    hashes = _hashes(root)
    name = f"{vendor}__{stream}"
    if hashes.get(name) == suite_hash:
        return
    file = _file(root)
    aside = file.with_suffix(".partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"rules": _rules(), "suites": {**hashes, name: suite_hash}})
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)
    except OSError:
        return


def _hashes(root: Root) -> dict[str, object]:
    try:
        kept = json.loads(_file(root).read_text(encoding="utf-8"))
        return dict(kept["suites"]) if kept["rules"] == _rules() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _file(root: Root) -> Path:
    return root.warehouse / "suites.json"


@cache
def _rules() -> str:
    """Changes with any file of ``expectations`` and with the library that gives them meaning."""
    spec = find_spec("expectations")
    folders = tuple(map(Path, (spec.submodule_search_locations if spec else None) or ()))
    return fingerprint_of(
        fingerprint_of_files(folders, frozenset({".py"})), version("great_expectations")
    )
