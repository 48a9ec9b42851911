"""What the short way makes of a text is what the slow function makes of it."""

import duckdb
import pytest

from dagster_project.engines.duckdb.plain_text import PLAIN_NAME, replaced, trimmed
from dagster_project.identity.tabular.input_table import NOTHING, cell

_TEXTS = (
    "plain", " left", "right ", "  both  ", "", " ", "n/a", " N/A ", "[unknown]", "[unknown] ",
    "a word longer than nothing", "\u00a0wide\u00a0", "\u3000全角\u3000", "Zoë", "\ttab", None,
    "12 high street", "12, High-Street", "a  b",
)  # fmt: skip


@pytest.mark.parametrize("text", _TEXTS)
def test_the_short_way_comes_to_the_same(text: str | None) -> None:
    whole = f"case when lower(trim(value)) not in ({NOTHING}) then trim(value) end"
    words = replaced("value", "[^a-z0-9]+", " ", unless=PLAIN_NAME)

    row = duckdb.sql(
        f"select {trimmed('value')} is not distinct from trim(value), "
        f"{cell('value')} is not distinct from {whole}, "
        f"replace({words}, ' ', '') is not distinct from regexp_replace(value, '[^a-z0-9]+', '', 'g') "
        "from (select $text::varchar as value)",
        params={"text": text},
    ).fetchall()[0]

    assert row == (True, True, True)
