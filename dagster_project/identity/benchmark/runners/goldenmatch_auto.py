"""GoldenMatch with the probabilistic configuration it makes for itself."""

from protocol import now, read_job, write_result

_started = now()

from pathlib import Path  # noqa: E402

import goldenmatch  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from goldenmatch.core.autoconfig import auto_configure_probabilistic_df  # noqa: E402

_IMPORTS = now() - _started


def main() -> None:
    """Configure on the table, deduplicate, write clusters; a row of none stands alone."""
    job = read_job()
    out = Path(job["out"])
    started = now()
    table = pq.read_table(job["table"])
    records = table.drop_columns(["unique_id"])
    found = goldenmatch.dedupe_df(records, config=auto_configure_probabilistic_df(records))
    labels = [f"alone {row}" for row in range(table.num_rows)]
    for name, cluster in found.clusters.items():
        for row in cluster["members"]:
            labels[row] = str(name)
    pq.write_table(
        pa.table({"unique_id": table["unique_id"], "cluster": labels}),
        out / "goldenmatch.parquet",
    )
    write_result(
        job,
        imports=_IMPORTS,
        seconds=now() - started,
        variants={"auto": str(out / "goldenmatch.parquet")},
    )


if __name__ == "__main__":
    main()
