"""Every place in a root where data of people can stand, and what erasure does there.

The first pattern that fits a file decides. A file that none fits fails the tests, so that nobody
adds a place without saying how people leave it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from dagster_project.domain.root import Root


class How(StrEnum):
    """What happens to files of a place."""

    LANDED = "rows taken out, file written anew"
    QUARANTINE = "rows taken out of the list"
    ORIGINAL = "rows and elements taken out, archives packed anew; else removed as a whole"
    DATABASE = "written anew without rows that name them"
    GENERATION = "a new generation without them; older ones dropped"
    BASELINE = "written anew with the new generation"
    DESK = "texts and whom they are about taken out, decisions stay"
    STORE = "texts masked, file vacuumed"
    TEXT = "mentions masked"
    TABLE = "rows that name them taken out"
    REMOVED = "removed; a run makes it anew"
    LINK = "a link, or a lock"
    HASHED = "holds keyed hashes only"
    WRITTEN_BY_HAND = (
        "written by the company's people; `c360 erase --verify` finds whom it names"
    )


@dataclass(frozen=True)
class Place:
    """Some files of a root; ``name`` is what the receipt calls them."""

    name: str
    pattern: str
    how: How


PLACES = (
    Place("config", "config/*", How.WRITTEN_BY_HAND),
    Place("requests", "requests/*", How.WRITTEN_BY_HAND),
    Place("marker", "c360-root.json", How.WRITTEN_BY_HAND),
    Place("inbox", "inbox/*", How.ORIGINAL),
    Place("leftovers", "landing/.partial/*", How.REMOVED),
    Place("landing", "landing/.merged/*.parquet", How.LANDED),
    Place("landing", "landing/*/rows.parquet", How.LANDED),
    Place("landing", "landing/*/load.json", How.TEXT),
    Place("leftovers", "quarantine/.partial/*", How.REMOVED),
    Place("quarantine", "quarantine/*.parquet", How.QUARANTINE),
    Place("ledger", "state/ledger.sqlite", How.STORE),
    Place("compliance desk", "state/compliance.sqlite", How.DESK),
    Place("identity state", "state/identity.duckdb", How.DATABASE),
    Place("identity state", "state/accounts/*.duckdb", How.DATABASE),
    Place("history", "state/history/*.parquet", How.TABLE),
    Place("imports of CRMs", "state/crm_import/*.parquet", How.BASELINE),
    Place("releases of insight views", "state/releases/*.parquet", How.HASHED),
    Place("tombstones", "state/tombstones.parquet", How.HASHED),
    Place("objections", "state/objections.parquet", How.HASHED),
    Place("secrets", "state/privacy.key", How.HASHED),
    Place("audit log", "state/audit_end.json", How.HASHED),
    Place("lock", "state/*.lock", How.LINK),
    Place("journal of erasure", "state/erasure/*", How.REMOVED),
    Place("warehouse", "warehouse/c360.duckdb", How.DATABASE),
    Place("warehouse", "warehouse/c360.duckdb.wal", How.DATABASE),
    Place("evidence", "warehouse/evidence.duckdb*", How.REMOVED),
    Place("evidence", "warehouse/accounts.duckdb*", How.REMOVED),
    Place("leftovers", "warehouse/work/*", How.REMOVED),
    Place("leftovers", "warehouse/spill/*", How.REMOVED),
    Place("artefacts", "warehouse/*", How.TEXT),
    Place("published", "published/*.duckdb", How.GENERATION),
    Place("published", "published/*/*", How.GENERATION),
    Place("audit log", "audit/access.jsonl", How.HASHED),
    Place("reports", "audit/*", How.TEXT),
    Place("Dagster", ".dagster/*.db", How.STORE),
    Place("Dagster", ".dagster/*.db-*", How.STORE),
    Place("Dagster", ".dagster/*", How.TEXT),
    Place("demo world", "api/*", How.ORIGINAL),
    Place("demo world", "truth/*.parquet", How.TABLE),
)
"""In the order in which they are asked."""


def place_of(root: Root, file: Path) -> Place | None:
    """The place a file stands in."""
    name = file.relative_to(root.path).as_posix()
    return next((place for place in PLACES if fnmatchcase(name, place.pattern)), None)


def files_of(root: Root, *hows: How) -> Iterator[tuple[Place, Path]]:
    """Files of places that are dealt with in one of these ways, by name; no links."""
    for file in sorted(root.path.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        place = place_of(root, file)
        if place is not None and place.how in hows:
            yield place, file
