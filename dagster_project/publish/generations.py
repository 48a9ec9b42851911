"""Generations of a data product on disk: folders that appear whole, and one link that flips.

Belongs here: names, links, cleaning up and dropping old ones. A kill between any two steps
leaves the generation in force untouched; ``tidy`` removes what the kill left behind.
Does not belong here: what stands in a generation.
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.config.access import share_as
from dagster_project.domain.root import Root
from dagster_project.engines.durable import point_link, sync_folder, sync_tree

KEPT = 7
"""How many generations of a product stay, the one in force included."""

_NAME = re.compile(r"(\d{6})-\d{8}T\d{6}Z-[0-9a-f]{8}")
_ASIDE = (".partial", ".dropped")


@dataclass(frozen=True)
class ProductFolder:
    """``published/<consumer>/``: its generations, the link ``current``, and the file readers open."""

    root: Root
    consumer: str

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.root.published / self.consumer

    @property
    def file(self) -> Path:
        """``published/<consumer>.duckdb``: a link through ``current``; readers open this path."""
        return self.root.published / f"{self.consumer}.duckdb"

    @property
    def current_link(self) -> Path:
        """The one link that says which generation is in force."""
        return self.path / "current"

    @property
    def partial(self) -> Path:
        """Where a generation is built; never read."""
        return self.path / ".partial"

    def current(self) -> Path | None:
        """The generation in force, if there is one and it is whole."""
        if not self.current_link.is_symlink():
            return None
        target = self.path / self.current_link.readlink()
        return target if (target / f"{self.consumer}.duckdb").is_file() else None

    def generations(self) -> tuple[Path, ...]:
        """Every whole generation, oldest first."""
        if not self.path.is_dir():
            return ()
        return tuple(
            sorted(p for p in self.path.iterdir() if p.is_dir() and _NAME.fullmatch(p.name))
        )

    def tidy(self) -> None:
        """Remove what a killed run left: parts, half-dropped folders, generations never in force.

        Without a whole generation in force nothing is known to be newer, and all are kept.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        current = self.current()
        for entry in list(self.path.iterdir()):
            if (
                entry.name.startswith(_ASIDE)
                or entry.name == f".{self.current_link.name}.partial"
            ):
                _remove(entry)
        if current is None:
            return
        for generation in self.generations():
            if serial_of(generation.name) > serial_of(current.name):
                self._drop(generation)
        self._link_file()

    def begin(self) -> Path:
        """An empty folder to build the next generation in."""
        _remove(self.partial)
        self.partial.mkdir(parents=True)
        return self.partial

    def discard(self) -> None:
        """Throw the generation under construction away."""
        _remove(self.partial)

    def settle(self, name: str) -> Path:
        """Make the built generation durable and give it its name; not yet in force.

        Its DuckDB file loses its write bits: opened for writing by mistake it would lock
        every other reader out.
        """
        for file in self.partial.glob("*.duckdb"):
            file.chmod(file.stat().st_mode & ~0o222)
        share_as(self.path, self.partial)
        sync_tree(self.partial)
        generation = self.path / name
        self.partial.rename(generation)
        sync_folder(self.path)
        return generation

    def flip(self, name: str) -> None:
        """Put a settled generation in force: the one moment at which readers see it."""
        point_link(self.current_link, name)

    def finish(self, *, keep: int = KEPT) -> None:
        """Point the readers' file through the link and drop generations beyond ``keep``.

        A reader that still has a dropped file open goes on reading it until it closes it.
        """
        self._link_file()
        current = self.current()
        superseded = [g for g in self.generations() if g != current]
        for generation in superseded[: max(0, len(superseded) - (keep - 1))]:
            self._drop(generation)

    def _link_file(self) -> None:
        target = f"{self.consumer}/{self.current_link.name}/{self.consumer}.duckdb"
        if not self.file.is_symlink() or str(self.file.readlink()) != target:
            point_link(self.file, target)

    def _drop(self, generation: Path) -> None:
        """Rename first: a kill half-way through must not leave half a generation behind."""
        dropped = generation.with_name(f".dropped-{generation.name}")
        generation.rename(dropped)
        shutil.rmtree(dropped)


def withdraw(root: Root, *, listed: Iterable[str]) -> tuple[str, ...]:
    """Remove the products of consumers the register no longer lists; returns their names.

    The readers' link goes first, so that nobody meets half a product.
    """
    names = set(listed)
    products = [
        ProductFolder(root, p.name) for p in sorted(root.published.glob("*")) if p.is_dir()
    ]
    ours = [p for p in products if p.current_link.is_symlink() or p.generations()]
    gone = [p for p in ours if p.consumer not in names]
    for product in gone:
        product.file.unlink(missing_ok=True)
        shutil.rmtree(product.path)
        sync_folder(root.published)
    return tuple(product.consumer for product in gone)


def generation_name(serial: int, as_of: datetime, content_hash: str) -> str:
    """``000012-20261115T093000Z-1a2b3c4d``: sorts by serial, tells time of the data and content."""
    return f"{serial:06d}-{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content_hash[:8]}"


def serial_of(name: str) -> int:
    """Serial number of a generation's name."""
    return int(name[:6])


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
