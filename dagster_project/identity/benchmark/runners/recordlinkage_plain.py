"""recordlinkage as its documentation has it: Index, Compare, ECMClassifier, components."""

from protocol import now, read_job, write_result

_started = now()

from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import recordlinkage  # noqa: E402
from ruamel.yaml import YAML  # noqa: E402
from scipy.sparse import coo_array  # noqa: E402
from scipy.sparse.csgraph import connected_components  # noqa: E402

_IMPORTS = now() - _started


def main() -> None:
    """Block, compare, classify, and take connected components as clusters."""
    job = read_job()
    settings = YAML(typ="safe").load(Path(job["settings"]).read_text(encoding="utf-8"))
    out = Path(job["out"])
    started = now()
    frame = pd.read_parquet(job["table"]).set_index("unique_id")
    pairs = _index(frame, settings["blocks"])
    indexed = now()
    vectors = _compare(pairs, frame, settings["compare"])
    compared = now()
    links = recordlinkage.ECMClassifier().fit_predict(vectors)
    _clusters(frame.index, links).to_parquet(out / "components.parquet", index=False)
    finished = now()
    pairs.to_frame(index=False).set_axis(["unique_id_l", "unique_id_r"], axis=1).to_parquet(
        out / "candidates.parquet", index=False
    )
    write_result(
        job,
        imports=_IMPORTS,
        seconds=finished - started,
        variants={"components": str(out / "components.parquet")},
        candidates=str(out / "candidates.parquet"),
        stages={
            "index": indexed - started,
            "compare": compared - indexed,
            "classify and write": finished - compared,
        },
    )


def _index(frame: pd.DataFrame, blocks: list[list[str]]) -> Any:
    """Pairs of the blocks; of two sources, pairs across them only."""
    indexer = recordlinkage.Index()
    for block in blocks:
        indexer.block(block)
    if "source" not in frame:
        return indexer.index(frame)
    left, right = (part for _, part in frame.groupby("source"))
    return indexer.index(left, right)


def _compare(pairs: Any, frame: pd.DataFrame, wanted: list[dict[str, Any]]) -> Any:
    compare = recordlinkage.Compare()
    for each in wanted:
        column = each["column"]
        if "method" in each:
            compare.string(
                column, column, method=each["method"], threshold=each["threshold"], label=column
            )
        else:
            compare.exact(column, column, label=column)
    return compare.compute(pairs, frame, frame)


def _clusters(index: pd.Index, links: pd.MultiIndex) -> pd.DataFrame:
    left = index.get_indexer(links.get_level_values(0))
    right = index.get_indexer(links.get_level_values(1))
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(len(index), len(index)))
    _, labels = connected_components(graph, directed=False)
    return pd.DataFrame({"unique_id": index, "cluster": labels})


if __name__ == "__main__":
    main()
