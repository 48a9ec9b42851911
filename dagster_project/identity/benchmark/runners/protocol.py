"""What job and result files hold, and the clock; standard library only."""

import json
import sys
import time
from pathlib import Path
from typing import Any


def read_job() -> dict[str, Any]:
    """The job named on the command line.

    ``table``: Parquet in; ``out``: folder for clusters and result; ``threads``; ``memory`` in
    DuckDB's notation; ``settings``: file of the rival's settings, or null; ``kind``.
    """
    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return job


def write_result(
    job: dict[str, Any],
    *,
    imports: float,
    seconds: float,
    variants: dict[str, str],
    **more: object,
) -> None:
    """Tell what was written: ``variants`` maps a name to its file of unique_id, cluster.

    ``seconds`` is from Parquet in to the first variant's Parquet out, imports left out.
    ``candidates`` (in ``more``): a Parquet file of compared pairs, unique_id_l, unique_id_r.
    """
    result = {"imports": imports, "seconds": seconds, "variants": variants, **more}
    Path(job["out"], "result.json").write_text(json.dumps(result), encoding="utf-8")


def now() -> float:
    """The wall clock."""
    return time.perf_counter()
