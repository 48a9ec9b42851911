"""Rows whose text was UTF-8, had been read as Windows-1252 and was written as UTF-8 again (JÃ¶rg).

Belongs here: counting them, so that a repair is told. Does not belong here: the repair, which is
staging's (``reread_as_utf8`` in dbt/macros/dialects/text.sql).
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from dagster_project.domain.counts import counted
from dagster_project.engines.duckdb.session import quoted

_AFTERWARDS = "\\x{80}-\\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"

_PATTERN = f"[ÂÃÄÅ][{_AFTERWARDS}]|â[€‚][{_AFTERWARDS}]|([ÐÑÎÏ][{_AFTERWARDS}]){{2}}"
"""The commonest lead bytes of two-byte letters and of quotes and dashes, as Windows-1252 shows
them, with a byte that goes on. The rarer ones stand beside such a one in nearly every text."""


def twice_encoded_note(
    connection: duckdb.DuckDBPyConnection, rows: Path, columns: Iterable[str]
) -> tuple[str, ...]:
    """One sentence, where a written load has such rows; counts, no text."""
    text = "concat_ws(' ', " + ", ".join(f'"{column}"' for column in columns) + ")"
    found = connection.execute(
        f"select count(*) from read_parquet('{quoted(str(rows))}') "
        f"where regexp_matches({text}, $1)",
        [_PATTERN],
    ).fetchall()
    count = int(found[0][0])
    if not count:
        return ()
    return (
        f"{counted(count, 'row')} with text that was encoded twice: repaired where it is read",
    )
