"""How many values a JSON text holds, by DuckDB's own parser: a count that shares no code with ours."""

from pathlib import Path

import duckdb

from dagster_project.engines.duckdb.session import quoted, session
from dagster_project.engines.duckdb.storage import is_disk_full

_LARGEST_VALUE = 1 << 28  # bytes, as json_rows has it


def count_values(path: Path) -> int | None:
    """Values of a file, elements of top-level arrays one by one; nothing where DuckDB cannot say.

    It takes no JavaScript, no commas between values and no control characters, which we do.
    """
    with path.open("rb") as file:
        is_array = file.read(64).lstrip().startswith(b"[")
    queries = [_OF_ARRAY] if is_array else []
    with session() as connection:
        for query in (*queries, _OF_VALUES):
            try:
                found = connection.execute(
                    query.format(file=quoted(str(path)), size=_LARGEST_VALUE)
                ).fetchall()
            except duckdb.Error as odd:
                if is_disk_full(odd):
                    raise
                continue
            return int(found[0][0] or 0)
    return None


_SCAN = (
    "from read_json('{{file}}', format = '{format}', records = 'false', "
    "columns = {{{{value: 'JSON'}}}}, maximum_object_size = {{size}})"
)
_OF_ARRAY = "select count(*) " + _SCAN.format(format="array")
_OF_VALUES = (
    "select sum(if(json_type(value) = 'ARRAY', json_array_length(value), 1)) "
    + _SCAN.format(format="unstructured")
)
