"""What must be true of a root after the run that followed a kill."""

from pathlib import Path


def find_problems(root: Path, calm: Path) -> list[str]:
    """How ``root`` differs from ``calm``, and what the killed run left lying about."""
    from dagster_project.domain.root import Root

    return [
        *_table_differences(root, calm),
        *_load_differences(Root(root), Root(calm)),
        *_leftovers(Root(root)),
        *_open_runs(root),
    ]


def _table_differences(root: Path, calm: Path) -> list[str]:
    from dagster_project.engines.duckdb.compare import diff

    return [f"tables differ: {line}" for line in diff(calm, root).lines()]


def _load_differences(root: "Root", calm: "Root") -> list[str]:  # noqa: F821
    """Everything landed once: the same rows per stream, the same decisions."""
    ours, theirs = _loads(root), _loads(calm)
    return [
        f"loads of {key} differ: {theirs.get(key)} undisturbed, {ours.get(key)} here"
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]


def _loads(root: "Root") -> dict[tuple[str, str, str], tuple[int, int]]:  # noqa: F821
    """Rows and quarantined rows by source, stream and state."""
    from dagster_project.landing.ledger import Ledger

    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for load in Ledger(root).loads():
        key = (load.source, load.stream, str(load.state))
        rows, quarantined = found.get(key, (0, 0))
        found[key] = (rows + load.rows, quarantined + load.quarantined)
    return found


def _leftovers(root: "Root") -> list[str]:  # noqa: F821
    """Files that only a run in the middle of its work has."""
    patterns = {
        root.landing: (".partial/*",),
        root.quarantine: (".partial/*",),
        root.published: ("*/.partial*", "*/.dropped*", "*/.*.partial"),
        root.warehouse: ("work", ".*.fresh*", "*.wal", "spill/*"),
        root.state: ("*.wal", "crm_import/*/.*"),
    }
    return [
        f"left lying about: {file.relative_to(root.path)}"
        for folder, globs in patterns.items()
        for pattern in globs
        for file in sorted(folder.glob(pattern))
    ]


def _open_runs(root: Path) -> list[str]:
    """Runs that Dagster still takes to be at work."""
    import dagster as dg

    from dagster_project.settings import read_settings

    settings = read_settings(root)
    settings.export()
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        records = instance.get_run_records()
    return [
        f"a run is still {r.dagster_run.status.value} in Dagster"
        for r in records
        if not r.dagster_run.is_finished
    ]
