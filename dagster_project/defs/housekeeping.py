"""What happens when a run lets go of its root: the report of verdicts, and keeping the root small."""

from dagster_project.config.sources import SourceConfig
from dagster_project.defs.journal import remove_old
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.loads import Verdict
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import EngineOptions
from dagster_project.engines.duckdb.storage import Compaction, compact_warehouse
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.merge import Merged, merge_small_loads
from dagster_project.publish.generations import withdraw
from dagster_project.quality.report import write_report


def tidy_up(
    root: Root,
    ledger: Ledger,
    *,
    consumers: list[str],
    doors: dict[str, Verdict],
    options: EngineOptions,
    sources: tuple[SourceConfig, ...] = (),
    run_id: str = "",
) -> None:
    """Write the report, take unlisted products away, keep loads, warehouse and journals small.

    Nothing here may fail a run whose work is done: what cannot be tidied now (a full disk, say)
    waits for the next run, which says so where it matters.
    """
    owners = {source.name: source.owner for source in sources}
    write_report(root, ledger, doors=doors, owners=owners, run_id=run_id)
    withdraw(root, listed=consumers)
    remove_old(root.audit / "runs")
    try:
        compact(root, ledger, options=options)
    except Customer360Error:
        return


def compact(root: Root, ledger: Ledger, *, options: EngineOptions) -> tuple[Merged, Compaction]:
    """Merge small loads and rewrite a warehouse that has grown. Needs the writer lock."""
    return (
        merge_small_loads(root, ledger, options=options),
        compact_warehouse(root, options=options),
    )
