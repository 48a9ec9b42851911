"""Splink 5 with the settings of its maintainers' own demonstrations."""

from protocol import now, read_job, write_result

_started = now()

import logging  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import duckdb  # noqa: E402
import splink.comparison_library as cl  # noqa: E402
from ruamel.yaml import YAML  # noqa: E402
from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: E402

_IMPORTS = now() - _started
NATURAL = 0.5
GRID = (0.5, 0.2, 0.8, 0.9, 0.95, 0.99, 0.999)


def main() -> None:
    """Train, predict, cluster at the natural threshold; then, off the clock, at others."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    job = read_job()
    settings = YAML(typ="safe").load(Path(job["settings"]).read_text(encoding="utf-8"))
    out = Path(job["out"])
    started = now()
    connection = duckdb.connect(
        config={"threads": job["threads"], "memory_limit": job["memory"]}
    )
    connection.execute(f"set temp_directory = '{out}'")
    api = DuckDBAPI(connection=connection)
    linker = Linker(
        [api.register(table) for table in _tables(connection, job["table"], settings)],
        _settings(settings),
    )
    _train(linker, settings)
    trained = now()
    pairs = linker.inference.predict()
    predicted = now()
    variants = {}
    for threshold in GRID:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            pairs, threshold_match_probability=threshold
        )
        file = out / f"splink_{threshold}.parquet"
        connection.execute(
            f"copy (select unique_id, cluster_id as cluster from {clusters.physical_name}) "
            f"to '{file}' (format parquet)"
        )
        variants[f"p≥{threshold}"] = str(file)
        if threshold == NATURAL:
            finished = now()
    candidates = out / "candidates.parquet"
    connection.execute(
        f"copy (select unique_id_l, unique_id_r from {pairs.physical_name}) "
        f"to '{candidates}' (format parquet)"
    )
    write_result(
        job,
        imports=_IMPORTS,
        seconds=finished - started,
        variants=variants,
        candidates=str(candidates),
        stages={
            "train": trained - started,
            "predict": predicted - trained,
            "cluster and write": finished - predicted,
        },
    )


def _tables(connection: Any, file: str, settings: dict[str, Any]) -> list[Any]:
    """The input as Splink wants it: typed, with derived columns, one table per source."""
    derived = "".join(f", {sql} as {name}" for name, sql in settings.get("derived", {}).items())
    casts = ", ".join(
        f"try_cast({column} as {kind}) as {column}"
        for column, kind in settings.get("types", {}).items()
    )
    replaced = f"* replace ({casts})" if casts else "*"
    connection.execute(
        f"create table given as select {replaced}{derived} from read_parquet('{file}')"
    )
    split = settings.get("split_by")
    if not split:
        return [connection.table("given")]
    names = [
        row[0]
        for row in connection.execute(
            f"select distinct {split} from given order by 1"
        ).fetchall()
    ]
    tables = []
    for number, name in enumerate(names):
        connection.execute(
            f"create table part_{number} as select * exclude ({split}) from given "
            f"where {split} = ?",
            [name],
        )
        tables.append(connection.table(f"part_{number}"))
    return tables


def _settings(settings: dict[str, Any]) -> SettingsCreator:
    return SettingsCreator(
        link_type=settings["link_type"],
        unique_id_column_name="unique_id",
        blocking_rules_to_generate_predictions=[_rule(r) for r in settings["blocking_rules"]],
        comparisons=[_comparison(c) for c in settings["comparisons"]],
        retain_intermediate_calculation_columns=False,
    )


def _rule(rule: Any) -> Any:
    """A rule of SQL, of columns to be equal, or of an array whose members are tried."""
    if isinstance(rule, dict):
        return block_on(*rule["explode"], arrays_to_explode=rule["explode"])
    return rule if isinstance(rule, str) else block_on(*rule)


def _comparison(wanted: dict[str, Any]) -> Any:
    comparison = getattr(cl, wanted["creator"])(*wanted["args"], **wanted.get("options", {}))
    if wanted.get("term_frequency"):
        comparison = comparison.configure(term_frequency_adjustments=True)
    return comparison


def _train(linker: Any, settings: dict[str, Any]) -> None:
    prior = settings["prior"]
    linker.training.estimate_probability_two_random_records_match(
        [_rule(rule) for rule in prior["rules"]], recall=prior["recall"]
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=float(settings["max_pairs"]))
    for rule in settings["training_rules"]:
        linker.training.estimate_parameters_using_expectation_maximisation(
            _rule(rule),
            estimate_without_term_frequencies=settings.get("without_term_frequencies", True),
        )


if __name__ == "__main__":
    main()
