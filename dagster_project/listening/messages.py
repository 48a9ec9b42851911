"""What messages hold, row by row, and which rules or model said so."""

from collections.abc import Iterable, Sequence

import orjson
import pyarrow as pa

from dagster_project.listening.personal_data import find
from dagster_project.listening.personal_data.spans import Span

_SCHEMA = pa.schema({"spans": pa.string(), "spans_by": pa.string()})

_SPANS_BY = f"personal_data/{find.VERSION}"


def judge_messages(texts: Sequence[str], regions: Sequence[str] = ()) -> pa.RecordBatch:
    """One row per text: ``spans`` is a list in JSON, its places counted in characters."""
    return pa.record_batch(
        [
            pa.array([as_json(find.find_spans(text, regions)) for text in texts], pa.string()),
            pa.array([_SPANS_BY] * len(texts), pa.string()),
        ],
        schema=_SCHEMA,
    )


def as_json(spans: Iterable[Span]) -> str:
    """Spans as objects of kind, start and end; never what stands there."""
    return orjson.dumps(
        [{"kind": span.kind, "start": span.start, "end": span.end} for span in spans]
    ).decode()
