"""What every step of a run works with: the root, its register, its landing zone, the journal.

Belongs here: opening and closing these once per run, and the writer lock around them.
Does not belong here: what a step does with them.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import dagster as dg
import duckdb

from dagster_project.config.access import tighten_root
from dagster_project.config.consumers import read_consumers
from dagster_project.config.privacy import read_privacy
from dagster_project.config.roots import open_root
from dagster_project.config.sources import SourceConfig, read_sources
from dagster_project.consent.secret import VARIABLE
from dagster_project.defs.alerts import close_and_tell
from dagster_project.defs.guard import guarded
from dagster_project.defs.housekeeping import tidy_up
from dagster_project.defs.instance import this_process
from dagster_project.defs.intake import Intake
from dagster_project.defs.journal import Journal
from dagster_project.domain.loads import Verdict
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.dbt_run import DbtProject
from dagster_project.engines.duckdb.phases import fingerprint_of, fingerprint_of_files
from dagster_project.engines.duckdb.session import EngineOptions, session
from dagster_project.engines.duckdb.writer_lock import LockHolder, writer_lock
from dagster_project.landing.attention import Attention
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.store import LandingZone
from dagster_project.privacy.erase import Company, finish_erasures
from dagster_project.settings import PROJECT, Settings, read_settings
from dagster_project.sources.catalogue import STREAMS


class HeldWarehouse:
    """One database file that is opened with the first session and stays open until closed."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def session(
        self, database: Path, options: EngineOptions
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own: its temporary tables and open transaction end with it."""
        if self._connection is None:
            self._connection = self._open.enter_context(session(database, options=options))
        with self._connection.cursor() as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection

    def close(self) -> None:
        """Write everything into the file and let others open it."""
        self._connection = None
        self._open.close()


ONLY_SHOWN = frozenset({"cli", "viewer"})
"""Packages that print and show what others made."""


@dataclass(frozen=True)
class Workbench:
    """One run's tools. Holding it means holding the root's writer lock."""

    settings: Settings
    sources: tuple[SourceConfig, ...]
    zone: LandingZone
    journal: Journal
    run_id: str
    workdir: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    doors: dict[str, Verdict] = field(default_factory=dict)
    """Verdicts on marts and data products, as this run gives them; the report shows them."""
    intakes: dict[str, Intake] = field(default_factory=dict)
    """What each vendor's step has read; a step that is tried again goes on from there."""
    told: dict[str, int] = field(default_factory=dict)
    """Up to which decision each vendor's step has told of its loads."""
    held: HeldWarehouse = field(default_factory=HeldWarehouse)

    @property
    def root(self) -> Root:
        """The root this run writes."""
        return self.settings.root

    @property
    def ledger(self) -> Ledger:
        """The ledger of loads."""
        return self.zone.ledger

    @cached_property
    def attention(self) -> Attention:
        """What is held back, and what was told."""
        return Attention(self.root)

    @property
    def dbt(self) -> DbtProject:
        """The dbt project, its artefacts beside the warehouse they describe."""
        return DbtProject(self.settings.dbt_project, self.root.warehouse / "dbt")

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A writing session on the warehouse, whose file stays open for the next one.

        Opening reads the whole catalogue, and a run without news looks into it a dozen times. Let
        go of it before anybody else opens the file: dbt, publication, whoever comes after the run.
        """
        try:
            with self.held.session(self.root.database, self.settings.engine) as connection:
                yield connection
        except BaseException:
            self.let_go()  # whatever the work had attached or begun goes with it
            raise

    def let_go(self) -> None:
        """Close the warehouse's file."""
        self.held.close()

    def sources_of(self, vendor: str) -> tuple[SourceConfig, ...]:
        """The configured sources of one vendor."""
        return tuple(s for s in self.sources if s.vendor == vendor)

    @cached_property
    def code_fingerprint(self) -> str:
        """Changes when a model, a rule or a configuration file changes: rebuild then.

        What is printed or shown makes no table.
        """
        code = fingerprint_of_files(
            (PROJECT / "dagster_project", PROJECT / "dbt"),
            frozenset({".py", ".sql", ".yml", ".csv", ".npz"}),
            without=ONLY_SHOWN,
        )
        config = fingerprint_of_files(
            (self.settings.config_dir,), frozenset({".yml", ".yaml", ".csv"})
        )
        return fingerprint_of(code, config, str(self.settings.as_of))


