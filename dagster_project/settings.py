"""The only module that reads the environment: where a root lies, how much of the machine to use.

Belongs here: paths of this checkout, limits, ``${NAME}`` references to secrets.
Does not belong here: anything a company configures; that stands in the root's ``config/``.
"""

import os
import re
import shlex
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from dagster_project.domain.errors import Customer360Error, SourceError
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import EngineOptions, is_memory_size

PROJECT = Path(__file__).resolve().parent.parent
"""The checkout: ``dbt/``, ``config/`` and the demo's ``data/`` lie here."""

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Settings:
    """What one process needs to know of its surroundings."""

    root: Root
    threads: int
    memory_limit: str
    as_of: datetime | None = None
    git_url: str = ""
    git_branch: str = "main"
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def engine(self) -> EngineOptions:
        """Limits for every DuckDB session of this process."""
        return EngineOptions(self.threads, self.memory_limit, self.root.warehouse / "spill")

    @property
    def dbt_project(self) -> Path:
        """The folder with ``dbt_project.yml``."""
        return PROJECT / "dbt"

    @property
    def config_dir(self) -> Path:
        """The root's own ``config/``, or the checkout's when the root has none (the demo)."""
        own = self.root.config
        return own if own.is_dir() else PROJECT / "config"

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps its runs; part of the root, so that the UI shows them."""
        return self.root.path / ".dagster"

    def resolve(self, text: str) -> str:
        """Replace ``${NAME}`` by its value; ``SourceError`` names the variable that is missing."""

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in self.variables:
                raise SourceError(
                    f"the environment variable {name} is not set",
                    "config/sources.yml",
                    f"export {name}=… before the run, or take the source's api entry out",
                )
            return self.variables[name]

        return _REFERENCE.sub(value, text)

    def export(self) -> None:
        """Hand dbt, GX and Dagster, which read the environment themselves, what they need."""
        _BEFORE_EXPORT[str(self.root.path)] = _shell_root()
        os.environ.update(
            {
                "C360_ROOT": str(self.root.path),
                "C360_DATABASE": str(self.root.database),
                "C360_SPILL": str(self.root.warehouse / "spill"),
                "C360_THREADS": str(self.threads),
                "C360_MEMORY_LIMIT": self.memory_limit,
                "DAGSTER_HOME": str(self.dagster_home),
                "DAGSTER_DISABLE_TELEMETRY": "yes",
                "DAGSTER_EVENT_BATCH_SIZE": "1000",
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "DO_NOT_TRACK": "1",
                "GX_ANALYTICS_ENABLED": "false",
                "TQDM_DISABLE": "1",
            }
        )


class Variables(Mapping[str, str]):
    """The environment; what it does not hold is read from a file that ``NAME_FILE`` names.

    So secrets stay out of the environment, which every process that is started inherits: systemd's
    credentials and the secrets of Docker and Kubernetes are such files.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = dict(given)

    def __getitem__(self, name: str) -> str:
        if name in self._given or f"{name}{_FILE}" not in self._given:
            return self._given[name]
        file = Path(self._given[f"{name}{_FILE}"])
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & 0o077:
                raise Customer360Error(
                    "others on this machine may read a secret",
                    f"{name}{_FILE}",
                    "chmod 600 the file",
                )
            text = file.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            raise Customer360Error(
                "the file of a secret cannot be read",
                f"{name}{_FILE}",
                "name a text file of yours",
            ) from None
        return text.removesuffix("\n").removesuffix("\r")

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def __repr__(self) -> str:
        return f"Variables({len(self._given)})"


_FILE = "_FILE"


def read_settings(
    root: Path | None = None,
    *,
    as_of: datetime | None = None,
    variables: Mapping[str, str] | None = None,
) -> Settings:
    """Settings of this process. ``root`` wins over ``C360_ROOT`` wins over the demo's ``data/``."""
    environment = os.environ
    path = root or Path(environment.get("C360_ROOT") or PROJECT / "data")
    return Settings(
        root=Root(path.expanduser().resolve()),
        threads=_threads(environment.get("C360_THREADS")),
        memory_limit=_memory(environment.get("C360_MEMORY_LIMIT")),
        as_of=as_of or _instant(environment.get("C360_AS_OF")),
        git_url=environment.get("C360_GIT_URL", ""),
        git_branch=environment.get("C360_GIT_BRANCH", "main"),
        variables=Variables({**environment, **(variables or {})}),
    )


def own_command(*arguments: str | Path) -> str:
    """``c360 …`` as it can be pasted into this very shell: installed, or below this checkout."""
    beside = Path(sys.executable).with_name("c360")
    if shutil.which("c360"):
        words = ["c360"]
    elif beside.exists():
        words = [os.fspath(shown_path(beside))]
    else:
        words = [os.fspath(shown_path(Path(sys.executable))), "-m", "dagster_project.cli"]
    return shlex.join([*words, *map(str, arguments)])


def shown_path(path: Path) -> Path:
    """A path as the user would write it: relative where that is shorter."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


# a root that ``export`` put into the environment, and the root that stood there before
_BEFORE_EXPORT: dict[str, str | None] = {}


def _shell_root() -> str | None:
    """The root that the user's shell names, whatever this process has exported since."""
    now = os.environ.get("C360_ROOT")
    return _BEFORE_EXPORT.get(now, now) if now else None


def root_option(root: Root) -> tuple[str, ...]:
    """What a command needs to be told to work on this root; nothing where it would by itself."""
    is_default = root == read_settings(Path(_shell_root() or PROJECT / "data")).root
    return () if is_default else ("--root", os.fspath(shown_path(root.path)))


def _threads(text: str | None) -> int:
    """As asked for; else the machine's cores, at most 8."""
    if not text:
        return max(1, min(os.cpu_count() or 1, 8))
    if not text.isdecimal() or int(text) < 1:
        raise Customer360Error(
            "the number of threads is not a whole number", "C360_THREADS", "write it like 4"
        )
    return int(text)


def _instant(text: str | None) -> datetime | None:
    """An ISO 8601 time; without a zone it is UTC."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Customer360Error(
            "as-of time is not ISO 8601",
            "C360_AS_OF",
            "write it like 2026-11-15T00:00:00+00:00",
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _memory(text: str | None) -> str:
    """As asked for; else a quarter of the machine, 1 to 4 GB: room for Python and dbt beside it."""
    if text and not is_memory_size(text):
        raise Customer360Error(
            "the memory limit is not a size", "C360_MEMORY_LIMIT", "write it like 4GB"
        )
    if text:
        return text
    gigabytes = psutil.virtual_memory().total // 2**30 // 4
    return f"{max(1, min(gigabytes, 4))}GB"
