"""Publishes one consumer's data product: built aside, judged, and put in force by one rename.

Belongs here: the order of steps, which is what makes a kill between any two of them harmless.
Does not belong here: the suites (``expectations``), which are handed in as ``validate``.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from dagster_project.config.access import give_to_group, prepare_product_folder
from dagster_project.config.consumers import Consumer
from dagster_project.consent.secret import read_key
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.loads import RuleOutcome, Severity, Verdict
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.digests import attached
from dagster_project.engines.duckdb.session import EngineOptions, session
from dagster_project.engines.duckdb.storage import full_disk_explained, require_space
from dagster_project.publish.column_classes import ColumnClasses
from dagster_project.publish.crm_import import Baselines
from dagster_project.publish.generations import (
    KEPT,
    ProductFolder,
    generation_name,
    serial_of,
)
from dagster_project.publish.history import finish_folding, fold
from dagster_project.publish.manifest import (
    Manifest,
    PublishedTable,
    read_manifest,
    rules_hash,
)
from dagster_project.publish.masks import Shown, as_masked
from dagster_project.publish.product import (
    NEW_BASELINE,
    NEW_MEMORY,
    Built,
    build_product,
    plan_product,
)
from dagster_project.publish.releases import as_released, write_memory

Validate = Callable[[Path], Verdict]
"""Judges the built DuckDB file. It must close every handle it opens."""

Reached = Callable[[str], None]
"""Told the name of every point where a kill would be most awkward; chaos tests kill there."""

POINTS = (
    "publication: generation written",
    "publication: generation validated",
    "publication: generation renamed",
    "publication: baseline written",
    "publication: link flipped",
    "publication: older generation folded",
)
"""The points ``reached`` hears of, in order."""


@dataclass(frozen=True)
class Publication:
    """What one call did. ``generation`` is the one in force now, empty when there is none."""

    consumer: str
    generation: str
    changed: bool
    verdict: Verdict
    path: Path
    rows: dict[str, int] = field(default_factory=dict)
    linked: int = 0  # Parquet and CSV files shared with the generation before
    imports: dict[str, int] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether a new generation was built and held back; the last good one is in force."""
        return not self.verdict.passed


def publish(
    root: Root,
    consumer: Consumer,
    *,
    validate: Validate = lambda product: Verdict("no suite"),
    inputs: str | None = None,
    options: EngineOptions | None = None,
    keep: int = KEPT,
    secret: str | None = None,
    reached: Reached = lambda point: None,
    classes: Callable[[], ColumnClasses] | None = None,
) -> Publication:
    """Publish what the warehouse holds for one consumer, unless it is in force already.

    Call it with the writer lock held and no session on the warehouse open. ``inputs`` is a
    fingerprint of everything the warehouse was built from: when the generation in force was
    made from the same, nothing is read. Otherwise the tables' content decides. ``keep`` is the
    number of generations that stay; ``secret`` the root's, where the environment holds it.
    ``classes`` tells which columns are personal data, and is asked when a product is built. A refused
    product leaves the generation in force.
    """
    folder = ProductFolder(root, consumer.name)
    baselines = Baselines(root, consumer.name)
    memories = Baselines(root, consumer.name, "releases")
    prepare_product_folder(folder.path, personal_data=consumer.personal_data)
    not_given = give_to_group(folder.path, consumer.group) if consumer.group else None
    folder.tidy()
    for generation in folder.generations():
        finish_folding(generation)
    in_force = folder.current()
    current = read_manifest(in_force)
    for kept in (baselines, memories):
        kept.tidy(in_force.name if in_force else None)
    rules = rules_hash(consumer)
    if current and inputs and (current.inputs, current.rules_hash) == (inputs, rules):
        return _unchanged(folder, current)
    if not root.database.is_file():
        raise Customer360Error(
            "there is no warehouse to publish from",
            str(root.database),
            "run the pipeline first",
        )
    with _cleared_on_error(folder), session(options=options) as connection:
        connection.execute("set preserve_insertion_order = true")
        with (
            attached(connection, root.database) as warehouse,
            _as_shown(
                connection,
                warehouse,
                consumer,
                memory=memories.in_force(),
                root=root,
                secret=secret,
                classes=classes,
            ) as shown,
        ):
            plan = plan_product(connection, shown.catalog, consumer, rules, clock=warehouse)
            if current and in_force and current.content_hash == plan.content:
                if inputs:
                    current.made_of(inputs, in_force)
                return _unchanged(folder, current)
            require_space(folder.path, _space_needed(root, in_force), doing="publishing")
            name = generation_name(_next_serial(folder, baselines), plan.as_of, plan.content)
            built = build_product(
                connection, shown.catalog, consumer, plan,
                folder=folder, name=name, baseline=baselines.in_force(), previous=current,
                classes=shown.classes or (classes() if classes else None),
            )  # fmt: skip
            if not consumer.personal_data:
                write_memory(connection, folder.partial / NEW_MEMORY)
            own = (*shown.outcomes, *_opens(consumer, not_given))
            built = replace(built, promises=(*built.promises, *own))
    reached(POINTS[0])
    with _cleared_on_error(folder):
        verdict = _judge(folder, consumer, built, validate)
    reached(POINTS[1])
    if not verdict.passed:
        folder.discard()
        return _refused(folder, consumer, current, verdict)
    manifest = Manifest(
        consumer=consumer.name,
        generation=name,
        as_of=plan.as_of,
        content_hash=plan.content,
        rules_hash=rules,
        inputs=inputs,
        tables=built.tables,
        verdict=verdict,
        imports=built.imports,
        before=built.before,
    )
    with _cleared_on_error(folder):
        _put_in_force(
            folder, {NEW_BASELINE: baselines, NEW_MEMORY: memories}, manifest,
            keep=keep, options=options, reached=reached,
        )  # fmt: skip
    return Publication(
        consumer=consumer.name,
        generation=name,
        changed=True,
        verdict=verdict,
        path=folder.file,
        rows=_rows(plan.tables),
        linked=built.linked,
        imports=built.imports,
    )


