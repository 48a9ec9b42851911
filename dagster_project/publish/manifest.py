"""What a generation says of itself: ``manifest.json`` beside it and ``_manifest`` within it."""

import shutil
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import orjson

from dagster_project.config.consumers import Consumer
from dagster_project.domain.loads import Verdict, verdict_of

FORMAT = 1
"""Version of a generation's layout; another one is published anew."""

FILE = "manifest.json"


@dataclass(frozen=True)
class PublishedTable:
    """One table of a product: its rows, the hash of its content, rows behind the sorted ones."""

    table: str
    rows: int
    digest: str
    loose: int = 0


@dataclass(frozen=True)
class Manifest:
    """One generation; holds counts and hashes, never a value."""

    consumer: str
    generation: str
    as_of: datetime
    content_hash: str
    rules_hash: str
    inputs: str | None
    tables: tuple[PublishedTable, ...]
    verdict: Verdict
    imports: dict[str, int] = field(default_factory=dict)
    before: str | None = None
    """The generation that was in force when this one was built; ``since/`` is against it."""
    engine: str = duckdb.__version__

    def digests(self) -> dict[str, str]:
        """Content hash by table."""
        return {t.table: t.digest for t in self.tables}

    def write(self, folder: Path) -> None:
        """Write ``manifest.json`` into a generation under construction."""
        (folder / FILE).write_bytes(_document(self))

    def made_of(self, inputs: str, generation: Path) -> None:
        """Note in a whole generation that these inputs give the same content, too."""
        file = generation / FILE
        aside = file.with_name(f".{FILE}.partial")
        aside.write_bytes(_document(replace(self, inputs=inputs)))
        shutil.copymode(file, aside)
        aside.replace(file)


def _document(manifest: Manifest) -> bytes:
    document = {"format": FORMAT, **asdict(manifest)}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def read_manifest(generation: Path | None) -> Manifest | None:
    """The manifest of a whole generation; ``None`` when it is missing or of another format."""
    if generation is None or not (generation / FILE).is_file():
        return None
    document = orjson.loads((generation / FILE).read_bytes())
    if document.pop("format", None) != FORMAT:
        return None
    return Manifest(
        **{
            **document,
            "as_of": datetime.fromisoformat(document["as_of"]),
            "tables": tuple(PublishedTable(**t) for t in document["tables"]),
            "verdict": verdict_of(document["verdict"]),
        }
    )


def rules_hash(consumer: Consumer) -> str:
    """Hash of what the company says of a consumer: other rules make another product."""
    rules = consumer.model_dump_json(exclude={"title", "expected_every_days", "group"})
    return sha256(f"{FORMAT}|{duckdb.__version__}|{rules}".encode()).hexdigest()[:32]


def content_hash(rules: str, tables: tuple[PublishedTable, ...]) -> str:
    """Hash of a whole product: equal exactly when rules and the content of every table are."""
    text = repr((rules, sorted((t.table, t.rows, t.digest) for t in tables)))
    return sha256(text.encode()).hexdigest()[:32]


def write_manifest_table(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    *,
    consumer: str,
    generation: str,
    as_of: datetime,
    content: str,
    tables: tuple[PublishedTable, ...],
) -> None:
    """Create ``_manifest`` in a product: one row per table, so that a reader can ask the file."""
    connection.execute(
        f"""
        create or replace table {catalog}._manifest (
            consumer varchar,
            generation varchar,
            as_of timestamptz,
            content_hash varchar,
            table_name varchar,
            row_count bigint,
            table_hash varchar
        )
        """
    )
    connection.executemany(
        f"insert into {catalog}._manifest values (?, ?, ?, ?, ?, ?, ?)",
        [[consumer, generation, as_of, content, t.table, t.rows, t.digest] for t in tables],
    )
