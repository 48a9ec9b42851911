"""Our own contestant: ``c360 resolve`` without its terminal."""

from pathlib import Path

from dagster_project.identity.benchmark.runners.protocol import now, read_job, write_result

_started = now()

import recordlinkage  # noqa: E402, F401 — loaded before the clock starts, as for every contestant

from dagster_project.engines.duckdb.session import EngineOptions, quoted, session  # noqa: E402
from dagster_project.identity.resolve_table import (  # noqa: E402
    Outputs,
    infer_columns,
    load_rows,
    read_default_matching,
    resolve_table,
)
from dagster_project.identity.tabular.input_table import ROW  # noqa: E402
from dagster_project.identity.tabular.meanings import Kind  # noqa: E402

_IMPORTS = now() - _started


def main() -> None:
    """Resolve the job's table with what is inferred of its columns."""
    job = read_job()
    out = Path(job["out"])
    options = EngineOptions(threads=job["threads"], memory_limit=job["memory"])
    started = now()
    with session(options=options) as connection:
        load_rows(
            connection,
            f"select file_row_number + 1 as {ROW}, * exclude (file_row_number) from "
            f"read_parquet('{quoted(job['table'])}', file_row_number = true)",
            where=job["table"],
            as_view=True,
        )
        matching = read_default_matching(Path(job["config"]))
        inferred = infer_columns(connection, matching, kind=Kind(job["kind"]))
        looked = now() - started
        resolved = resolve_table(
            connection, inferred.spec(), matching, Outputs(out / "customers.parquet")
        )
        seconds = now() - started
        connection.execute(
            f"copy (select record_id as unique_id, customer_id as cluster from "
            f"'{quoted(str(out / 'customers.parquet'))}') to '{quoted(str(out / 'ours.parquet'))}'"
        )
        connection.execute(
            f"copy (select l.record_id as unique_id_l, r.record_id as unique_id_r "
            f"from work.candidate as pair inner join input.record_name as l on pair.l = l.rid "
            f"inner join input.record_name as r on pair.r = r.rid) "
            f"to '{quoted(str(out / 'candidates.parquet'))}'"
        )
    write_result(
        job,
        imports=_IMPORTS,
        seconds=seconds,
        variants={"default": str(out / "ours.parquet")},
        candidates=str(out / "candidates.parquet"),
        stages={"look at columns": looked, **resolved.seconds},
        columns={c.name: str(c.spec.means) for c in inferred.columns},
    )


if __name__ == "__main__":
    main()