def _opens(consumer: Consumer, not_given: str | None) -> Iterator[RuleOutcome]:
    if consumer.group:
        rule, failed = f"the group {consumer.group} may open the product", int(bool(not_given))
        yield RuleOutcome(rule, Severity.WARN, not failed, 1, failed, not_given or "")


@contextmanager
def _as_shown(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    consumer: Consumer,
    *,
    memory: Path | None,
    root: Root,
    secret: str | None,
    classes: Callable[[], ColumnClasses] | None,
) -> Iterator[Shown]:
    """The warehouse itself for who may see it, else a catalog with what the consumer may see."""
    if not consumer.personal_data:
        with as_released(
            connection, warehouse, consumer,
            memory=memory, key=read_key(root, secret),
        ) as shown:  # fmt: skip
            yield shown
    elif consumer.masked or consumer.columns:
        with as_masked(
            connection, warehouse, consumer,
            key=read_key(root, secret), classes=classes() if classes else None,
        ) as shown:  # fmt: skip
            yield shown
    else:
        yield Shown(warehouse)


@contextmanager
def _cleared_on_error(folder: ProductFolder) -> Iterator[None]:
    """Give the room back that a failed attempt took, and say so when it was the disk."""
    try:
        with full_disk_explained(folder.path):
            yield
    except (Customer360Error, duckdb.Error, OSError):
        folder.discard()
        raise


def _judge(
    folder: ProductFolder, consumer: Consumer, built: Built, validate: Validate
) -> Verdict:
    """The product's own promises first; its suite is asked only when they hold."""
    own = Verdict(f"publication_{consumer.name}", built.promises)
    if not own.passed:
        return own
    suite = validate(folder.partial / f"{consumer.name}.duckdb")
    return Verdict(suite.suite, (*built.promises, *suite.outcomes))


def _put_in_force(
    folder: ProductFolder,
    remembered: Mapping[str, Baselines],
    manifest: Manifest,
    *,
    keep: int,
    options: EngineOptions | None,
    reached: Reached,
) -> None:
    waiting = {name: folder.path / f".partial{name}" for name in remembered}
    for name, aside in waiting.items():
        if (folder.partial / name).exists():
            (folder.partial / name).rename(aside)
    manifest.write(folder.partial)
    folder.settle(manifest.generation)
    reached(POINTS[2])
    for name, aside in waiting.items():
        if aside.exists():
            remembered[name].keep(aside, manifest.generation)
    reached(POINTS[3])
    folder.flip(manifest.generation)
    reached(POINTS[4])
    folder.finish(keep=keep)
    for kept in remembered.values():
        kept.tidy(manifest.generation)
    _fold_older(folder, options)
    reached(POINTS[5])


def _fold_older(folder: ProductFolder, options: EngineOptions | None) -> None:
    """Keep the newest two generations whole (a reader may still be opening the older one)."""
    for generation in folder.generations()[:-2]:
        fold(folder, generation, options=options)


def _unchanged(folder: ProductFolder, current: Manifest) -> Publication:
    return Publication(
        consumer=folder.consumer,
        generation=current.generation,
        changed=False,
        verdict=current.verdict,
        path=folder.file,
        rows=_rows(current.tables),
        imports=current.imports,
    )


def _refused(
    folder: ProductFolder, consumer: Consumer, current: Manifest | None, verdict: Verdict
) -> Publication:
    return Publication(
        consumer=consumer.name,
        generation=current.generation if current else "",
        changed=False,
        verdict=verdict,
        path=folder.file,
        rows=_rows(current.tables) if current else {},
    )


def _rows(tables: tuple[PublishedTable, ...]) -> dict[str, int]:
    return {t.table: t.rows for t in tables}


def _next_serial(folder: ProductFolder, baselines: Baselines) -> int:
    newest = max((serial_of(g.name) for g in folder.generations()), default=0)
    return max(newest, baselines.last_serial()) + 1


def _space_needed(root: Root, in_force: Path | None) -> int:
    """Bytes a generation may take: a little more than the one before, or the whole warehouse."""
    if in_force is None:
        return root.database.stat().st_size
    return int(1.2 * sum(f.stat().st_size for f in in_force.rglob("*") if f.is_file()))