@contextmanager
def open_workbench(
    settings: Settings,
    run_id: str,
    *,
    holder: str,
    on_wait: Callable[[LockHolder | None], None] = lambda holder: None,
) -> Iterator[Workbench]:
    """Take the writer lock (waiting for another run), recover what a kill left, hand out the tools."""
    open_root(settings.root)
    settings.export()
    sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    with writer_lock(settings.root, holder, on_wait=on_wait):
        tighten_root(settings.root)
        workdir = settings.root.warehouse / "work"
        shutil.rmtree(workdir, ignore_errors=True)
        workdir.mkdir(parents=True)
        finish_erasures(
            Company(
                root=settings.root,
                sources=sources,
                streams=STREAMS,
                rules=read_privacy(settings.config_dir / "privacy.yml"),
                options=settings.engine,
                key=settings.variables.get(VARIABLE),
            )
        )
        zone = LandingZone(
            settings.root,
            options=settings.engine,
            countries={source.name: source.country for source in sources},
            key=settings.variables.get(VARIABLE),
            sources=sources,
        )
        zone.recover()
        journal = Journal(settings.root.audit / "runs" / f"{run_id}.jsonl")
        doors: dict[str, Verdict] = {}
        told: dict[str, int] = {}
        held = HeldWarehouse()
        try:
            with served_apis(settings, sources) as variables:
                yield Workbench(
                    settings,
                    sources,
                    zone,
                    journal,
                    run_id,
                    workdir,
                    variables,
                    doors,
                    told=told,
                    held=held,
                )
        finally:
            held.close()
            zone.close()
            shutil.rmtree(workdir, ignore_errors=True)
        # Told is what stands in the journal of a run that came to its end; what a killed run
        # has noticed is told by the next one.
        for vendor, through in told.items():
            Attention(settings.root).mark_told(vendor, through)
        consumers = read_consumers(settings.config_dir / "consumers.yml")
        tidy_up(
            settings.root,
            zone.ledger,
            consumers=[consumer.name for consumer in consumers],
            doors=doors,
            options=settings.engine,
            sources=sources,
            run_id=run_id,
        )


@contextmanager
def served_apis(
    settings: Settings, sources: tuple[SourceConfig, ...]
) -> Iterator[Mapping[str, str]]:
    """Addresses of the demo world's loopback API server while a run lasts; nothing for a company."""
    world = settings.root.path / "api"
    if not world.is_dir() or not any(s.api for s in sources):
        yield {}
        return
    from dagster_project.demo.server import serve

    with serve(world) as handle:
        yield {
            "C360_MASTODON_URL": handle.mastodon_url,
            "C360_BLUESKY_URL": handle.bluesky_url,
            "C360_MASTODON_TOKEN": handle.token,
            "C360_BLUESKY_TOKEN": handle.token,
        }


class WorkbenchResource(dg.ConfigurableResource[Workbench]):
    """Where this run works; hands steps a plain ``Workbench``."""

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Workbench]:
        """Hold the root for one run; another run waits here and says for whom."""
        settings = read_settings(Path(self.root))
        run_id = context.run_id or "adhoc"
        if context.instance is not None and context.run_id:
            context.instance.add_run_tags(context.run_id, this_process(context.run_id))
        with guarded("opening the root"):
            opened = open_workbench(
                settings,
                run_id,
                holder=f"Dagster run {run_id[:8]}",
                on_wait=lambda other: _say_waiting(context, other),
            )
            workbench = opened.__enter__()
        if context.instance is not None:
            for problem in close_and_tell(context.instance, settings):
                _warn(context, problem)
        try:
            yield workbench
        finally:
            opened.__exit__(None, None, None)


def _say_waiting(context: dg.InitResourceContext, holder: LockHolder | None) -> None:
    _warn(context, f"waiting: the root is being written by {holder or 'another process'}")


def _warn(context: dg.InitResourceContext, words: str) -> None:
    if context.log:
        context.log.warning(words)
