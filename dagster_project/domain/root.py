"""A root: the folder that holds one company's files, and nothing of another's."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Root:
    """Where everything of one company lies; ``state`` is the only part that cannot be rebuilt."""

    path: Path

    @property
    def marker(self) -> Path:
        """``c360-root.json``: the root's kind (demo or company) and format version."""
        return self.path / "c360-root.json"

    @property
    def config(self) -> Path:
        """What the company's people edit."""
        return self.path / "config"

    @property
    def inbox(self) -> Path:
        """Files that arrive: ``inbox/<source>/…``; read ones move to ``inbox/loaded/<source>/``."""
        return self.path / "inbox"

    @property
    def landing(self) -> Path:
        """Append-only Parquet: ``landing/<source>/<stream>/<load_id>/``."""
        return self.path / "landing"

    @property
    def quarantine(self) -> Path:
        """Rows a gate held back: ``quarantine/<source>/<stream>/<load_id>.parquet``."""
        return self.path / "quarantine"

    @property
    def state(self) -> Path:
        """Load ledger, cursors, id ledger, judgements: keep a copy of this folder."""
        return self.path / "state"

    @property
    def warehouse(self) -> Path:
        """The DuckDB warehouse file and its spill; derived, may be deleted."""
        return self.path / "warehouse"

    @property
    def database(self) -> Path:
        """The warehouse file itself; one process writes it at a time."""
        return self.warehouse / "c360.duckdb"

    @property
    def published(self) -> Path:
        """Data products, one file per consumer; derived, may be deleted."""
        return self.path / "published"

    @property
    def audit(self) -> Path:
        """Reports of verdicts and receipts; hold no personal value."""
        return self.path / "audit"
